/**
 * The package as it is shipped (`npm pack`), installed for production in a folder of its own: its size on disk, and how
 * long `tminus start` takes until it says that it is ready, against Redis and the Slack stand-in.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startRedis } from '../../test/redis-server.ts'
import { startChild } from '../child.ts'
import type { Measurement, Row, Skipped } from '../measurement.ts'
import type { SlackAccess, WorkspaceApi } from '../processes/workspace.ts'
import { median, round, spread } from '../statistics.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const STARTS = 7
const run = promisify(execFile)

export const ready: Row = {
  name: 'ready',
  async run() {
    const folder = await mkdtemp(join(tmpdir(), 'tminus-install-'))
    try {
      const refused = await install(folder)
      if (refused !== undefined) return [{ name: this.name, skipped: refused } satisfies Skipped]
      return [await timeStarts(this.name, folder), await size(`${this.name}: install`, folder)]
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  },
}

/** Packs what is built now, unpacks it, and installs its packages from npm's cache. Why not, when it could not be done. */
async function install(folder: string): Promise<string | undefined> {
  try {
    await run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'], {
      cwd: ROOT,
    })
    await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT })
    await run('sh', ['-c', 'tar -xzf tminus-*.tgz --strip-components=1 && rm tminus-*.tgz'], { cwd: folder })
    await copyFile(join(ROOT, 'package-lock.json'), join(folder, 'package-lock.json'))
    const flags = ['--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
    await run('npm', ['ci', ...flags], { cwd: folder, timeout: 120_000 })
    return undefined
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n').slice(-2)
    return `the package could not be installed (is there a network?): ${reason}`
  }
}

async function timeStarts(name: string, folder: string): Promise<Measurement> {
  const redis = await startRedis()
  const workspace = await startChild<WorkspaceApi>('workspace')
  try {
    const slack = await workspace.call('start', null)
    const times: number[] = []
    for (let start = 0; start < STARTS; start += 1) times.push(await startOnce(folder, redis.url, slack))
    const seconds = times.map((ms) => ms / 1000)
    return {
      name,
      value: round(median(seconds)),
      unit: 's',
      goal: 1.5,
      better: 'lower',
      note: spread(seconds, 's'),
    }
  } finally {
    await workspace.kill()
    await redis.stop()
  }
}

/** Real ms from the start of the process to its line. */
async function startOnce(folder: string, redisUrl: string, slack: SlackAccess): Promise<number> {
  const from = performance.now()
  const child = spawn(process.execPath, [join(folder, 'dist', 'main.js'), 'start'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      TMINUS_CONFIG: join(folder, 'tminus.example.yml'),
      REDIS_URL: redisUrl,
      SLACK_BOT_TOKEN: slack.botToken,
      SLACK_APP_TOKEN: slack.appToken,
      SLACK_API_URL: slack.apiUrl,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  try {
    await untilReady(child)
    return performance.now() - from
  } finally {
    const gone = once(child, 'exit')
    if (child.exitCode === null) child.kill('SIGTERM')
    if (child.exitCode === null) await gone
  }
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let said = ''
    const hear = (chunk: unknown) => {
      said += String(chunk)
      if (said.includes('tminus is ready')) resolve()
    }
    child.stdout?.on('data', hear)
    child.stderr?.on('data', hear)
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)))
  })
}

async function size(name: string, folder: string): Promise<Measurement> {
  const { stdout } = await run('du', ['-s', '--block-size=1000', folder])
  const value = round(Number(stdout.split('\t')[0]) / 1000)
  return { name, value, unit: 'MB', goal: 120, better: 'lower', note: 'package and its dependencies, on disk' }
}
