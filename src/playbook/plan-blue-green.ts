/**
 * Blue-green, after the playbook: the idle colour stands at full size out of traffic, is checked through a preview
 * Service, gets everything by one switch of the Service's selector, and is watched for 30 minutes; phase 7 makes it the
 * catalogue's workload and keeps the old version restorable for another 30.
 */
import { MINUTE } from './durations.ts'
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
import { previewServiceName } from './preview-service.ts'
import { meshBySubset } from './routed-services.ts'
import type { Service } from './service.ts'

/**
 * The service as a blue-green plan freezes it: its own lengths, one step to 100 %, and the switch in place of the
 * catalogue's router. Labels meant for a router are left out, since the new pods stand where the old ones stood.
 */
export function blueGreenService(service: Service): Service {
  const { monitorMs, keepMs, gate } = service.blueGreen
  return {
    ...service,
    router: { kind: 'switch', ...meshBySubset(service.router) },
    canaryLabels: {},
    canary: { steps: [{ percent: 100, observeMs: monitorMs, pods: null, gate }] },
    monitorMs,
    keepMs,
  }
}

export function blueGreenPhases(service: Service, version: string): Phase[] {
  const { rolloutMs } = service.timeouts
  const preview = previewServiceName(service)
  const approve = step('approve-100', `approval of the switch to ${version}`, { do: 'approve', percent: 100 })
  const whole = `${version} at full size, out of traffic`
  const answers = `${version} answers behind Service ${preview}`
  return [
    preflightPhase(['policies-follow', ...eyesChecks(service)]),
    phase('deploy', [
      roomStep(),
      pinStep(),
      step('start', whole, { do: 'deploy', pods: null }, rolloutMs, 'roll-back'),
      logsStep(),
    ]),
    phase('route', [
      step('preview', answers, { do: 'check', checks: ['preview-answers'] }, 2 * MINUTE, 'roll-back'),
      service.blueGreen.gate === 'approval' ? approve : undefined,
      // Hours may lie between the checks and the consent: what is switched to is whole at that moment.
      step('pods-100', `all ${version} pods still ready`, { do: 'deploy', pods: null }, rolloutMs, 'roll-back'),
      routeStep(100, `Service ${service.serviceName} switched to ${version}`),
      verifyStep(100),
    ]),
    healthPhase(checkHealthMs(service)),
    loadPhase(),
    monitorPhase(service.monitorMs),
    finalizePhase(service, version),
  ]
}
