/**
 * Parses with a zod schema and goes on after faults: what is wrong is named and left out, so that the rules about the
 * rest can still be asked and everything is told at once.
 */
import type { z } from 'zod'
import { nearestWord } from '../playbook/nearest-word.ts'
import type { Finding, Path } from './fault.ts'
import { valueAt } from './yaml-source.ts'

export interface Lenient<T> {
  /** What could be read; undefined when nothing could. */
  readonly value: T | undefined
  readonly findings: readonly Finding[]
  /** Paths that were left out because something in them is wrong. */
  readonly dropped: readonly Path[]
}

/** The keys that may stand in the group at a path. The data tells apart groups of several kinds. */
export type KnownKeys = (path: Path, data: unknown) => readonly string[]

/** Each round drops something; a deep fault behind a shallow one needs one more. */
const ROUNDS = 8

export function lenientParse<T>(schema: z.ZodType<T>, data: unknown, knownKeys: KnownKeys): Lenient<T> {
  const findings: Finding[] = []
  const dropped: Path[] = []
  const misnamed = new Misnamed()
  const rest: unknown = structuredClone(data)
  for (let round = 0; round < ROUNDS; round += 1) {
    const result = schema.safeParse(rest)
    if (result.success && misnamed.paths.length === 0) return { value: result.data, findings, dropped }
    if (result.success) {
      for (const path of misnamed.paths.splice(0)) dropped.push(misnamed.asWritten(drop(rest, path)))
      continue
    }
    const wrong: Path[] = []
    for (const issue of result.error.issues) {
      const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
      // What was taken out in an earlier round has been told; that its group now misses it is only a consequence.
      const told = dropped.some((gone) => path.every((part, at) => gone[at] === part))
      const found = told ? [] : asFindings(issue, path, rest, knownKeys)
      findings.push(...found.map((finding) => ({ ...finding, path: misnamed.asWritten(finding.path) })))
      if (issue.code === 'invalid_key') misnamed.standIn(rest, path)
      else wrong.push(...(issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...path, key]) : [path]))
    }
    for (const path of wrong) dropped.push(drop(rest, path))
    if (dropped.some((path) => path.length === 0)) break
  }
  return { value: undefined, findings, dropped }
}

/** A part under a name that may not be is read under a stand-in until all that is wrong in it is told; then it goes. */
class Misnamed {
  readonly paths: Path[] = []
  readonly #written = new Map<Path[number], Path[number]>()

  standIn(data: unknown, path: Path): void {
    const parent = valueAt(data, path.slice(0, -1))
    const name = path.at(-1)
    if (name === undefined || typeof parent !== 'object' || parent === null) return
    let instead = `misnamed-${this.#written.size + 1}`
    while (Reflect.has(parent, instead)) instead = `${instead}x`
    Reflect.set(parent, instead, Reflect.get(parent, name))
    Reflect.deleteProperty(parent, name)
    this.#written.set(instead, name)
    this.paths.push([...path.slice(0, -1), instead])
  }

  asWritten(path: Path): Path {
    return path.map((part) => this.#written.get(part) ?? part)
  }
}

function asFindings(issue: z.core.$ZodIssue, path: Path, data: unknown, knownKeys: KnownKeys): Finding[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => {
      const known = knownKeys(path, data)
      const near = nearestWord(key, known)
      const hint = near === null ? '; known' : `: did you mean ${near}? Known`
      return { path: [...path, key], atKey: true, allowed: `unknown key${hint} here: ${known.join(', ')}` }
    })
  if (issue.code === 'invalid_key')
    return [
      { path, seen: JSON.stringify(path.at(-1)), atKey: true, allowed: issue.issues[0]?.message ?? issue.message },
    ]
  if (valueAt(data, path) === undefined) return [{ path, seen: 'missing', allowed: issue.message }]
  return [{ path, allowed: issue.message }]
}

/** Takes a faulty part out, up to the whole list when it stands in one, and tells what was taken. */
function drop(data: unknown, path: Path): Path {
  const list = path.findIndex((part) => typeof part === 'number')
  const whole = list === -1 ? path : path.slice(0, list)
  // A key that is missing was asked for by the group around it: the group goes.
  const gone = whole.length > 0 && valueAt(data, whole) === undefined ? whole.slice(0, -1) : whole
  const parent = valueAt(data, gone.slice(0, -1))
  const last = gone.at(-1)
  if (last !== undefined && typeof parent === 'object' && parent !== null) Reflect.deleteProperty(parent, last)
  return gone
}
