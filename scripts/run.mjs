/**
 * The one way to run T-Minus from a checkout: sets up what a command needs, says what it installs, runs it, and passes
 * its exit code on. Plain Node, since at the first run there are no packages yet.
 */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { runChild } from './setup/child.mjs'
import { demoPage } from './setup/demo-page.mjs'
import { nodePackages } from './setup/node-packages.mjs'
import { programs } from './setup/programs.mjs'
import { redisInDocker } from './setup/redis-in-docker.mjs'
import { SetupError } from './setup/setup-error.mjs'
import { runSuite } from './test/run-suite.mjs'

const ROOT = join(import.meta.dirname, '..')
const TSX = ['--import', 'tsx']

const USAGE = `Usage: node scripts/run.mjs <command> [args]

  demo           a local workspace page and a simulated cluster (npm run demo)
  rehearse       a whole deployment on stepped time, printed (npm run rehearse -- "/deploy api v2.0 canary")
  test           the fast suite (npm test)
  test:cluster   the suite on a real Kubernetes control plane (npm run test:cluster)
  test:crash     kills the bot at its writes, thousands of places, and compares (npm run test:crash)
  bench          the benchmarks (npm run bench)
  setup          only sets up what all of them need`

/** Each sets up what it needs and answers with the exit code. */
const COMMANDS = {
  async demo(args) {
    nodePackages(ROOT)
    const redis = await redisForDemo()
    try {
      await demoPage(ROOT)
      return await runChild(process.execPath, [...TSX, 'src/main.ts', 'demo', ...args], { cwd: ROOT, env: redis.env })
    } finally {
      redis.stop()
    }
  },
  async rehearse(args) {
    nodePackages(ROOT)
    return runChild(process.execPath, [...TSX, 'src/main.ts', 'rehearse', ...args], { cwd: ROOT })
  },
  async test(args) {
    nodePackages(ROOT)
    const env = programs(['redis-server', 'prometheus', 'chromium'])
    await demoPage(ROOT)
    return runSuite(ROOT, 'fast', args, env)
  },
  async 'test:cluster'(args) {
    nodePackages(ROOT)
    const env = programs(['redis-server', 'prometheus'])
    return runSuite(ROOT, 'cluster', args, env)
  },
  async 'test:crash'(args) {
    nodePackages(ROOT)
    return runChild(process.execPath, [...TSX, 'test/crash/run.ts', ...args], { cwd: ROOT })
  },
  async bench(args) {
    nodePackages(ROOT)
    if (!existsSync(join(ROOT, 'bench', 'run.ts')))
      throw new SetupError('This checkout has no benchmarks (bench/run.ts).')
    const env = programs(['redis-server', 'prometheus'])
    return runChild(process.execPath, [...TSX, 'bench/run.ts', ...args], { cwd: ROOT, env })
  },
  async setup() {
    nodePackages(ROOT)
    programs(['redis-server', 'prometheus', 'chromium'])
    await demoPage(ROOT)
    return 0
  },
}

/** REDIS_URL, a redis-server on the PATH (installed where that is possible), or a container. */
async function redisForDemo() {
  if (process.env.REDIS_URL) return { env: {}, stop() {} }
  try {
    return { env: programs(['redis-server']), stop() {} }
  } catch (error) {
    const container = error instanceof SetupError ? redisInDocker() : undefined
    if (!container) throw error
    return { env: { REDIS_URL: container.url }, stop: container.stop }
  }
}

const [name = '', ...args] = process.argv.slice(2)
if (!Object.hasOwn(COMMANDS, name)) {
  console.error(name === '' ? USAGE : `There is no command "${name}".\n\n${USAGE}`)
  process.exit(1)
}
try {
  process.exitCode = await COMMANDS[name](args)
} catch (error) {
  if (!(error instanceof SetupError)) throw error
  console.error(error.message)
  process.exitCode = 1
}
