/** How running a step's checks ended: the same shape as the result of any other step. */
import type { StepFacts } from '../playbook/events.ts'

export type ChecksOutcome =
  /** `text` tells the count and every warning; `evidence` is the table of all checks. `level`: when not all of them hold. */
  | {
      readonly kind: 'done'
      readonly text: string
      readonly level?: 'info' | 'warning'
      readonly evidence?: string
      readonly facts?: StepFacts
    }
  /** Asked again after so long, ms of deployment time. */
  | { readonly kind: 'not-yet'; readonly why: string; readonly retryMs: number; readonly facts?: StepFacts }
  /** What the other checks found out counts all the same. */
  | { readonly kind: 'failed'; readonly why: string; readonly evidence?: string; readonly facts?: StepFacts }
