/** What comes of a command's text: an intent, or why it was not understood, with all that the answer needs. */
import type { Intent } from '../../handlers/ask.ts'
import type { Service } from '../../playbook/service.ts'

export type Parsed = { readonly ok: true; readonly intent: Intent } | { readonly ok: false; readonly fault: ParseFault }

export type Catalogue = readonly Pick<Service, 'name' | 'strategies'>[]

export interface ParseFault {
  readonly code: 'not-understood' | 'unknown-service' | 'unknown-strategy' | 'bad-version'
  /** The words understood before the first bad one, as typed; empty when nothing was. */
  readonly understood: readonly string[]
  /** The first word that made no sense; null when a word is missing instead. */
  readonly bad: string | null
  /** One sentence: what is wrong with it, or what is missing. Plain text; may repeat what was typed. */
  readonly why: string
  /** What was probably meant, in place of the bad word; null when nothing is near. */
  readonly nearest: string | null
  /** A whole command that works with the real catalogue. */
  readonly example: string
}

/** A command that would be understood: `/deploy api v2.0 canary`. With an empty catalogue only help is left. */
export function exampleCommand(
  catalogue: Catalogue,
  commandName: string,
  verb: string = 'deploy',
  serviceName?: string,
): string {
  const service = catalogue.find((entry) => entry.name === serviceName) ?? catalogue[0]
  if (service === undefined) return `${commandName} help`
  if (verb === 'help') return `${commandName} help`
  if (verb === 'emergency') return `${commandName} emergency ${service.name} checkout is broken`
  if (verb === 'unblock') return `${commandName} unblock ${service.name} v2.0 the cause is mended`
  if (verb !== 'deploy' && verb !== 'plan') return `${commandName} ${verb} ${service.name}`
  const lead = verb === 'plan' ? `${commandName} plan` : commandName
  return [lead, service.name, 'v2.0', service.strategies[0]].filter((word) => word !== undefined).join(' ')
}
