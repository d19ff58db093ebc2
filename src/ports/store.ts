/** The record, its timeline, locks and schedules. */
import type { Block } from '../playbook/block.ts'
import type { Deployment, TimelineEntry } from '../playbook/deployment.ts'

/** Thrown when the store cannot be reached in time: nothing was recorded, or it is not known. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable'
}

export type SaveResult = 'saved' | 'conflict'

/** A message of the channel that asks people for something, and so has buttons. */
export interface AskedMessage {
  readonly ts: string
  /** The timeline entries it tells, by their index: the same one twice, or the ends of a digest. */
  readonly from: number
  readonly to: number
  /** Hash of how the question stood when the message was drawn; empty: not known, it is drawn again. */
  readonly drawn: string
}

/** How far the conversation about a deployment has got: kept beside the record, never in it. */
export interface Told {
  /** Message timestamp of the card; null before it was posted. */
  readonly card: string | null
  /** Timeline entries already told (a count from the start). */
  readonly cursor: number
  /** Hash of the card as last drawn: an unchanged card is not edited. */
  readonly drawn: string | null
  /** When the card was last edited, ms since the epoch. */
  readonly drawnAt: number
  /** The post under way at a crash: found again by its key in the message metadata. */
  readonly inFlight: string | null
  /** Messages whose question is not settled, oldest first; a few at most. */
  readonly asked: readonly AskedMessage[]
}

export interface Store {
  /**
   * Creates the record, its first timeline entries and the service's live lock in one write. Returns the live
   * deployment's id instead when the service has one.
   */
  create(deployment: Deployment, entries: readonly TimelineEntry[]): Promise<'created' | { readonly live: string }>
  /** Next number for a service, from 1. */
  nextNumber(service: string): Promise<number>
  load(id: string): Promise<Deployment | undefined>
  /**
   * Saves when the stored revision is `expected`, with the entries appended in the same write. Releases the service's
   * lock when the deployment is no longer live, takes it again when a completed one goes back. Blocks the image of one
   * that was rolled back for its own sake (`blockOf`), in the same write too.
   */
  save(deployment: Deployment, entries: readonly TimelineEntry[], expected: number): Promise<SaveResult>
  /** Entries from index `from` on, in order; empty when there are none. */
  timeline(id: string, from?: number): Promise<readonly TimelineEntry[]>
  /** Id of the live deployment of a service; undefined when it has none. */
  live(service: string): Promise<string | undefined>
  /**
   * Ids of deployments with anything left to do: live, kept, check-ins to come, or entries of the timeline beyond the
   * cursor of `saveTold`. One that ended is listed until everything was told.
   */
  open(): Promise<readonly string[]>
  /** The newest deployment of a service; undefined when it never had one. */
  latest(service: string): Promise<string | undefined>
  /** Durations (ms) of the last completed deployments of a service, newest first, at most 20. */
  durations(service: string): Promise<readonly number[]>
  /** The blocked images of a service, newest first; empty when there are none. */
  blocked(service: string): Promise<readonly Block[]>
  /** Blocks an image of which there is no record; a block of the same image is replaced. */
  block(block: Block): Promise<void>
  /** True when there was such a block. */
  unblock(block: Block): Promise<boolean>
  told(id: string): Promise<Told | undefined>
  /** Does nothing for a deployment that was never created. */
  saveTold(id: string, told: Told): Promise<void>
  close(): Promise<void>
}
