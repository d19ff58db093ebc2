/** Pods of a Deployment's present template: those of the last one take their time to go, and what befell them is not this one's. */
import { countAt, type JsonObject, textAt } from './json.ts'
import { REVISION_OF_TEMPLATE } from './names.ts'
import { controllerUid } from './scene.ts'

/**
 * The Deployment controller numbers the templates, on the Deployment and on its ReplicaSets. All pods where it never did;
 * none while it has not seen the present one.
 */
export function presentPods(
  deployment: JsonObject | null,
  replicaSets: readonly JsonObject[],
  pods: readonly JsonObject[],
): readonly JsonObject[] {
  const revisionOf = (object: JsonObject | null) => textAt(object, 'metadata', 'annotations', REVISION_OF_TEMPLATE)
  const revision = revisionOf(deployment)
  if (revision === undefined) return pods
  if (countAt(deployment, 'status', 'observedGeneration') < countAt(deployment, 'metadata', 'generation')) return []
  const present = new Set(
    replicaSets
      .filter((set) => controllerUid(set) === textAt(deployment, 'metadata', 'uid') && revisionOf(set) === revision)
      .map((set) => textAt(set, 'metadata', 'uid')),
  )
  return pods.filter((pod) => present.has(controllerUid(pod)))
}
