/** A redis-server of our own, as a child process on loopback: for the demo and for the tests. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'

const READY_WITHIN_MS = 10_000
/** Another process may take a free port between our look and the server's start. */
const PORT_TRIES = 5

/** Thrown when there is no redis-server to start, or it does not come up; the message says what to do. */
export class RedisNotStarted extends Error {
  override readonly name = 'RedisNotStarted'
}

export interface RedisProcessSettings {
  /** Where it keeps its files; created when absent. */
  readonly dir: string
  /** Write an append-only file, so that data outlives the process. Default false. */
  readonly persist?: boolean
  /** Default: a free one. */
  readonly port?: number
  /** Name on the PATH, or path, of the program. Default `redis-server`. */
  readonly program?: string
}

export interface RedisProcess {
  readonly url: string
  readonly port: number
  readonly process: ChildProcess
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>
  /** Ends it at once (SIGKILL) and waits until it has. */
  kill(): Promise<void>
}

export async function startRedisProcess(settings: RedisProcessSettings): Promise<RedisProcess> {
  await mkdir(settings.dir, { recursive: true })
  if (settings.port !== undefined) return startOn(settings.port, settings)
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOn(await freePort(), settings)
    } catch (error) {
      const portTaken = error instanceof RedisNotStarted && error.message.includes('in use')
      if (!portTaken || attempt === PORT_TRIES) throw error
    }
  }
}

async function startOn(port: number, { dir, persist = false, program = 'redis-server' }: RedisProcessSettings) {
  // `hz`: waits end within 10 ms of their time, not 100; on the demo's fast clock that is seconds.
  const options = { port, bind: '127.0.0.1', dir, save: '', appendonly: persist ? 'yes' : 'no', hz: 100 }
  const args = Object.entries({ ...options, 'maxmemory-policy': 'noeviction' }).flatMap(([name, value]) => [
    `--${name}`,
    String(value),
  ])
  // A process group of its own: Ctrl-C reaches us first, and we end it after our last write.
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true })
  const killAtExit = () => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve())
    child.once('error', () => resolve())
  })
  void ended.then(() => process.off('exit', killAtExit))
  await untilReady(child, program)
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    await ended
  }
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    process: child,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
  }
}

function untilReady(child: ChildProcess, program: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const said: string[] = []
    const fail = (message: string) => {
      clearTimeout(timer)
      child.kill('SIGKILL')
      reject(new RedisNotStarted(message))
    }
    const timer = setTimeout(
      () => fail(`${program} was not ready after ${READY_WITHIN_MS / 1_000} s.`),
      READY_WITHIN_MS,
    )
    child.once('error', (error) =>
      fail(
        `${program} could not be started (${error.message}). ` +
          'Install Redis (Debian: apt-get install redis-server; macOS: brew install redis) or set REDIS_URL to a running one.',
      ),
    )
    child.once('close', (code) => fail(`${program} ended with code ${code} before it was ready: ${said.join(' | ')}`))
    if (!child.stdout) return fail(`${program} has no output to read.`)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (said.push(line) > 5) said.shift()
      if (!line.includes('Ready to accept connections')) return
      clearTimeout(timer)
      resolve()
    })
  })
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('No free port was found.')),
      )
    })
  })
}
