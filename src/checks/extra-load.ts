/** What a deployment asks of the cluster beyond what runs now, at its peak. */
import { podsForShare } from '../playbook/image.ts'
import { surgeOf } from '../playbook/rolling.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'

export interface ExtraLoad {
  /** The new version's pods at their most: as many as the old version has, or more where a step says so. */
  readonly canary: number
  /** The old version's pods kept beside (`keep: warm`). They stand while the canary's do. */
  readonly kept: number
  readonly pods: number
  /** Cores and bytes requested by them all; null: a container requests none, so nothing can be reckoned. */
  readonly cpu: number | null
  readonly memory: number | null
}

export function extraLoad(service: Service, workload: NonNullable<Inspection['workload']>): ExtraLoad {
  const { replicas, cpuRequest, memoryRequest } = workload
  const canary = newPodsAtMost(service, replicas)
  const kept = service.keep === 'warm' ? replicas : 0
  const pods = canary + kept
  return {
    canary,
    kept,
    pods,
    cpu: cpuRequest === null ? null : cpuRequest * pods,
    memory: memoryRequest === null ? null : memoryRequest * pods,
  }
}

/** Rolling replaces pods: beyond those that were there is one batch. */
function newPodsAtMost(service: Service, replicas: number): number {
  if (service.router.kind === 'rolling') return surgeOf(service, replicas)
  const steps = service.canary.steps.map((step) => podsForShare(service, step.percent, step.pods, replicas))
  return Math.max(replicas, ...steps)
}

/** `6 extra pods (3 of the new version, 3 of the old one kept warm)`. */
export function describeExtra({ canary, kept, pods }: ExtraLoad): string {
  const noun = pods === 1 ? 'extra pod' : 'extra pods'
  return kept === 0
    ? `${pods} ${noun}`
    : `${pods} ${noun} (${canary} of the new version, ${kept} of the old one kept warm)`
}
