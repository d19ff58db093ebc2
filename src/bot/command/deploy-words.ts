/** `<service> <version> [strategy]`, behind `deploy`, behind `plan`, or alone. */

import { nearestWord } from '../../playbook/nearest-word.ts'
import type { Catalogue, Parsed } from './parse-fault.ts'
import { strategyOf } from './verbs.ts'
import { asName, faultAt, findService, optionFault, type Reading, serviceFault } from './words.ts'

/** An OCI tag (distribution spec): what a registry accepts behind the colon. */
export const VERSION = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/

/** Words people put between, as in "deploy api to v2.0 using canary". A version is never one of them. */
const FILLERS = new Set(['to', 'with', 'using', 'version', 'as', 'via', 'please', 'strategy'])

export function parseDeploy(whole: Reading, verb: 'deploy' | 'plan', from: number): Parsed {
  const reading = { ...whole, words: whole.words.filter((word, index) => index <= from || !isFiller(word)) }
  const { words } = reading
  const service = findService(reading.catalogue, words[from] ?? '')
  if (service === undefined) return serviceFault(reading, from, verb)
  const typedVersion = words[from + 1]
  if (typedVersion === undefined)
    return faultAt(reading, from + 1, {
      code: 'bad-version',
      why: `Which version of ${service.name}?`,
      verb,
      service,
    })
  if (typedVersion.startsWith('-')) return faultAt(reading, from + 1, { ...optionFault(typedVersion), verb, service })
  const version = asName(typedVersion)
  if (!VERSION.test(version))
    return faultAt(reading, from + 1, { code: 'bad-version', why: whyBadVersion(typedVersion, version), verb, service })
  const rest = words.slice(from + 2)
  if (rest.length === 0) return { ok: true, intent: { verb, service: service.name, version } }
  const strategy = readStrategy(reading, from + 2, verb, service)
  if (typeof strategy !== 'string') return strategy
  return { ok: true, intent: { verb, service: service.name, version, strategy } }
}

function isFiller(word: string): boolean {
  return FILLERS.has(word.toLowerCase())
}

function whyBadVersion(typed: string, version: string): string {
  if (version.length > 128) return `A version has at most 128 characters, this one has ${version.length}.`
  const foreign = /[^A-Za-z0-9._-]/u.exec(version)?.[0]
  if (foreign !== undefined) return `"${typed}" is no image tag: "${foreign}" cannot be in one.`
  return `"${typed}" is no image tag: letters, digits, dots, dashes and underscores, starting with a letter, a digit or an underscore.`
}

/** The strategy at this index, in one word or two ("blue green"), with nothing behind it; else the fault. */
function readStrategy(reading: Reading, at: number, verb: string, service: Catalogue[number]) {
  const typed = reading.words[at] ?? ''
  const next = reading.words[at + 1]
  if (typed.startsWith('-')) return faultAt(reading, at, { ...optionFault(typed), verb, service })
  const pair = next === undefined ? undefined : strategyOf(asName(typed) + asName(next))
  const strategy = pair ?? strategyOf(asName(typed))
  if (strategy === undefined)
    return faultAt(reading, at, {
      code: 'unknown-strategy',
      why: `"${typed}" is no strategy; ${service.name} takes ${service.strategies.join(', ')}.`,
      nearest: nearestWord(asName(typed), service.strategies),
      verb,
      service,
    })
  const behind = at + (pair === undefined ? 1 : 2)
  const extra = reading.words[behind]
  if (extra === undefined) return strategy
  const why = 'Nothing comes after the strategy.'
  return faultAt(reading, behind, { ...(extra.startsWith('-') ? optionFault(extra) : { why }), verb, service })
}
