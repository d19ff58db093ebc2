/** Which pods belong to a slot, told by their names: the only thing every metric of a pod carries. */
import type { SampleRequest } from '../../ports/metrics.ts'
import { escapeRegExp } from './query-template.ts'

/** Kubernetes draws generated names from this alphabet: no vowels, no 0, 1 and 3. */
const GENERATED = '[bcdfghjklmnpqrstvwxz2456789]'

/** The Deployment that carries the slot's version: the workload itself, or `<workload>-canary`. */
export function slotDeployment(workload: string, slot: SampleRequest['slot']): string {
  return slot === 'canary' ? `${workload}-canary` : workload
}

/**
 * Regular expression (PromQL anchors it) of the pod names of one Deployment: its name, the ReplicaSet's hash of at
 * most ten characters, the pod's five. Pods of `api-worker`, `api-canary` or a StatefulSet's `api-worker-0` do not
 * match `api`. Names of more than 46 characters are cut by Kubernetes and need a template of their own. `hash`: of that
 * ReplicaSet only.
 */
export function podNamePattern(deployment: string, hash?: string): string {
  const set = hash === undefined ? `${GENERATED}{1,10}` : escapeRegExp(hash)
  return `${escapeRegExp(deployment)}-${set}-${GENERATED}{5}`
}
