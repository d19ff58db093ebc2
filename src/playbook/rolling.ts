/** A rolling deployment counts pods: how many run the new version, how many come next, and what share that is. */
import type { Deployment, Pin, Rolled } from './deployment.ts'
import { minutes } from './durations.ts'
import type { Plan, Step } from './plan.ts'
import { reallyByPods } from './pod-share.ts'
import { round } from './refuse.ts'
import type { Service } from './service.ts'

/** Before anything is known of the workload; null for the other strategies. */
export function firstBatch({ strategy, service }: Plan): Rolled | null {
  return strategy === 'rolling' ? { wanted: service.rolling.batch, of: null, hash: null } : null
}

/** The first batch once it is known how many pods there are. */
export function fitToPin(rolled: Rolled, { replicas }: Pin): Rolled {
  return { ...rolled, of: replicas, wanted: Math.min(rolled.wanted, replicas) }
}

/** What is wanted after the present batch; null when no old pod is left to replace. */
export function nextBatch({ rolled, plan }: Deployment): Rolled | null {
  if (!rolled || rolled.of === null || rolled.wanted >= rolled.of) return null
  return { ...rolled, wanted: Math.min(rolled.wanted + plan.service.rolling.batch, rolled.of) }
}

/** Pods beyond the workload's size while it rolls: as many as a batch has, so that ready ones are never fewer than its size. */
export function surgeOf({ rolling }: Pick<Service, 'rolling'>, of: number): number {
  return Math.max(1, Math.min(rolling.batch, of))
}

/** The planned share of traffic, percent: new pods among all that stand once the batch does. */
export function rolledShare({ wanted, of }: Rolled, service: Service): number {
  return of === null ? 0 : (100 * wanted) / (of + surgeOf(service, of))
}

/** Batches in all, at least one; 1 while it is not known how many pods there are. */
export function batchesOf({ rolled, plan }: Pick<Deployment, 'rolled' | 'plan'>): number {
  return Math.max(1, Math.ceil((rolled?.of ?? 1) / plan.service.rolling.batch))
}

/** Which batch is under way, from 1. */
export function batchNow({ rolled, plan }: Pick<Deployment, 'rolled' | 'plan'>): number {
  return Math.max(1, Math.ceil((rolled?.wanted ?? 1) / plan.service.rolling.batch))
}

/** `pod 2 of 3`, `pods 3 to 4 of 10`. */
export function batchName({ rolled, plan }: Pick<Deployment, 'rolled' | 'plan'>): string {
  if (!rolled) return 'pod'
  const { batch } = plan.service.rolling
  const first = Math.floor((rolled.wanted - 1) / batch) * batch + 1
  const which = first === rolled.wanted ? `pod ${first}` : `pods ${first} to ${rolled.wanted}`
  return rolled.of === null ? which : `${which} of ${rolled.of}`
}

/** What is approved: a share of traffic, or the first pods of a rolling deployment (percent null). */
export function approvedPart(deployment: Deployment, percent: number | null): string {
  const { service, version, plan } = deployment
  if (percent !== null) return `${percent} % of ${service} traffic to ${version}${reallyByPods(deployment, percent)}`
  const { batch } = plan.service.rolling
  const of = deployment.pin?.replicas ?? deployment.fromPods
  const wanted = of === undefined ? batch : Math.min(batch, of)
  const share =
    of === undefined ? '' : ` (${round(rolledShare({ wanted, of, hash: null }, plan.service))} % of the traffic)`
  return `the first ${wanted === 1 ? 'pod' : `${wanted} pods`} of ${service} on ${version}${share}`
}

/** What a step wants now, for people: a rolling deployment comes to the same steps again and again. */
export function purposeNow(
  deployment: Pick<Deployment, 'rolled' | 'plan' | 'version'>,
  { want, purpose }: Step,
): string {
  const { version } = deployment
  const name = batchName(deployment)
  if (want.do === 'roll') return `${name} on ${version}`
  if (want.do !== 'observe' || want.percent !== null) return purpose
  const run = name.startsWith('pods') ? 'run' : 'runs'
  return `${name} ${run} ${version}, watched for ${minutes(want.ms)}`
}

/** Time that is watched at least, ms: as planned, and for a rolling deployment as many windows as there are batches. */
export function watchedAtLeastMs(deployment: Pick<Deployment, 'rolled' | 'plan'>): number {
  const { plan } = deployment
  if (plan.strategy !== 'rolling') return plan.usualMs
  return plan.usualMs + (batchesOf(deployment) - 1) * plan.service.rolling.observeMs
}
