/**
 * Rolling, after the playbook: the workload's own pods are replaced a few at a time, each batch watched before the next
 * one starts. `roll` and `watch-pod` repeat until every pod runs the new version (see record/change.ts): how many pods
 * there are is known only once they are pinned, and may change on the way.
 */
import { minutes } from './durations.ts'
import type { Phase } from './plan.ts'
import {
  checkHealthMs,
  eyesChecks,
  finalizePhase,
  healthPhase,
  loadPhase,
  logsStep,
  monitorPhase,
  phase,
  pinStep,
  preflightPhase,
  roomStep,
  routeStep,
  step,
  verifyStep,
} from './plan-steps.ts'
import { meshBySubset } from './routed-services.ts'
import type { Service } from './service.ts'

/**
 * The service as a rolling plan freezes it. The old version is kept cold: its pods are replaced one by one, and to keep
 * as many beside would be another strategy.
 */
export function rollingService(service: Service): Service {
  const { monitorMs, keepMs } = service.rolling
  return {
    ...service,
    router: { kind: 'rolling', ...meshBySubset(service.router) },
    canaryLabels: {},
    monitorMs,
    keepMs,
    keep: 'cold',
  }
}

export function rollingPhases(service: Service, version: string): Phase[] {
  const { batch, observeMs, gate } = service.rolling
  const [next, pods] = batch === 1 ? ['the next pod', 'pod'] : [`the next ${batch} pods`, 'pods']
  const before = `approval before the first ${pods} of ${version}`
  const approve = step('approve-first', before, { do: 'approve', percent: null })
  const observe = { do: 'observe', percent: null, ms: observeMs, against: 'thresholds' } as const
  return [
    preflightPhase(['pods-told-apart', ...eyesChecks(service)]),
    // A ready pod is a share of traffic, so consent comes before the first one.
    phase('deploy', [gate === 'approval' ? approve : undefined, roomStep(), pinStep()]),
    phase('route', [
      step(
        'roll',
        `${next} of ${service.workload} on ${version}`,
        { do: 'roll' },
        service.timeouts.rolloutMs,
        'roll-back',
      ),
      logsStep(),
      step('watch-pod', `watched for ${minutes(observeMs)}, and again until all pods run ${version}`, observe),
      routeStep(100, `no pod of the old version left, 100 % of traffic to ${version}`),
      verifyStep(100),
    ]),
    healthPhase(checkHealthMs(service)),
    loadPhase(),
    monitorPhase(service.monitorMs),
    finalizePhase(service, version),
  ]
}
