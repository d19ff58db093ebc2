/**
 * The judgement of the eyes: what pods count of their own requests between two samples of the metrics store, and whether
 * that is bad enough for the fast path. It knows only "bad" and "nothing to say": a pod that does not answer is unknown.
 *
 *   reading  one pod's counters at one moment
 *   look     what all pods counted since the look before
 *   seen     what is remembered from look to look; in a worker's memory only, since it can stop a release and never pass one
 */
import type { JudgementSettings } from './service.ts'

/** Value of each series, by its name and labels. */
export type Counters = ReadonlyMap<string, number>

export type PodReading = {
  readonly pod: string
  /** Another one when the pod or its containers began anew, and with them the counters. */
  readonly life: string
} & ({ readonly requests: Counters; readonly errors: Counters } | { readonly unknown: string })

interface PodShare {
  readonly pod: string
  readonly requests: number
  readonly errors: number
}

interface Look {
  readonly at: number
  /** Since when that was counted, ms since the epoch. */
  readonly since: number
  readonly pods: readonly PodShare[]
}

interface KnownPod {
  readonly at: number
  readonly requests: Counters
  readonly errors: Counters
}

export interface Seen {
  /** By life. */
  readonly pods: ReadonlyMap<string, KnownPod>
  /** Those of the sample window, oldest first; looks without requests are none. */
  readonly looks: readonly Look[]
  /** Was each of the last looks critical? As many as `criticalOf` asks for, newest last. */
  readonly critical: readonly boolean[]
}

/** The counts behind a breach: the shortest stretch up to now that is bad enough. */
export interface Failing {
  readonly requests: number
  readonly errors: number
  readonly windowMs: number
  readonly pods: readonly PodShare[]
}

export const NOTHING_SEEN: Seen = { pods: new Map(), looks: [], critical: [] }

/**
 * Joins a look with what was seen before. The first reading of a life says nothing: how long its counters have been
 * growing is not known. Nor does one after so long a silence that its growth belongs to no window.
 */
export function seeCounts(
  before: Seen,
  readings: readonly PodReading[],
  now: number,
  judgement: Pick<JudgementSettings, 'sampleWindowMs' | 'fastPath' | 'criticalOf'>,
): Seen {
  const from = now - judgement.sampleWindowMs
  const pods = new Map([...before.pods].filter(([, pod]) => pod.at >= from))
  const shares: PodShare[] = []
  let since = now
  for (const reading of readings) {
    if ('unknown' in reading) continue
    const known = pods.get(reading.life)
    pods.set(reading.life, {
      at: now,
      requests: joined(known?.requests, reading.requests),
      errors: joined(known?.errors, reading.errors),
    })
    if (!known) continue
    const requests = growth(known.requests, reading.requests)
    // Counters are not read in one instant: an error may be counted before its request is.
    const errors = Math.min(growth(known.errors, reading.errors), requests)
    if (requests <= 0) continue
    since = Math.min(since, known.at)
    shares.push({ pod: reading.pod, requests, errors })
  }
  const kept = before.looks.filter((look) => look.at > from)
  if (shares.length === 0) return { pods, looks: kept, critical: before.critical }
  const looks = [...kept, { at: now, since, pods: shares }]
  const critical = [...before.critical, badStretch(looks, judgement) !== null].slice(-judgement.criticalOf.n)
  return { pods, looks, critical }
}

/** Null: nothing to say. Only a look that brought requests can be the last straw. */
export function judgeCounts(
  seen: Seen,
  now: number,
  judgement: Pick<JudgementSettings, 'fastPath' | 'criticalOf'>,
): Failing | null {
  if (seen.looks.at(-1)?.at !== now) return null
  if (seen.critical.filter(Boolean).length < judgement.criticalOf.k) return null
  return badStretch(seen.looks, judgement)
}

export function isFastPath(
  { requests, errors }: { readonly requests: number; readonly errors: number },
  { fastPath }: Pick<JudgementSettings, 'fastPath'>,
): boolean {
  return requests >= fastPath.requests && errors / requests >= fastPath.errorRatio
}

/** Back from the newest look, until the requests suffice and enough of them failed. */
function badStretch(looks: readonly Look[], judgement: Pick<JudgementSettings, 'fastPath'>): Failing | null {
  const pods = new Map<string, PodShare>()
  const sum = { requests: 0, errors: 0 }
  for (const look of looks.toReversed()) {
    for (const { pod, requests, errors } of look.pods) {
      const before = pods.get(pod)
      pods.set(pod, { pod, requests: requests + (before?.requests ?? 0), errors: errors + (before?.errors ?? 0) })
      sum.requests += requests
      sum.errors += errors
    }
    if (isFastPath(sum, judgement))
      return { ...sum, windowMs: (looks.at(-1)?.at ?? look.at) - look.since, pods: [...pods.values()] }
  }
  return null
}

/** A counter below its last value began anew at 0. A series that was not there before began at 0 since then. */
function growth(before: Counters, now: Counters): number {
  let sum = 0
  for (const [series, value] of now) {
    const last = before.get(series) ?? 0
    sum += value >= last ? value - last : value
  }
  return sum
}

/** The last known value of each series: one that vanishes and comes back must not count again what it had counted. */
function joined(before: Counters | undefined, now: Counters): Counters {
  return before ? new Map([...before, ...now]) : now
}
