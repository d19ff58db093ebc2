/** The messages whose questions are not settled yet: what the announcer must remember of them to draw them again. */
import { createHash } from 'node:crypto'
import type { Deployment, TimelineEntry } from '../playbook/deployment.ts'
import type { AskedMessage } from '../ports/store.ts'
import { standingOf } from './views/question.ts'

/** More are never open at once (approval, a few lines of one hold, outcome, three check-ins); the oldest falls out. */
const MOST_ASKED = 16

export interface JudgedMessage extends AskedMessage {
  /** Nothing that can still happen changes it. */
  readonly settled: boolean
}

/** How the message that tells `told` stands now, `since` being the timeline after it. */
export function askedMessage(
  { ts, from, to }: Pick<AskedMessage, 'ts' | 'from' | 'to'>,
  told: readonly TimelineEntry[],
  deployment: Deployment,
  since: readonly TimelineEntry[],
  now: number,
): JudgedMessage {
  const { look, settled } = standingOf(told, deployment, since, now)
  return { ts, from, to, drawn: look === '' ? '' : fingerprint(look), settled }
}

/** The list with this message in its place, unless nothing can change it any more. */
export function remembered(
  list: readonly AskedMessage[],
  { ts, from, to, drawn, settled = false }: AskedMessage & { readonly settled?: boolean },
): readonly AskedMessage[] {
  if (settled) return list
  return [...list, { ts, from, to, drawn }].sort((a, b) => a.from - b.from).slice(-MOST_ASKED)
}

/** `api-42/7` -> 7 to 7, `api-42/7-19` -> 7 to 19; null when the key names no entry. */
export function entriesOf(key: string): { readonly from: number; readonly to: number } | null {
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(key.slice(key.lastIndexOf('/') + 1)) ?? []
  return from === undefined ? null : { from: Number(from), to: Number(to) }
}

/** Short and the same for the same value. */
export function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16)
}
