#!/usr/bin/env node
/** The `tminus` command: start, demo, rehearse, emergency, schema, validate. */
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..')
const EXAMPLE = join(ROOT, 'tminus.example.yml')

const HELP = `Usage: tminus <command>

  start                      the bot and its workers (ROLE=bot|worker|all; catalogue: TMINUS_CONFIG or tminus.yml)
  demo                       a local workspace page and a simulated cluster; nothing else is needed
  rehearse "<command line>"  a whole deployment on stepped time, printed; exits 0 completed, 2 rolled back, 3 held, 1 refused
  emergency <service>        all traffic back by what is written on the cluster; works without Redis and Slack
  schema                     the JSON Schema of tminus.yml
  validate [file]            checks a catalogue and tells every fault at once`

// `tminus schema | head`: whoever reads may stop reading.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0)
  throw error
})

const print = (line: string) => void process.stdout.write(`${line}\n`)

/** Each command is loaded when it is asked for: a client of the cluster takes most of a second to load. */
async function run(command: string | undefined, args: readonly string[]): Promise<number> {
  switch (command) {
    case 'start':
      return (await import('./commands/start.ts')).start(process.env, print)
    case 'demo':
      return (await import('./commands/demo.ts')).demo(args, {
        root: ROOT,
        example: EXAMPLE,
        print,
        redisUrl: process.env.REDIS_URL,
      })
    case 'rehearse':
      return (await import('./commands/rehearse.ts')).rehearse(args, EXAMPLE, print)
    case 'schema':
      return (await import('./commands/schema.ts')).schema(print)
    case 'validate':
      return (await import('./commands/validate.ts')).validate(args, process.env, print)
    case 'emergency': {
      const { askOnTerminal, emergency } = await import('./commands/emergency.ts')
      return emergency(args, { env: process.env, print, ask: askOnTerminal })
    }
    case 'help':
    case '--help':
    case undefined:
      print(HELP)
      return command === undefined ? 1 : 0
    default:
      print(`tminus: there is no command “${command}”.\n\n${HELP}`)
      return 1
  }
}

try {
  process.exitCode = await run(process.argv[2], process.argv.slice(3))
} catch (error) {
  process.stderr.write(`tminus: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`)
  process.exitCode = 70
}
