/**
 * The eyes of this process: they follow the deployments it works on, and read the new pods' own counters between two
 * samples of the metrics store. No job and no write comes of a look, unless it finds what begins the way back. What is
 * remembered from look to look dies with the process: another one starts anew, which can only be later, never wrong.
 */
import type { Deployment } from '../playbook/deployment.ts'
import {
  type Failing,
  judgeCounts,
  NOTHING_SEEN,
  type PodReading,
  type Seen,
  seeCounts,
} from '../playbook/judge-counts.ts'
import { slotUnderEyes } from '../playbook/slot-under-eyes.ts'
import { ClusterError } from '../ports/cluster.ts'
import { followUp, isGuarded } from '../ports/follow-up.ts'
import { recordThrough } from '../ports/ledger.ts'
import type { Engine } from './engine.ts'

type Parts = Pick<Engine, 'eyes' | 'store' | 'queue' | 'clock' | 'log'>

export interface OpenEyes {
  /** Begins or ends to look at the pods of this deployment, as it needs it now. */
  follow(deployment: Deployment): void
  /** Resolves when no look is under way: what it found is recorded and enqueued. */
  idle(): Promise<void>
  close(): void
}

export function makeEyes(parts: Parts): OpenEyes {
  const followed = new Map<string, Follower>()
  return {
    follow(deployment) {
      const known = followed.get(deployment.id)
      if (known) return known.learn(deployment)
      if (slotUnderEyes(deployment, parts.clock.now()) === null) return
      followed.set(deployment.id, new Follower(parts, deployment, () => followed.delete(deployment.id)))
    },
    async idle() {
      await Promise.all([...followed.values()].map((follower) => follower.looking))
    },
    close() {
      for (const follower of followed.values()) follower.stop()
    },
  }
}

/** One deployment: look, wait for the rest of the interval, look again. Never two looks at a time. */
class Follower {
  looking: Promise<void> = Promise.resolve()
  readonly #parts: Parts
  readonly #ended: () => void
  readonly #stopping = new AbortController()
  #deployment: Deployment
  /** When the record was last read. */
  #learntAt: number
  #seen: Seen = NOTHING_SEEN
  #blind: string | null = null
  #cancel: () => void

  constructor(parts: Parts, deployment: Deployment, ended: () => void) {
    this.#parts = parts
    this.#deployment = deployment
    this.#ended = ended
    this.#learntAt = parts.clock.now()
    this.#cancel = this.#wakeAt(this.#learntAt)
  }

  learn(deployment: Deployment): void {
    if (deployment.revision < this.#deployment.revision) return
    // Another share, or a person's word to go on: what failed before it is not held against it again.
    if (deployment.window?.since !== this.#deployment.window?.since)
      this.#seen = { ...NOTHING_SEEN, pods: this.#seen.pods }
    this.#deployment = deployment
    this.#learntAt = this.#parts.clock.now()
    if (slotUnderEyes(deployment, this.#learntAt) === null) this.stop()
  }

  stop(): void {
    this.#stopping.abort(new Error('nobody looks any more'))
    this.#cancel()
    this.#ended()
  }

  #wakeAt(at: number): () => void {
    return this.#parts.clock.schedule(at, () => {
      this.looking = this.#look()
    })
  }

  async #look(): Promise<void> {
    const { clock, log } = this.#parts
    const begun = clock.now()
    try {
      await this.#lookOnce()
    } catch (error) {
      // The store is away, most likely; what was seen is kept, and the next look tries again.
      if (!this.#stopping.signal.aborted)
        log.warn({ deployment: this.#deployment.id, error }, 'a look at the pods came to nothing')
    }
    const { eyes } = this.#deployment.plan.service
    if (this.#stopping.signal.aborted || !eyes) return
    this.#cancel = this.#wakeAt(Math.max(clock.now(), begun + eyes.intervalMs))
  }

  async #lookOnce(): Promise<void> {
    const { clock } = this.#parts
    const { plan } = this.#deployment
    if (clock.now() - this.#learntAt >= plan.service.guard.pollMs) await this.#readRecord()
    const slot = slotUnderEyes(this.#deployment, clock.now())
    if (slot === null) return this.stop()
    const readings = await this.#readPods(slot)
    const now = clock.now()
    this.#seen = seeCounts(this.#seen, readings, now, plan.service.judgement)
    const failing = judgeCounts(this.#seen, now, plan.service.judgement)
    if (failing) await this.#found(failing)
  }

  /** Others may have moved the deployment, and nobody tells this process. */
  async #readRecord(): Promise<void> {
    const stored = await this.#parts.store.load(this.#deployment.id)
    if (stored) this.learn(stored)
  }

  async #readPods(slot: 'canary' | 'stable'): Promise<readonly PodReading[]> {
    const { signal } = this.#stopping
    try {
      const readings = await this.#parts.eyes.read(this.#deployment.plan.service, slot, signal)
      this.#tellBlind(whyBlind(readings))
      return readings
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      if (!signal.aborted) this.#tellBlind(error.message)
      return []
    }
  }

  /** As a person's abort: recorded, whatever runs is interrupted, and the way back has workers of its own. */
  async #found(failing: Failing): Promise<void> {
    const { store, queue, clock, log } = this.#parts
    let before = this.#deployment
    const outcome = await recordThrough(store, before.id, clock.now, (current) => {
      before = current
      return { event: { type: 'pods-failing', failing } }
    })
    if (!outcome.ok) {
      log.debug({ deployment: before.id, code: outcome.refusal.code }, 'failing pods change nothing')
      // Recorded by an earlier look whose enqueue failed, perhaps: the way back waits for no sweep.
      if (before.status === 'going-back') await followUp(queue, before, [], clock.now(), true)
      return this.learn(before)
    }
    const { deployment, entries } = outcome.value
    if (deployment.status !== before.status) await queue.interrupt(deployment.id, 'its pods are failing')
    await followUp(queue, deployment, entries, clock.now(), isGuarded(before))
    this.learn(deployment)
  }

  /** Said once for each reason, and when it is over. */
  #tellBlind(why: string | null): void {
    if (why === this.#blind) return
    const about = { deployment: this.#deployment.id }
    if (why === null) this.#parts.log.info(about, "the pods' own counters can be read again")
    else
      this.#parts.log.warn(about, `the pods' own counters cannot be read, the metrics store alone is watched: ${why}`)
    this.#blind = why
  }
}

/** Null while one pod at least can be read, or there is none yet. */
function whyBlind(readings: readonly PodReading[]): string | null {
  const reasons = readings.map((reading) => ('unknown' in reading ? `${reading.pod}: ${reading.unknown}` : null))
  return reasons.length === 0 || reasons.includes(null) ? null : (reasons[0] ?? null)
}
