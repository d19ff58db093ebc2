import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, readFileSync } from 'node:fs'
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

/** Ends programs when this process can no longer do it itself; see watchdog.mjs. */
export interface Watchdog {
  readonly child: ChildProcess
  watch(program: Program): void
}

/**
 * Starts the watchdog of the programs that use `folder`. In a process group of its own, so that Ctrl-C in a terminal
 * does not end it together with the test run that it watches.
 */
export function startWatchdog(folder: string): Watchdog {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'watchdog.mjs'), folder], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  return {
    child,
    watch: (program) => {
      if (program.child.pid !== undefined) child.stdin.write(`${program.child.pid}\n`)
    },
  }
}

/** Starts `binary` with all it says going to a file in `folder`. */
export function startProgram(binary: string, args: readonly string[], folder: string): Program {
  const name = basename(binary)
  const logFile = join(folder, `${name}.log`)
  const log = openSync(logFile, 'a')
  const child = spawn(binary, args, { stdio: ['ignore', log, log], cwd: folder })
  closeSync(log)
  return { name, child, logFile }
}

/** What `work` answers; throws, with the end of its log, when one of `programs` ends before that. */
export async function unlessOneEnds<T>(programs: readonly Program[], work: Promise<T>): Promise<T> {
  const workEnded = new AbortController()
  const ends = programs.map(async (program): Promise<never> => {
    const running = program.child.exitCode === null && program.child.signalCode === null
    if (running) await once(program.child, 'exit', { signal: workEnded.signal })
    throw new Error(`${program.name} ended by itself. The end of its log:\n${endOfLog(program.logFile)}`)
  })
  try {
    return await Promise.race([work, ...ends])
  } finally {
    workEnded.abort()
  }
}

/** Kills a child of ours and waits until it is gone; does nothing when it already is. */
export async function killAndWait(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
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

function endOfLog(file: string): string {
  return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-SHOWN_LOG_LINES).join('\n')
}
