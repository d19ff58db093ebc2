/** `tminus start`: the bot, its workers, or both, until a signal ends it. */
import { readFileSync } from 'node:fs'
import { realClock } from '../adapters/clocks.ts'
import { cataloguePath, type Environment } from '../config/environment.ts'
import { formatFaults } from '../config/fault.ts'
import { type Config, parseCatalogue } from '../config.ts'
import { makeLog } from './make-log.ts'
import { runBot } from './run-bot.ts'

/** Resolves when the process was told to end; 1 when it could not start. */
export async function start(env: Environment, print: (line: string) => void): Promise<number> {
  const path = cataloguePath(env)
  const config = readConfig(path, env)
  if (typeof config === 'string') {
    print(config)
    return 1
  }
  const running = await runBot(config, { clock: realClock(), log: makeLog(config.logLevel) })
  if ('refused' in running) {
    print(running.refused)
    return 1
  }
  print(`tminus is ready: ${config.role}, ${config.services.length} services from ${path}.`)
  await untilSignal()
  await running.stop()
  return 0
}

function readConfig(path: string, env: Environment): Config | string {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    return `${path} cannot be read (${error instanceof Error ? error.message : String(error)}). Set TMINUS_CONFIG to your catalogue; tminus.example.yml is one to start from.`
  }
  const reading = parseCatalogue(text, path, env)
  return reading.ok ? reading.config : formatFaults(reading.faults)
}

function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    process.once('SIGTERM', () => resolve())
    process.once('SIGINT', () => resolve())
  })
}
