import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { basename, join } from 'node:path'

/** How many lines of a program's log are shown when it ends by itself. */
const SHOWN_LOG_LINES = 20

/** A program of the control plane that runs as a child of this process. */
export interface Program {
  readonly name: string
  readonly child: ChildProcess
  /** Where all it says goes. */
  readonly logFile: string
}

/**
 * Starts `binary` with its output in `folder`. The child is killed with this process, however that ends (short of
 * SIGKILL), so that a test run that fails leaves no cluster behind.
 */
export function startProgram(binary: string, args: readonly string[], folder: string): Program {
  const name = basename(binary)
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'a')
  const child = spawn(binary, args, { stdio: ['ignore', log, log], cwd: folder })
  const kill = (): void => {
    child.kill('SIGKILL')
  }
  process.on('exit', kill)
  child.on('exit', () => process.off('exit', kill))
  return { name, child, logFile }
}

/** Resolves never; rejects with the end of its log as soon as one of `programs` ends by itself or cannot start. */
export function firstToEnd(programs: readonly Program[]): {
  readonly ended: Promise<never>
  readonly forget: () => void
} {
  const { signal, abort } = abortable()
  const ended = Promise.race(
    programs.map(async (program): Promise<never> => {
      const running = program.child.exitCode === null && program.child.signalCode === null
      if (running) await once(program.child, 'exit', { signal })
      throw new Error(`${program.name} ended by itself. The end of its log:\n${endOfLog(program.logFile)}`)
    }),
  )
  ended.catch(() => undefined)
  return { ended, forget: abort }
}

/** Ends a program with `signal` and waits until it is gone; does nothing when it already is. */
export async function endProgram(program: Program, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  const { child } = program
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** `count` different ports of the loopback interface that nobody listens on at this moment. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listenAnywhere))
  return Promise.all(
    servers.map(async ({ server, port }) => {
      server.close()
      await once(server, 'close')
      return port
    }),
  )
}

async function listenAnywhere() {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server without a port')
  return { server, port: address.port }
}

function abortable(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}

function endOfLog(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n')
}
