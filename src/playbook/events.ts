/** Everything that can happen to a deployment: the closed list behind `record-event`. */
import type { CheckIn, PersonRef, Pin } from './deployment.ts'
import type { ForeignChange } from './foreign-change.ts'
import type { Failing } from './judge-counts.ts'
import type { PodVerdict } from './judge-pods.ts'
import type { Sample } from './metrics.ts'
import type { PodHealth } from './pods.ts'

/** What a step found out, however it ended; each fact goes into its field of the record. */
export interface StepFacts {
  readonly fromVersion?: string
  readonly fromPods?: number
  readonly digest?: string
  readonly pin?: Pin
  readonly baseline?: Sample
  readonly realShare?: number | null
  /** A new pod of a rolling deployment stands: pods of the workload in all, and the label that tells the new ones. */
  readonly rolled?: { readonly of: number; readonly hash: string }
  readonly issues?: readonly string[]
}

export type DeploymentEvent =
  // People.
  | { readonly type: 'approved'; readonly by: PersonRef; readonly step: string }
  | { readonly type: 'held'; readonly by: PersonRef; readonly reason: string | null }
  | { readonly type: 'resumed'; readonly by: PersonRef }
  | { readonly type: 'abort-asked'; readonly by: PersonRef; readonly reason: string | null }
  | {
      readonly type: 'rollback-asked'
      readonly by: PersonRef
      readonly reason: string | null
      /** Id of the emergency rollback, where it is one. */
      readonly emergency?: string
    }
  // Steps, forward.
  | {
      readonly type: 'step-done'
      readonly step: string
      readonly text: string
      /** Left out: good. */
      readonly level?: 'info' | 'warning'
      readonly evidence?: string
      readonly facts?: StepFacts
    }
  | {
      readonly type: 'step-not-yet'
      readonly step: string
      readonly why: string
      readonly retryAt: number
      readonly facts?: StepFacts
    }
  | {
      readonly type: 'step-failed'
      readonly step: string
      readonly why: string
      readonly evidence?: string
      readonly facts?: StepFacts
    }
  // What the watch brings.
  | { readonly type: 'sampled'; readonly sample: Sample }
  /** `realShare`: percent of the new version as the router shows it now; absent: not known, or it is just being moved. */
  | {
      readonly type: 'pods-seen'
      readonly health: PodHealth
      readonly verdict: PodVerdict
      readonly realShare?: number
    }
  /** A look of the guard, begun at `since` (ms since the epoch), that saw nothing of the cluster; `why` is a sentence. */
  | { readonly type: 'sight-lost'; readonly since: number; readonly why: string }
  | { readonly type: 'sight-back' }
  /** What the new pods told of themselves between two samples is bad enough for the fast path. */
  | { readonly type: 'pods-failing'; readonly failing: Failing }
  /** Somebody else wrote what the deployment owns. `realShare`: percent of the new version as the router shows it now. */
  | {
      readonly type: 'changed-by-others'
      readonly changes: readonly ForeignChange[]
      readonly realShare?: number | null
    }
  /** What was restored had been undone by somebody else, and was restored again. */
  | { readonly type: 'restore-undone'; readonly changes: readonly ForeignChange[] }
  // A person decided that ours is written again.
  | { readonly type: 'reclaimed' }
  | { readonly type: 'reclaim-refused'; readonly why: string }
  // Time.
  | { readonly type: 'approval-expired' }
  | { readonly type: 'hold-reminded' }
  | { readonly type: 'countdown-over' }
  // Holding.
  | { readonly type: 'withdrawn'; readonly realShare: number | null }
  // The way back.
  | {
      readonly type: 'way-back-step-done'
      readonly index: number
      readonly text: string
      readonly realShare?: number | null
    }
  | {
      readonly type: 'way-back-late'
      readonly index: number
      readonly why: string
      readonly retryAt: number
      /** Nothing is wrong, it only takes its moment: kept in the record, not told. */
      readonly expected?: boolean
    }
  /** An emergency rollback acted on the cluster by itself. `id`: its own. */
  | { readonly type: 'emergency-took-over'; readonly id: string }
  // The day after.
  | {
      readonly type: 'checked-in'
      readonly name: CheckIn['name']
      readonly verdict: NonNullable<CheckIn['verdict']>
      readonly text: string
      readonly evidence: string
      readonly sample: Sample
    }
  | { readonly type: 'superseded'; readonly by: string }
  /** A later deployment put another version in its place: its check-ins would measure that one. */
  | { readonly type: 'replaced'; readonly by: string; readonly version: string }
  | { readonly type: 'forgotten' }
  /** Taking traffic away, or retiring the kept version, is tried again then. */
  | {
      readonly type: 'late'
      readonly why: string
      readonly retryAt: number
      /** Nothing is wrong, it only takes its moment: kept in the record, not told. */
      readonly expected?: boolean
    }

export type EventType = DeploymentEvent['type']
