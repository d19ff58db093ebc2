/** What our objects are called and how they are marked. People and scripts rely on these: they do not change. */
import type { Slot } from '../../ports/cluster.ts'

/** Label of the extra Deployments and their pods: `canary` or `previous`. */
export const SLOT_LABEL = 'tminus.dev/slot'
/** Label beside it: which workload they belong to. */
export const WORKLOAD_LABEL = 'tminus.dev/workload'
/** Label by which Kubernetes tells the pods of a Deployment's ReplicaSets apart. */
export const HASH_LABEL = 'pod-template-hash'
/** Annotation by which Kubernetes numbers the templates of a Deployment. */
export const REVISION_OF_TEMPLATE = 'deployment.kubernetes.io/revision'
/** Annotation: id of the deployment that wrote last, `api-42`. */
export const DEPLOYMENT_ANNOTATION = 'tminus.dev/deployment'
/** Annotation: the fencing token `<number>.<revision>` of the last write. */
export const REVISION_ANNOTATION = 'tminus.dev/revision'
/** Annotation of the workload: the way back, as JSON. */
export const PIN_ANNOTATION = 'tminus.dev/pin'
/** Annotation of the workload that stays: id of the last deployment that went through. */
export const LAST_DEPLOYMENT_ANNOTATION = 'tminus.dev/last-deployment'
/** Annotations that go when a deployment is over. */
export const PASSING_ANNOTATIONS = [DEPLOYMENT_ANNOTATION, REVISION_ANNOTATION, PIN_ANNOTATION] as const

/** Our name in managedFields. */
export const FIELD_MANAGER = 'tminus'

/** Name of the slot's Deployment. */
export function slotName(workload: string, slot: Slot): string {
  return slot === 'stable' ? workload : `${workload}-${slot}`
}

/** Selector, and labels of pods, of an extra Deployment. */
export function slotLabels(workload: string, slot: 'canary' | 'previous'): Readonly<Record<string, string>> {
  return { [SLOT_LABEL]: slot, [WORKLOAD_LABEL]: workload }
}
