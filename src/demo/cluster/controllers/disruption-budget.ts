/** The status of PodDisruptionBudgets, and of ResourceQuotas: plain counts over the pods of a namespace. */
import { quotaUse } from '../api/admit-by-quota.ts'
import type { ClusterContext } from '../cluster-context.ts'
import { sameJson } from '../store/json.ts'
import type { PodDisruptionBudget } from '../store/kube-objects.ts'
import type { Pod } from '../store/pod-objects.ts'
import { selects } from '../store/selectors.ts'
import { isActive, isReady } from './conditions.ts'
import { pieces } from './deployment-sets.ts'
import { type Controller, keyOf } from './reconciler.ts'

export function budgetController(context: ClusterContext): Controller {
  const { store } = context
  return {
    concerns: ({ resource, object }) => {
      if (resource === 'poddisruptionbudgets') return [keyOf(object)]
      if (resource !== 'pods') return []
      return store
        .list('poddisruptionbudgets', object.metadata.namespace ?? '')
        .filter((budget) => selects(budget.spec.selector, object.metadata.labels))
        .map(keyOf)
    },
    reconcile: ({ namespace, name }) => {
      const budget = store.get('poddisruptionbudgets', namespace, name)
      if (!budget) return
      const pods = store.list('pods', namespace ?? '').filter((pod) => isCovered(budget, pod))
      const status = { observedGeneration: budget.metadata.generation ?? 1, ...allowance(budget, pods) }
      if (!sameJson(budget.status, status)) store.put('poddisruptionbudgets', { ...budget, status })
    },
  }
}

export function isCovered(budget: PodDisruptionBudget, pod: Pod): boolean {
  return isActive(pod) && selects(budget.spec.selector, pod.metadata.labels)
}

function allowance({ spec }: PodDisruptionBudget, pods: readonly Pod[]) {
  const expectedPods = pods.length
  const currentHealthy = pods.filter(isReady).length
  const desiredHealthy =
    spec.maxUnavailable === undefined
      ? pieces(spec.minAvailable ?? 1, expectedPods, Math.ceil)
      : Math.max(0, expectedPods - pieces(spec.maxUnavailable, expectedPods, Math.ceil))
  const disruptionsAllowed = Math.max(0, Math.min(currentHealthy - desiredHealthy, expectedPods))
  return { currentHealthy, desiredHealthy, disruptionsAllowed, expectedPods }
}

export function quotaController(context: ClusterContext): Controller {
  const { store } = context
  return {
    concerns: ({ resource, object }) => {
      if (resource === 'resourcequotas') return [keyOf(object)]
      return resource === 'pods' ? store.list('resourcequotas', object.metadata.namespace ?? '').map(keyOf) : []
    },
    reconcile: ({ namespace, name }) => {
      const quota = store.get('resourcequotas', namespace, name)
      if (!quota) return
      const status = { hard: quota.spec?.hard ?? {}, used: quotaUse(context, quota) }
      if (!sameJson(quota.status, status)) store.put('resourcequotas', { ...quota, status })
    },
  }
}
