/** All controllers and kubelets of the simulated cluster, started together. */
import type { ClusterContext } from '../cluster-context.ts'
import type { Sicknesses } from '../sickness.ts'
import { autoscalerController } from './autoscaler.ts'
import { deploymentController } from './deployment.ts'
import { budgetController, quotaController } from './disruption-budget.ts'
import { endpointSliceController } from './endpointslice.ts'
import { collectGarbage } from './garbage-collector.ts'
import { type Gateways, gateways } from './gateway.ts'
import { type PodLives, podLives } from './pod-life.ts'
import { type Controller, keyOf, type LookAgain, startReconciler } from './reconciler.ts'
import { eventRecorder } from './record-event.ts'
import { replicaSetController } from './replicaset.ts'

export interface ControllerManager {
  readonly pods: PodLives
  readonly gateways: Gateways
  stop(): void
}

export function startControllers(context: ClusterContext, sicknesses: Sicknesses): ControllerManager {
  const record = eventRecorder(context)
  const controllers: Controller[] = []
  const reconciler = startReconciler(context, () => controllers)
  const timers = new Map<string, () => void>()
  const forget = (uid: string) => {
    timers.get(uid)?.()
    timers.delete(uid)
  }
  const again =
    (controller: () => Controller): LookAgain =>
    (at, object) => {
      const { uid } = object.metadata
      forget(uid)
      if (at === undefined) return
      const run = () => {
        timers.delete(uid)
        reconciler.enqueue(controller(), keyOf(object))
      }
      timers.set(uid, context.clock.schedule(at, run))
    }
  const unsubscribe = context.store.subscribe(({ type, object }) => {
    if (type === 'DELETED') forget(object.metadata.uid)
  })
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
  const gateway: Gateways = gateways(
    context,
    again(() => gateway.controller),
  )
  const pods = podLives(context, record, sicknesses)
  controllers.push(deployments, sets, pods, endpointSliceController(context), budgetController(context))
  controllers.push(quotaController(context), autoscalerController(context, record), gateway.controller)
  const stopCollecting = collectGarbage(context)
  return {
    pods,
    gateways: gateway,
    stop: () => {
      unsubscribe()
      reconciler.stop()
      stopCollecting()
      pods.stop()
      for (const cancel of timers.values()) cancel()
    },
  }
}
