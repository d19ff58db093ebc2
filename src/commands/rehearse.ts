/**
 * `tminus rehearse "/deploy api v2.0 canary" [--fault errors|latency|crashloop|no-metrics[@25]] [--config tminus.yml]
 * [--as approver,...]`: the whole deployment on stepped time against a simulated world, printed as people would see it.
 * The same words give the same transcript every time.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { FAULTS, type FaultName } from '../demo/world.ts'
import { loadCatalogue } from './read-catalogue.ts'
import { type RehearsalEnd, runRehearsal } from './rehearsal/run-rehearsal.ts'

export const REHEARSE_HELP = `Usage: tminus rehearse "/deploy <service> <version> [strategy]" [options]

  --fault <name>[@<percent>]  makes the new version sick: ${FAULTS.join(', ')}; with @25, once it has 25 % of the traffic
  --config <file>             your own catalogue (default: the example's)
  --as <who>,...              who answers when a person is asked: approver (default), requester, nobody

Exit code: 0 completed (or answered, for plan, status and help), 2 rolled back, 3 ended in a hold, 1 refused.`

const EXIT: Readonly<Record<RehearsalEnd, number>> = {
  completed: 0,
  answered: 0,
  refused: 1,
  'rolled-back': 2,
  held: 3,
}
const WHO = ['approver', 'requester', 'nobody'] as const

/** Returns the exit code. */
export async function rehearse(
  args: readonly string[],
  exampleConfig: string,
  print: (line: string) => void,
): Promise<number> {
  const asked = readArguments(args)
  if ('fault' in asked) {
    print(asked.fault)
    return 1
  }
  const loaded = loadCatalogue(asked.config ?? exampleConfig)
  if ('faults' in loaded) {
    print(loaded.faults)
    return 1
  }
  const folder = mkdtempSync(join(tmpdir(), 'tminus-rehearse-'))
  try {
    const end = await runRehearsal({ ...asked, catalogue: loaded.catalogue, print, folder })
    return EXIT[end]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

type Asked = {
  readonly line: string
  readonly config: string | undefined
  readonly sickness: { readonly fault: FaultName; readonly at: number } | null
  readonly answers: readonly (typeof WHO)[number][]
}

function readArguments(args: readonly string[]): Asked | { readonly fault: string } {
  let parsed: ReturnType<typeof parse>
  try {
    parsed = parse(args)
  } catch (error) {
    return { fault: `${error instanceof Error ? error.message : String(error)}\n\n${REHEARSE_HELP}` }
  }
  const { values, positionals } = parsed
  if (values.help || positionals.length === 0) return { fault: REHEARSE_HELP }
  const sickness = values.fault === undefined ? null : readFault(values.fault)
  if (sickness === undefined)
    return { fault: `--fault ${values.fault}: not one of ${FAULTS.join(', ')}, with @1 to @100 behind it or nothing.` }
  const names = (values.as ?? 'approver').split(',').map((word) => word.trim())
  const answers = names.flatMap((name) => WHO.filter((who) => who === name))
  if (answers.length !== names.length) return { fault: `--as ${values.as}: each of them is one of ${WHO.join(', ')}.` }
  return { line: positionals.join(' '), config: values.config, sickness, answers }
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      fault: { type: 'string' },
      config: { type: 'string' },
      as: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
}

/** `errors@25`; undefined when it cannot be read. */
function readFault(text: string): Asked['sickness'] | undefined {
  const [name, percent = '1', ...rest] = text.split('@')
  const fault = FAULTS.find((known) => known === name)
  const at = Number(percent)
  if (!fault || rest.length > 0 || !Number.isInteger(at) || at < 1 || at > 100) return undefined
  return { fault, at }
}
