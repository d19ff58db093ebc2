/** BullMQ objects emit their errors; unheard ones would end the process. */
import type { EventEmitter } from 'node:events'

/** Passes errors on, but for lost connections: those are told once, by the connection itself. */
export function reportErrors(source: EventEmitter, onError: (error: unknown) => void): void {
  source.on('error', (error: unknown) => {
    if (!isLostConnection(error)) onError(error)
  })
}

function isLostConnection(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  return /^E(CONN|PIPE|TIMEDOUT|HOST|NET|AI)/.test(code) || /connection is closed|not ?writeable/i.test(error.message)
}
