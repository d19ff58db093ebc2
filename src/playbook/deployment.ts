/**
 * The record of one deployment: everything that is known about it. It changes only through `record-event`.
 *
 * Statuses and how they are entered and left:
 *   running      created; moves through the plan; left by hold, going back, refusal, completion
 *   holding      waits for a person (warning, sick pods, a hold) or for data; left by resume, data, going back
 *   going-back   the way back runs; nothing stops it; left only by its own end
 *   completed    all phases done; can still go back while the old version is kept (`keepUntil`)
 *   rolled-back  the way back is done; final
 *   refused      pre-flight said no, or approval never came, before anything was touched; final
 */

import type { ForeignChange, Meddled } from './foreign-change.ts'
import type { MetricName, Sample } from './metrics.ts'
import type { Plan } from './plan.ts'
import type { PodHealth } from './pods.ts'
import type { Strategy } from './service.ts'

export const STATUSES = ['running', 'holding', 'going-back', 'completed', 'rolled-back', 'refused'] as const
export type Status = (typeof STATUSES)[number]

/** A person as far as the record knows them: Slack's user id, and the name shown at the time. */
export interface PersonRef {
  readonly id: string
  readonly name: string
}

/** What was on the cluster before, pinned so that the way back needs no thinking. JSON, as the API server gave it. */
export interface Pin {
  readonly workload: string
  readonly replicas: number
  /** The whole pod template. */
  readonly template: unknown
  readonly image: string
  readonly serviceSelector: Readonly<Record<string, string>>
  /** Weights of the route's destinations in order; null where the router has none. */
  readonly weights: readonly number[] | null
  /** Annotations of the router's object as they were, null where there was none; only where shares stand in annotations and the object is the team's. */
  readonly annotations?: Readonly<Record<string, string | null>>
  readonly hpa: { readonly name: string; readonly minReplicas: number } | null
  /** Only where the workload's own pods are replaced in place: then the way back leads through the workload itself. */
  readonly rollout?: PinnedRollout
  /** Its traffic moves by the switch of a blue-green deployment, whatever router the catalogue names. */
  readonly switched?: true
  /** ConfigMaps and Secrets that the template takes its configuration from, as they were: their content is not pinned. */
  readonly configs?: readonly PinnedConfig[]
}

/** How the workload rolled out before, and how its pods are told from the new ones. */
export interface PinnedRollout {
  /** `pod-template-hash` of the old version's pods, read from their ReplicaSet. */
  readonly hash: string
  /** Those of the spec's `strategy`, `minReadySeconds`, `progressDeadlineSeconds` and `paused` that were set. */
  readonly spec: Readonly<Record<string, unknown>>
}

export interface PinnedConfig {
  readonly kind: 'ConfigMap' | 'Secret'
  readonly name: string
  /** `metadata.resourceVersion`; `absent`: there was none; null: it could not be read. */
  readonly version: string | null
}

/** How far a rolling deployment has got. */
export interface Rolled {
  /** Pods that are to run the new version after the roll under way or last done. */
  readonly wanted: number
  /** Pods the workload has in all, as last seen; null before the pin. */
  readonly of: number | null
  /** `pod-template-hash` of the new version's pods; null until the first one stands. */
  readonly hash: string | null
}

export type HoldReason =
  | 'warning'
  | 'critical'
  | 'no-data'
  | 'low-traffic'
  | 'unready'
  | 'blind'
  | 'person'
  | 'step-failed'
  /** Somebody else changed what the deployment owns. */
  | 'changed'

export interface Hold {
  readonly reason: HoldReason
  /** One sentence with values and units. */
  readonly detail: string
  readonly since: number
  readonly by?: PersonRef
  /** When people are reminded next. */
  readonly remindAt: number
  readonly reminders: number
  /** Set where the hold ends by itself in a roll back unless somebody speaks (`onBreach: ask`, unready pods). */
  readonly rollBackAt?: number
  /** `wanted`: the new version's traffic is to be taken away while it holds; `done`: it was. */
  readonly withdraw?: 'wanted' | 'done'
}

export const TRIGGERS = [
  'critical',
  'gate',
  'crash',
  'unready',
  'step-failed',
  'countdown',
  'abort',
  'rollback',
] as const
export type Trigger = (typeof TRIGGERS)[number]

export interface GoingBack {
  readonly trigger: Trigger
  readonly detail: string
  readonly by?: PersonRef
  readonly since: number
  /** Which step of `plan.wayBack` is next. */
  readonly step: number
  /** Since when that step is tried. */
  readonly stepSince: number
  readonly restoredAt?: number
  /** Why the present step is late, as people were told; absent: not told yet. */
  readonly lateTold?: string
  /** What somebody else did to it since, and was undone. */
  readonly undone?: readonly ForeignChange[]
  /** Id of the emergency rollback that was ordered: from then on its token counts on the cluster, and what is pinned there is the way back. */
  readonly emergency?: string
  /** Did the new version ever have production traffic? If not, people read "aborted", not "rolled back". */
  readonly hadTraffic: boolean
}

/**
 * Opened when the new version gets a share of traffic, kept until that share changes: watching goes on while people are
 * waited for. Samples are the last few; the judgement needs no more.
 */
export interface Window {
  readonly percent: number
  readonly since: number
  readonly samples: readonly Sample[]
  /** Consecutive samples without data. */
  readonly noData: number
  /** When the last sample was asked for, ms since the epoch; `since` before the first. */
  readonly askedAt: number
}

/** The guard cannot see the cluster. */
export interface Blind {
  readonly since: number
  /** A sentence of the cluster's or the network's. */
  readonly why: string
  /** Long enough that people were told; before that it may be a hiccup. */
  readonly told: boolean
}

export interface CheckIn {
  readonly name: '1h' | '4h' | '24h'
  readonly dueAt: number
  readonly doneAt?: number
  readonly verdict?: 'ok' | 'warning' | 'critical' | 'no data'
}

/** The share of traffic, percent: what was planned and what the router really gives. Null: not known. */
export interface Share {
  readonly planned: number
  readonly real: number | null
}

export interface Deployment {
  /** `<service>-<number>`, e.g. `api-42`. */
  readonly id: string
  readonly number: number
  readonly service: string
  readonly version: string
  /** What the workload ran before, as an image tag or reference; null until pre-flight saw it. */
  readonly fromVersion: string | null
  /** Pods of the old version as pre-flight saw them; absent until then, and in records of versions before this field. */
  readonly fromPods?: number
  /** Digest the registry gave for the version at pre-flight; null until then or where the registry has none. */
  readonly digest: string | null
  readonly strategy: Strategy
  readonly requester: PersonRef
  readonly channel: string
  readonly createdAt: number
  readonly plan: Plan
  /** Grows by one with each recorded event: the guard of compare-and-set and the fencing token on the cluster. */
  readonly revision: number
  readonly status: Status
  /** The forward step that is next or under way. */
  readonly step: string
  /** Since when, ms since the epoch; later by the time in which nobody looked at the step. Its deadline counts from here. */
  readonly stepSince: number
  /** Not before then is the step tried again; 0: now. */
  readonly retryAt: number
  /** Why the step is not yet there, in one sentence. */
  readonly waitingFor: string | null
  readonly approvals: readonly { readonly step: string; readonly by: PersonRef; readonly at: number }[]
  readonly share: Share
  readonly window: Window | null
  readonly hold: Hold | null
  readonly goingBack: GoingBack | null
  readonly pin: Pin | null
  /** Null: not a rolling deployment. */
  readonly rolled: Rolled | null
  readonly baseline: Sample | null
  readonly lastSample: Sample | null
  /** The worst value seen of each metric while the new version had traffic (for the report). */
  readonly peaks: Readonly<Partial<Record<MetricName, number>>>
  /** New pods as the guard last saw them; null before there are any. */
  readonly pods: PodHealth | null
  /** What somebody else changed of what is ours; null or absent: nothing. */
  readonly meddled?: Meddled | null
  /** Null while the guard sees the cluster, or need not. Absent in records of versions before this field. */
  readonly blind?: Blind | null
  /** Problems met on the way, for the report. */
  readonly issues: readonly string[]
  /** Is the old version beside the new one (after `keep-old`)? Then the way back goes through it. */
  readonly kept: boolean
  /** Does the catalogue's workload itself carry the new version's traffic (after `settle`)? Else the canary slot does. */
  readonly settled: boolean
  /** Until when a completed deployment can go back; null: not completed, or the time is over. */
  readonly keepUntil: number | null
  readonly checkIns: readonly CheckIn[]
  readonly endedAt: number | null
}

/** One line of the timeline, append-only: what happened, when, who, and what it changed. */
export interface TimelineEntry {
  readonly at: number
  readonly revision: number
  /** What happened: the event's type, closed list in events.ts. */
  readonly type: string
  readonly by?: PersonRef
  readonly step?: string
  /** One or more sentences for people, plain text. */
  readonly text: string
  /** Where it is told. `channel` reaches the channel itself: only approval needed, breach, rollback, outcome. */
  readonly audience: 'thread' | 'channel' | 'record'
  readonly level: 'info' | 'good' | 'warning' | 'bad'
  /** Evidence shown monospaced under the text (logs, tables), plain text. */
  readonly evidence?: string
  readonly from?: Status
  readonly to?: Status
}

export function isLive(deployment: Deployment): boolean {
  return deployment.status === 'running' || deployment.status === 'holding' || deployment.status === 'going-back'
}

/** Does a way back exist? While live, and after completion for as long as the old version is kept. */
export function hasWayBack(deployment: Deployment, now: number): boolean {
  if (deployment.status === 'running' || deployment.status === 'holding') return true
  return deployment.status === 'completed' && deployment.keepUntil !== null && now < deployment.keepUntil
}

/** Does the way back lead through pods beside the workload: the kept ones, or, where none are, ones that start first? */
export function goesThroughPrevious(deployment: Deployment): boolean {
  // What was replaced in place is put back in place.
  return deployment.kept || (isOldReplaced(deployment) && !deployment.pin?.rollout)
}

/**
 * From `promote` on the catalogue's workload no longer holds the old version: going back to it leads somewhere else. A
 * rolling deployment has no old pod left from its one `route` step on.
 */
export function isOldReplaced({ plan, step }: Deployment): boolean {
  const flat = plan.phases.flatMap((phase) => phase.steps)
  const last = plan.strategy === 'rolling' ? 'route' : 'promote'
  const promote = flat.findIndex((row) => row.want.do === last)
  return promote >= 0 && flat.findIndex((row) => row.id === step) >= promote
}
