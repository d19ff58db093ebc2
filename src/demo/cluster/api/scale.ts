/** The `/scale` subresource of Deployments and ReplicaSets. */
import { badRequest } from '../store/api-error.ts'
import { isObject, type JsonObject } from '../store/json.ts'
import type { KubeObject } from '../store/object-meta.ts'

/** The object as an autoscaling/v1 Scale. */
export function scaleOf(object: KubeObject): KubeObject {
  const spec = isObject(object.spec) ? object.spec : {}
  const status = isObject(object.status) ? object.status : {}
  const selector = isObject(spec.selector) ? spec.selector : {}
  const labels = isObject(selector.matchLabels) ? selector.matchLabels : {}
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: {
      replicas: status.replicas ?? 0,
      selector: Object.entries(labels)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(','),
    },
  }
}

/** The object with the replicas of a Scale, and its resourceVersion when the Scale carries one. */
export function fromScale(object: KubeObject, scale: unknown): JsonObject {
  if (!isObject(scale) || !isObject(scale.spec)) throw badRequest('a Scale needs a spec')
  const replicas = scale.spec.replicas ?? 0
  const metadata = isObject(scale.metadata) ? scale.metadata : {}
  const { resourceVersion = '' } = metadata
  return {
    ...object,
    metadata: { ...object.metadata, resourceVersion },
    spec: { ...(isObject(object.spec) ? object.spec : {}), replicas },
  }
}
