/** ResourceQuota: refuses a pod that would go over what its namespace may have, and counts what is used. */
import type { ClusterContext } from '../cluster-context.ts'
import { forbidden } from '../store/api-error.ts'
import type { ResourceQuota } from '../store/kube-objects.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { Pod } from '../store/pod-objects.ts'
import { kibibytes, millicores, parseQuantity } from '../store/quantities.ts'
import { type ResourceDefinition, resourceOf } from '../store/resources.ts'

/** Throws 403 "exceeded quota" in the words of a real cluster. */
export function admitByQuota(context: ClusterContext, definition: ResourceDefinition, object: KubeObject): void {
  if (definition.plural !== 'pods' || object.metadata.namespace === undefined) return
  const pod = context.store.list('resourcequotas', object.metadata.namespace).length > 0 ? (object as Pod) : undefined
  if (!pod) return
  for (const quota of context.store.list('resourcequotas', object.metadata.namespace)) {
    const over = overdrawn(context, quota, pod)
    if (over !== undefined) throw forbidden(resourceOf('pods'), pod.metadata.name, over)
  }
}

function overdrawn(context: ClusterContext, quota: ResourceQuota, pod: Pod): string | undefined {
  const used = quotaUse(context, quota)
  const lines = Object.entries(quota.spec?.hard ?? {}).flatMap(([key, hard]) => {
    const asked = podUse(key, pod)
    const limit = parseQuantity(hard) ?? 0
    const now = parseQuantity(used[key]) ?? 0
    return asked > 0 && now + asked > limit ? [{ key, asked: asText(key, asked), now: used[key] ?? '0', hard }] : []
  })
  if (lines.length === 0) return undefined
  const list = (pick: (line: (typeof lines)[number]) => string) =>
    lines.map((line) => `${line.key}=${pick(line)}`).join(',')
  const parts = `requested: ${list((line) => line.asked)}, used: ${list((line) => line.now)}, limited: ${list((line) => line.hard)}`
  return `exceeded quota: ${quota.metadata.name}, ${parts}`
}

/** `status.used` of a quota: the sum over the pods of its namespace that have not ended. */
export function quotaUse(context: ClusterContext, quota: ResourceQuota): Record<string, string> {
  const pods = context.store
    .list('pods', quota.metadata.namespace ?? '')
    .filter((pod) => pod.status?.phase !== 'Succeeded' && pod.status?.phase !== 'Failed')
  const keys = Object.keys(quota.spec?.hard ?? {})
  return Object.fromEntries(
    keys.map((key) => [
      key,
      asText(
        key,
        pods.reduce((sum, pod) => sum + podUse(key, pod), 0),
      ),
    ]),
  )
}

function podUse(key: string, pod: Pod): number {
  if (key === 'pods' || key === 'count/pods') return 1
  const [, kind = 'requests', resource] = /^(?:(requests|limits)\.)?(cpu|memory)$/.exec(key) ?? []
  if (resource === undefined) return 0
  const quantities = pod.spec.containers.map((container) =>
    kind === 'limits' ? container.resources?.limits?.[resource] : container.resources?.requests?.[resource],
  )
  return quantities.reduce((sum, quantity) => sum + (parseQuantity(quantity) ?? 0), 0)
}

function asText(key: string, amount: number): string {
  if (key.endsWith('cpu')) return millicores(amount)
  return key.endsWith('memory') ? kibibytes(amount) : String(amount)
}
