/** What an emergency rollback may use, and what it was told. Only the cluster is needed; all else may be away. */
import type { PersonRef, Pin } from '../playbook/deployment.ts'
import type { Emergency } from '../playbook/emergency.ts'
import type { Service } from '../playbook/service.ts'
import type { Chat } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Cluster, Pinned } from '../ports/cluster.ts'
import type { Journal } from '../ports/journal.ts'
import type { Log } from '../ports/log.ts'
import type { Probe } from '../ports/probe.ts'
import type { Queue } from '../ports/queue.ts'
import type { Store } from '../ports/store.ts'

export interface EmergencyParts {
  readonly cluster: Pick<Cluster, 'look' | 'pinned' | 'ensureSlot' | 'restore' | 'changedConfigs' | 'tidy'>
  readonly store: Store
  readonly queue: Queue
  /** Null: nobody to tell, and why. */
  readonly chat: Pick<Chat, 'post'> | { readonly absent: string }
  readonly incidents: Journal
  readonly probe: Probe
  readonly clock: Clock
  readonly log: Log
}

export interface Order {
  readonly service: Service
  readonly by: PersonRef
  readonly reason: string
  readonly signal: AbortSignal
  /** Does whoever orders it do all of it, whatever workers there are? Else they restore, and a worker that knows of it drains and tidies. */
  readonly alone: boolean
  /** Told of every step as it happens, one line each. */
  readonly say: (line: string) => void
}

/** Traffic is back; what is left to do can wait. */
export interface Restored {
  readonly emergency: Emergency
  readonly pinned: Pinned
  readonly pin: Pin
  /** Resolves when the record knows that it goes back, or cannot be told; never rejects. */
  readonly recorded: Promise<unknown>
}

/** Resolves after so many ms of the clock's time; rejects with the signal's reason when that fires first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    const cancel = clock.schedule(clock.now() + ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      cancel()
      reject(signal.reason instanceof Error ? signal.reason : new Error('stopped'))
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}

/** The error's message, for a sentence. */
export function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** What `run` gives within so many real ms; a sentence's reason when it is late or fails. Never rejects. */
export async function withinReach<T>(
  limitMs: number,
  run: () => Promise<T>,
): Promise<{ readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${limitMs / 1000} s`)), limitMs)
  })
  try {
    return { ok: true, value: await Promise.race([run(), late]) }
  } catch (error) {
    return { ok: false, why: whyOf(error) }
  } finally {
    clearTimeout(timer)
  }
}
