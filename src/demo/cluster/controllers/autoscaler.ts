/** The HorizontalPodAutoscaler, as far as it gets in a deployment's way: it keeps the size between its bounds. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import { ownershipAfterUpdate } from '../patches/managed-fields.ts'
import { sameJson } from '../store/json.ts'
import type { HorizontalPodAutoscaler } from '../store/kube-objects.ts'
import { type Controller, keyOf } from './reconciler.ts'
import type { RecordEvent } from './record-event.ts'

export function autoscalerController(context: ClusterContext, record: RecordEvent): Controller {
  const { store } = context
  return {
    concerns: ({ resource, object }) => {
      if (resource === 'horizontalpodautoscalers') return [keyOf(object)]
      if (resource !== 'deployments') return []
      return store
        .list('horizontalpodautoscalers', object.metadata.namespace ?? '')
        .filter(
          ({ spec }) => spec.scaleTargetRef.kind === 'Deployment' && spec.scaleTargetRef.name === object.metadata.name,
        )
        .map(keyOf)
    },
    reconcile: ({ namespace, name }) => {
      const autoscaler = store.get('horizontalpodautoscalers', namespace, name)
      if (autoscaler) adjust(context, record, autoscaler)
    },
  }
}

function adjust(context: ClusterContext, record: RecordEvent, autoscaler: HorizontalPodAutoscaler): void {
  const { store, clock } = context
  const { scaleTargetRef, minReplicas, maxReplicas } = autoscaler.spec
  const target = store.get('deployments', autoscaler.metadata.namespace, scaleTargetRef.name)
  if (!target) return
  const { replicas } = target.spec
  // a target at 0 is switched off: a real autoscaler leaves it alone
  const desired = replicas === 0 ? 0 : Math.min(Math.max(replicas, minReplicas), maxReplicas)
  const before = autoscaler.status
  const status = {
    ...before,
    currentReplicas: target.status?.replicas ?? 0,
    desiredReplicas: desired,
    ...(desired === replicas ? {} : { lastScaleTime: timestamp(clock.now()) }),
  }
  if (!sameJson(before, status)) store.put('horizontalpodautoscalers', { ...autoscaler, status })
  if (desired === replicas) return
  const generation = (target.metadata.generation ?? 1) + 1
  const scaled = { ...target, spec: { ...target.spec, replicas: desired } }
  const writer = {
    manager: 'kube-controller-manager',
    operation: 'Update',
    subresource: 'scale',
    time: timestamp(clock.now()),
  } as const
  const managedFields = ownershipAfterUpdate(target, scaled, writer, true)
  store.put('deployments', { ...scaled, metadata: { ...target.metadata, generation, managedFields } })
  const limit = desired === minReplicas ? 'below Spec.MinReplicas' : 'above Spec.MaxReplicas'
  const message = `New size: ${desired}; reason: Current number of replicas ${limit}`
  record({ component: 'horizontal-pod-autoscaler' }, autoscaler, {
    type: 'Normal',
    reason: 'SuccessfulRescale',
    message,
  })
}
