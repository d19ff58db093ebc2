/** Who asks, where from, and what they get back. No Slack types: the edge fills these from a verified payload. */
import type { Deployment } from '../playbook/deployment.ts'
import type { Plan } from '../playbook/plan.ts'
import type { Refusal } from '../playbook/refusal.ts'

/** From the verified payload, never from a button's value. */
export interface Asker {
  readonly id: string
  readonly team: string
  readonly channel: string
}

/**
 * What the asker gets, seen only by them. Plain text: the edge escapes and draws it. `done` means that the record changed;
 * card and thread tell the rest. `plan`, `status` and `help` carry data that the edge draws (drawPlan, drawStatus, drawHelp).
 */
export type Reply =
  | { readonly kind: 'done'; readonly text: string }
  | { readonly kind: 'plan'; readonly plan: Plan; readonly notes: readonly string[] }
  /** `deployments`: the live or else the latest one of each service asked for; empty when there was never one. `now`: ms since the epoch. */
  | {
      readonly kind: 'status'
      readonly deployments: readonly Deployment[]
      readonly service: string | null
      readonly now: number
    }
  /** Asked back before anything happens; drawn with a button that says yes. */
  | { readonly kind: 'confirm-emergency'; readonly service: string; readonly reason: string }
  | { readonly kind: 'help'; readonly topic: string | null }
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
  | {
      readonly verb: 'emergency'
      readonly service: string
      readonly reason?: string /** From the button of the question: do it. */
      readonly confirmed?: boolean
    }
  | { readonly verb: 'unblock'; readonly service: string; readonly version: string; readonly reason?: string }
  | { readonly verb: 'help'; readonly topic?: string }

export interface CardRef {
  readonly deployment: string
  /** The forward step at which the button was drawn. */
  readonly step: string
}

/** One answer for each intent. Throws StoreUnavailable when nothing could be recorded. */
export type Answer = (intent: Intent, asker: Asker) => Promise<Reply>
