/**
 * The text after `/deploy`, as an intent. Two promises hold for every text whatsoever: it never throws, and an intent
 * names a service of the catalogue or none.
 */

import { nearestWord } from '../../playbook/nearest-word.ts'
import { parseDeploy, VERSION } from './deploy-words.ts'
import { type Catalogue, exampleCommand, type Parsed, type ParseFault } from './parse-fault.ts'
import { readTypedText } from './typed-text.ts'
import { SAID_FOR, VERBS, type Verb, verbOf } from './verbs.ts'
import { asName, faultAt, findService, optionFault, type Reading, serviceFault } from './words.ts'

/** Characters of a reason that are kept; the rest is cut off with an ellipsis. */
const LONGEST_REASON = 500

export function parseCommand(text: string, catalogue: Catalogue, commandName = '/deploy'): Parsed {
  const typed = readTypedText(text)
  if (!typed.ok) return { ok: false, fault: unreadable(typed, catalogue, commandName) }
  const words = typed.words[0]?.toLowerCase() === commandName.toLowerCase() ? typed.words.slice(1) : typed.words
  const reading: Reading = { words, catalogue, commandName }
  const first = words[0]
  if (first === undefined) return { ok: true, intent: { verb: 'help' } }
  if (first.startsWith('-')) return faultAt(reading, 0, optionFault(first))
  if (/^roll$/i.test(first) && /^back\b/i.test(words[1] ?? ''))
    return parseVerb({ ...reading, words: ['rollback', ...words.slice(2)] }, 'rollback')
  const verb = verbOf(asName(first))
  if (verb !== undefined) return parseVerb(reading, verb)
  if (findService(catalogue, first) !== undefined) return parseDeploy(reading, 'deploy', 0)
  return unknownStart(reading, first)
}

function parseVerb(reading: Reading, verb: Verb): Parsed {
  switch (verb) {
    case 'deploy':
    case 'plan':
      return parseDeploy(reading, verb, 1)
    case 'help':
      return parseHelp(reading)
    case 'status':
      return parseStatus(reading)
    case 'unblock':
      return parseUnblock(reading)
    default:
      return parseDecision(reading, verb)
  }
}

function parseHelp(reading: Reading): Parsed {
  const topic = reading.words[1]
  return {
    ok: true,
    intent: topic === undefined ? { verb: 'help' } : { verb: 'help', topic: asName(topic).slice(0, 64) },
  }
}

function parseStatus(reading: Reading): Parsed {
  const typed = reading.words[1]
  if (typed === undefined) return { ok: true, intent: { verb: 'status' } }
  const service = findService(reading.catalogue, typed)
  if (service === undefined) return serviceFault(reading, 1, 'status')
  if (reading.words[2] !== undefined)
    return faultAt(reading, 2, { why: 'Status takes one service, or none for all.', verb: 'status', service })
  return { ok: true, intent: { verb: 'status', service: service.name } }
}

function parseDecision(
  reading: Reading,
  verb: Exclude<Verb, 'deploy' | 'plan' | 'help' | 'status' | 'unblock'>,
): Parsed {
  const service = findService(reading.catalogue, reading.words[1] ?? '')
  if (service === undefined) return serviceFault(reading, 1, verb)
  const next = reading.words[2]
  if (next !== undefined && /^-+[^-\s]/.test(next) && !/^--reason(?:=|$)/i.test(next))
    return faultAt(reading, 2, { ...optionFault(next), verb, service })
  const reason = reasonOf(reading.words.slice(2))
  // Approve and resume carry no reason in the record; what was typed behind them is not an error.
  if (verb === 'approve' || verb === 'resume') return { ok: true, intent: { verb, service: service.name } }
  return { ok: true, intent: { verb, service: service.name, ...(reason === '' ? {} : { reason }) } }
}

/** `unblock <service> <version> <reason>`; without a reason the answer asks for one. */
function parseUnblock(reading: Reading): Parsed {
  const service = findService(reading.catalogue, reading.words[1] ?? '')
  if (service === undefined) return serviceFault(reading, 1, 'unblock')
  const typed = reading.words[2]
  const version = typed === undefined ? '' : asName(typed)
  // A digest is taken too: that is what is blocked.
  if (!VERSION.test(version.replace(/^sha256:/, '')))
    return faultAt(reading, 2, {
      code: 'bad-version',
      why: `Which version of ${service.name} may be deployed again?`,
      verb: 'unblock',
      service,
    })
  const reason = reasonOf(reading.words.slice(3))
  const asked = { verb: 'unblock', service: service.name, version } as const
  return { ok: true, intent: reason === '' ? asked : { ...asked, reason } }
}

function reasonOf(words: readonly string[]): string {
  const text = words
    .join(' ')
    .replace(/^(?:(?:--reason=?|because|[-:,]+)(?=\s|$|["'])|--reason=|[-:,]+\s)\s*/i, '')
    .trim()
  const unquoted = /^(["'`])(.*)\1$/.exec(text)?.[2] ?? text
  return unquoted.length > LONGEST_REASON ? `${unquoted.slice(0, LONGEST_REASON - 1).trimEnd()}…` : unquoted
}

function unknownStart(reading: Reading, first: string): Parsed {
  const names = reading.catalogue.map((entry) => entry.name)
  const second = findService(reading.catalogue, reading.words[1] ?? '')
  const verb = verbLike(first)
  if (second !== undefined && verb === null)
    return faultAt(reading, 0, {
      why: `The service comes first, then the version: "${second.name} ${asName(first)}".`,
      service: second,
    })
  const nearest = second === undefined ? nearestWord(asName(first), names) : null
  return faultAt(reading, 0, {
    code: verb === null && names.length > 0 ? 'unknown-service' : 'not-understood',
    why: `"${first}" is neither a service nor a word I know.`,
    nearest: nearest ?? verb,
    ...(nearest === null && verb !== null ? { verb } : {}),
    service: second ?? reading.catalogue.find((entry) => entry.name === nearest),
  })
}

/** The verb that was probably meant: said in another word, or mistyped; null when it looks like none. */
function verbLike(word: string): string | null {
  const plain = asName(word).toLowerCase()
  return (Object.hasOwn(SAID_FOR, plain) ? SAID_FOR[plain] : undefined) ?? nearestWord(plain, VERBS)
}

function unreadable(
  typed: { readonly fault: 'too-long' | 'hidden-characters'; readonly detail: string },
  catalogue: Catalogue,
  commandName: string,
): ParseFault {
  const why =
    typed.fault === 'too-long'
      ? `That is too long for a command: ${typed.detail}.`
      : `The text holds an invisible character (${typed.detail}) that can make it read differently from what it is. Type it by hand.`
  const example = exampleCommand(catalogue, commandName)
  return { code: 'not-understood', understood: [], bad: null, why, nearest: null, example }
}
