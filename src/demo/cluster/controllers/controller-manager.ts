/** All controllers and kubelets of the simulated cluster, started together. */
import type { ClusterContext } from '../cluster-context.ts'
import type { Sicknesses } from '../sickness.ts'
import type { KubeObject } from '../store/kube-objects.ts'
import { autoscalerController } from './autoscaler.ts'
import { deploymentController } from './deployment.ts'
import { budgetController, quotaController } from './disruption-budget.ts'
import { endpointSliceController } from './endpointslice.ts'
import { collectGarbage } from './garbage-collector.ts'
import { type PodLives, podLives } from './pod-life.ts'
import { type Controller, keyOf, startReconciler } from './reconciler.ts'
import { eventRecorder } from './record-event.ts'
import { replicaSetController } from './replicaset.ts'

export interface ControllerManager {
  readonly pods: PodLives
  stop(): void
}

export function startControllers(context: ClusterContext, sicknesses: Sicknesses): ControllerManager {
  const record = eventRecorder(context)
  const controllers: Controller[] = []
  const reconciler = startReconciler(context, () => controllers)
  const timers = new Map<string, () => void>()
  /** Looks at an object again at a moment; a newer moment replaces the one before. */
  const again = (controller: () => Controller) => (at: number, object: KubeObject) => {
    const { uid } = object.metadata
    timers.get(uid)?.()
    const run = () => {
      timers.delete(uid)
      reconciler.enqueue(controller(), keyOf(object))
    }
    timers.set(uid, context.clock.schedule(at, run))
  }
  const sets: Controller = replicaSetController(
    context,
    record,
    again(() => sets),
  )
  const deployments: Controller = deploymentController(
    context,
    record,
    again(() => deployments),
  )
  const pods = podLives(context, record, sicknesses)
  controllers.push(deployments, sets, pods, endpointSliceController(context), budgetController(context))
  controllers.push(quotaController(context), autoscalerController(context, record))
  const stopCollecting = collectGarbage(context)
  return {
    pods,
    stop: () => {
      reconciler.stop()
      stopCollecting()
      pods.stop()
      for (const cancel of timers.values()) cancel()
    },
  }
}
