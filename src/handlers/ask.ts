/** Who asks, where from, and what they get back. No Slack types: the edge fills these from a verified payload. */
import type { Refusal } from '../playbook/refusal.ts'

/** From the verified payload, never from a button's value. */
export interface Asker {
  readonly id: string
  readonly team: string
  readonly channel: string
}

/**
 * `private`: seen only by the asker. `lines` are mrkdwn with user text already escaped by the edge's renderer: handlers
 * give plain text, the edge escapes it. `done` means that the record changed: the card and thread tell the rest.
 */
export type Reply =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'info'; readonly title: string; readonly lines: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

/** What a person can ask for; the command grammar and the buttons both end here. */
export type Intent =
  | { readonly verb: 'deploy'; readonly service: string; readonly version: string; readonly strategy?: string }
  | { readonly verb: 'plan'; readonly service: string; readonly version: string; readonly strategy?: string }
  | { readonly verb: 'status'; readonly service?: string }
  | {
      readonly verb: 'approve'
      readonly service: string /** From a button: deployment and step it was drawn for. */
      readonly card?: CardRef
    }
  | { readonly verb: 'hold'; readonly service: string; readonly reason?: string; readonly card?: CardRef }
  | { readonly verb: 'resume'; readonly service: string; readonly card?: CardRef }
  | { readonly verb: 'abort'; readonly service: string; readonly reason?: string; readonly card?: CardRef }
  | { readonly verb: 'rollback'; readonly service: string; readonly reason?: string; readonly card?: CardRef }
  | { readonly verb: 'help'; readonly topic?: string }

export interface CardRef {
  readonly deployment: string
  /** The forward step at which the button was drawn. */
  readonly step: string
}

/** One answer for each intent. Throws StoreUnavailable when nothing could be recorded. */
export type Answer = (intent: Intent, asker: Asker) => Promise<Reply>
