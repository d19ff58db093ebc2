/** The value of a button: `<deployment>|<step>`. It travels through Slack, so it is read like any outside data. */
import type { CardRef } from '../handlers/ask.ts'

export interface DrawnFor extends CardRef {
  /** The deployment's id without its number. */
  readonly service: string
}

/** Names of services, steps and ids hold no bar; a deployment's id ends with its number. */
const VALUE = /^(([^|\s]{1,200})-\d{1,12})\|([^|\s]{1,200})$/

/** Undefined when the value was not made by `buttons.ts`. */
export function readButtonValue(value: string): DrawnFor | undefined {
  const [, deployment, service, step] = VALUE.exec(value) ?? []
  if (deployment === undefined || service === undefined || step === undefined) return undefined
  return { deployment, service, step }
}
