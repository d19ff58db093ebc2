/** The HPA over the workload: its minimum is raised while a deployment runs, so that a drained old version does not shrink. */

import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import type { WriteContext } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import type { Connection } from './connection.ts'
import type { PinnedContext } from './fencing.ts'
import { type JsonObject, numberAt, textAt, withAt } from './json.ts'
import { withoutPassingAnnotations } from './marks.ts'
import { autoscalers } from './target.ts'

/** The HPA that scales the workload; null when none does. */
export async function findAutoscaler(
  connection: Connection,
  service: Service,
  signal: AbortSignal,
): Promise<JsonObject | null> {
  const { items } = await connection.api.list(autoscalers(service.namespace), { signal })
  const scales = (hpa: JsonObject) =>
    textAt(hpa, 'spec', 'scaleTargetRef', 'kind') === 'Deployment' &&
    textAt(hpa, 'spec', 'scaleTargetRef', 'name') === service.workload
  return items.find(scales) ?? null
}

/** spec.minReplicas; absent means 1. */
export function minReplicas(hpa: JsonObject): number {
  return numberAt(hpa, 'spec', 'minReplicas') ?? 1
}

/** The minimum is at least `replicas`, as far as the maximum allows. */
export async function raiseMinimum(
  connection: Connection,
  service: Service,
  pin: Pin,
  context: WriteContext | PinnedContext,
): Promise<void> {
  if (!pin.hpa) return
  const target = autoscalers(service.namespace, pin.hpa.name)
  await unlessGone(() =>
    connection.objects.edit(target, context, (hpa) => {
      const highest = numberAt(hpa, 'spec', 'maxReplicas') ?? pin.replicas
      const wanted = Math.max(minReplicas(hpa), Math.min(pin.replicas, highest), 1)
      return wanted === minReplicas(hpa) ? hpa : withAt(hpa, ['spec', 'minReplicas'], wanted)
    }),
  )
}

/** The minimum as pinned, our marks off. */
export async function restoreMinimum(
  connection: Connection,
  service: Service,
  pin: Pin,
  context: WriteContext,
): Promise<void> {
  if (!pin.hpa) return
  const { name, minReplicas: pinned } = pin.hpa
  const change = (hpa: JsonObject) =>
    withoutPassingAnnotations(minReplicas(hpa) === pinned ? hpa : withAt(hpa, ['spec', 'minReplicas'], pinned))
  await unlessGone(() =>
    connection.objects.edit(autoscalers(service.namespace, name), context, change, { unstamped: true }),
  )
}

/** An HPA that somebody deleted meanwhile needs nothing from us. */
async function unlessGone(run: () => Promise<unknown>): Promise<void> {
  try {
    await run()
  } catch (error) {
    if (!isStatus(error, 404)) throw error
  }
}
