/** Reading a command word by word: services by name, and faults that point at a word. */

import { nearestWord } from '../../playbook/nearest-word.ts'
import { type Catalogue, exampleCommand, type ParseFault } from './parse-fault.ts'

export interface Reading {
  readonly words: readonly string[]
  readonly catalogue: Catalogue
  readonly commandName: string
}

type Entry = Catalogue[number]

/** A word without the quotes around it and the punctuation a phone or a sentence puts behind it. */
export function asName(word: string): string {
  const bare = word.replace(/^["'`(]+/, '').replace(/["'`),;:!?.]+$/, '')
  return bare === '' ? word : bare
}

/** The catalogue's service of this name: exactly, else whatever the capitals; undefined when there is none. */
export function findService(catalogue: Catalogue, typed: string): Entry | undefined {
  const name = asName(typed)
  const exact = catalogue.find((entry) => entry.name === name)
  if (exact !== undefined) return exact
  // ASCII only: some letters of other scripts become an ASCII letter when lowered (the Kelvin sign becomes k).
  if (!/^[\x21-\x7e]+$/.test(name)) return undefined
  return catalogue.find((entry) => entry.name.toLowerCase() === name.toLowerCase())
}

export interface FaultFacts {
  readonly why: string
  readonly code?: ParseFault['code']
  readonly nearest?: string | null
  readonly verb?: string
  readonly service?: Entry | undefined
}

/** A fault at the word with this index; an index behind the last word means that a word is missing. */
export function faultAt(
  reading: Reading,
  index: number,
  facts: FaultFacts,
): { readonly ok: false; readonly fault: ParseFault } {
  return {
    ok: false,
    fault: {
      code: facts.code ?? 'not-understood',
      understood: reading.words.slice(0, index),
      bad: reading.words[index] ?? null,
      why: facts.why,
      nearest: facts.nearest ?? null,
      example: exampleCommand(reading.catalogue, reading.commandName, facts.verb, facts.service?.name),
    },
  }
}

/** The word at this index should be a service and is not: unknown, an option, or missing. */
export function serviceFault(reading: Reading, index: number, verb: string) {
  const typed = reading.words[index]
  if (typed === undefined)
    return faultAt(reading, index, {
      why: verb === 'emergency' ? 'Which service is it?' : `Which service should I ${verb}?`,
      verb,
    })
  if (typed.startsWith('-')) return faultAt(reading, index, { ...optionFault(typed), verb })
  const name = asName(typed)
  const names = reading.catalogue.map((entry) => entry.name)
  const joined = /^([^:@=]+)[:@=]/.exec(name)?.[1]
  const nearest =
    names.find((known) => joined !== undefined && known === joined.toLowerCase()) ?? nearestWord(name, names)
  const foreign = /[^\x21-\x7e]/u.exec(name)?.[0]
  const lookAlike = foreign === undefined ? '' : ` It holds "${foreign}", which is no plain letter.`
  return faultAt(reading, index, {
    code: 'unknown-service',
    why: `"${typed}" is not a service of the catalogue.${lookAlike}`,
    nearest,
    verb,
    service: reading.catalogue.find((entry) => entry.name === nearest),
  })
}

/** Options are refused by name, so that nobody believes they did something. */
export function optionFault(word: string): FaultFacts {
  const name = /^-+[^=\s]*/.exec(word)?.[0] ?? word
  return { why: `Options such as "${name}" are not taken: cluster, namespace and rights come from the catalogue.` }
}
