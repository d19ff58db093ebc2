/** Work to be done, now or at a time. */
import type { PhaseName } from '../playbook/plan.ts'

export type JobKind = 'advance' | 'way-back' | 'announce' | 'guard' | 'check-in'

export interface Job {
  readonly kind: JobKind
  readonly deployment: string
  /** `advance`: the phase, or what happens after it. Others: their kind. What a queue dashboard shows. */
  readonly name: PhaseName | 'keep' | JobKind
  /** Not before then, ms since the epoch in deployment time; 0: now. */
  readonly at: number
  /** Jobs of the same kind, deployment and key are one. A later job replaces a waiting one when it is due sooner. */
  readonly key: string
  /** Jumps the queue. */
  readonly urgent: boolean
}

/** A job's work; the signal is aborted when somebody interrupts the deployment. A throw means: try again (with back-off). */
export type Work = (job: Job, signal: AbortSignal) => Promise<void>

export interface Queue {
  /** Durable once it resolves. Throws StoreUnavailable when the queue cannot be reached in time. */
  add(job: Job): Promise<void>
  /** Aborts the signal of whatever `advance` job runs for this deployment, in any process. Best effort: the record decides. */
  interrupt(deployment: string, reason: string): Promise<void>
  /** Starts working; `way-back` jobs have workers of their own. */
  work(handlers: Readonly<Record<JobKind, Work>>): Promise<void>
  close(): Promise<void>
}
