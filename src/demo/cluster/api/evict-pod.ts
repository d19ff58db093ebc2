/** Evictions: a deletion that a PodDisruptionBudget may refuse. */
import type { ClusterContext } from '../cluster-context.ts'
import { isReady } from '../controllers/conditions.ts'
import { isCovered } from '../controllers/disruption-budget.ts'
import { tooManyRequests } from '../store/api-error.ts'
import type { Pod } from '../store/pod-objects.ts'
import { resourceOf } from '../store/resources.ts'
import { deleteObject } from './delete-object.ts'
import type { DeleteOptions } from './write-options.ts'

/** Throws 429 when a budget allows no disruption now; pods that are not ready may always go. */
export function evictPod(context: ClusterContext, pod: Pod, options: DeleteOptions = {}, dryRun = false): void {
  const budgets = context.store.list('poddisruptionbudgets', pod.metadata.namespace ?? '')
  const closed = budgets.find((budget) => isCovered(budget, pod) && (budget.status?.disruptionsAllowed ?? 0) < 1)
  if (closed && isReady(pod)) {
    const { currentHealthy = 0, desiredHealthy = 0 } = closed.status ?? {}
    const message = `The disruption budget ${closed.metadata.name} needs ${desiredHealthy} healthy pods and has ${currentHealthy} currently`
    throw tooManyRequests("Cannot evict pod as it would violate the pod's disruption budget.", 10, [
      { reason: 'DisruptionBudget', message },
    ])
  }
  deleteObject(context, resourceOf('pods'), pod, options, dryRun)
}
