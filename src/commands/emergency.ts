/**
 * `tminus emergency <service> [--reason "..."] [--yes] [--config tminus.yml]`: the last resort, from a shell. It needs the
 * catalogue and the cluster; Redis, Slack and the bot may all be down.
 */
import { userInfo } from 'node:os'
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { cataloguePath, type Environment } from '../config/environment.ts'
import type { Catalogue } from '../config.ts'
import { finishEmergency, tellOfFailure, writeIncident } from '../handlers/emergency-finish.ts'
import type { EmergencyParts, Order } from '../handlers/emergency-parts.ts'
import { foundText, restoreNow } from '../handlers/emergency-restore.ts'
import type { PersonRef } from '../playbook/deployment.ts'
import type { Refusal } from '../playbook/refusal.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Service } from '../playbook/service.ts'
import { type ConnectedParts, connectEmergency } from './connect-emergency.ts'
import { loadCatalogue } from './read-catalogue.ts'

export const EMERGENCY_HELP = `Usage: tminus emergency <service> [options]

  --reason "<text>"   goes into the record, the incident log and the channel; asked for when it is left out
  --yes               asks nothing: neither for the service's name first nor for a reason
  --config <file>     the catalogue (default: TMINUS_CONFIG or tminus.yml)

All traffic goes back to the version that is written down on the cluster, then the new one is scaled down.
Exit code: 0 restored, 1 refused, 4 not restored (it then says what to type by hand).`

const RESTORED = 0
const REFUSED = 1
const NOT_RESTORED = 4

export interface Terminal {
  readonly print: (line: string) => void
  /** What was typed; an empty text when nobody can type. */
  readonly ask: (question: string) => Promise<string>
  readonly env: Environment
  /** Who sits there; default: the operating system's user. */
  readonly user?: string
  /** Default: made from the environment. */
  readonly connect?: (catalogue: Catalogue, env: Environment) => Promise<ConnectedParts>
}

/** Returns the exit code. */
export async function emergency(args: readonly string[], terminal: Terminal): Promise<number> {
  const { print, env } = terminal
  const asked = readArguments(args)
  if (typeof asked === 'string') return said(print, asked)
  const loaded = loadCatalogue(asked.config ?? cataloguePath(env))
  if ('faults' in loaded) return said(print, loaded.faults)
  const { services } = loaded.catalogue
  const service = services.find((row) => row.name === asked.service)
  if (!service) {
    const names = services.map((row) => row.name)
    const next = `Known: ${names.join(', ')}. Type: tminus emergency ${names[0] ?? '<service>'} --reason "..."`
    return refusedWith(print, { ...refuse.unknownService(asked.service, names).refusal, next })
  }
  const by: PersonRef = { id: 'shell', name: terminal.user ?? userInfo().username }
  const parts = await (terminal.connect ?? connectEmergency)(loaded.catalogue, env)
  try {
    const shown: string[] = []
    const show = (line: string) => {
      shown.push(line)
      print(line)
    }
    if (!asked.yes && !(await isConfirmed(parts, service, { ...terminal, print: show })))
      return said(print, 'Nothing was done: the name of the service was not typed.')
    const reason = asked.reason ?? (await askWhy(asked.yes, terminal))
    const signal = new AbortController().signal
    // What was said before the question is not said again.
    const say = (line: string) => void (shown.includes(line) || print(line))
    return await carryOut(parts, { service, by, reason, signal, alone: true, say })
  } finally {
    await parts.close()
  }
}

async function carryOut(parts: EmergencyParts, order: Order): Promise<number> {
  const end = await restoreNow(parts, order)
  switch (end.kind) {
    case 'refused':
      return refusedWith(order.say, end.refusal)
    case 'not-restored':
      order.say(`TRAFFIC IS NOT RESTORED: ${end.why}`)
      order.say('By hand, in this order:')
      for (const line of end.byHand) order.say(`  ${line}`)
      await tellOfFailure(parts, order, end.emergency)
      return NOT_RESTORED
    case 'restored':
      await writeIncident(parts, order, end.restored.emergency)
      await finishEmergency(parts, order, end.restored)
      return RESTORED
  }
}

/** A cluster that does not answer is no reason not to try: then the question says so. */
async function isConfirmed(parts: EmergencyParts, service: Service, { print, ask }: Terminal): Promise<boolean> {
  const pinned = await parts.cluster.pinned(service, AbortSignal.timeout(LOOK_MS)).catch((error: unknown) => {
    print(`The cluster could not be asked yet: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  })
  // Nothing to go back to is said by the refusal; nobody has to confirm that.
  if (pinned === null) return true
  if (pinned) print(foundText(service, pinned))
  return (await ask(`Type the name of the service (${service.name}) to go on: `)).trim() === service.name
}

/** Nobody has to have a reason while everything burns; whoever has one is asked for it. */
async function askWhy(hurry: boolean, { ask }: Terminal): Promise<string> {
  const why = hurry ? '' : (await ask('Why? One line for the record and the channel, or Enter: ')).trim()
  return why === '' ? 'no reason given' : why
}

/** A first look for the question, real ms. */
const LOOK_MS = 5_000

function readArguments(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        reason: { type: 'string' },
        yes: { type: 'boolean' },
        config: { type: 'string' },
        help: { type: 'boolean' },
      },
    })
    const [service, ...more] = positionals
    if (values.help || service === undefined || more.length > 0) return EMERGENCY_HELP
    return { service, reason: values.reason, yes: values.yes === true, config: values.config }
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}\n\n${EMERGENCY_HELP}`
  }
}

function said(print: (line: string) => void, text: string): number {
  print(text)
  return REFUSED
}

function refusedWith(print: (line: string) => void, { what, traffic, next }: Refusal): number {
  return said(print, `${what}\n${traffic}\n${next.replaceAll('`', '')}`)
}

/** Asks on the terminal; nobody there (a closed input): an empty answer. */
export async function askOnTerminal(question: string): Promise<string> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once('close', () => resolve(''))
      lines.question(question).then(resolve, reject)
    })
  } finally {
    lines.close()
  }
}
