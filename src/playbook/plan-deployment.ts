/**
 * Request + service -> plan: the phases and steps of the playbook with the service's settings, and the way back.
 *
 * Canary, after the playbook: 5 % 10 min, 25 % 15 min, 50 % 15 min in phase 3; 100 % is given at the end of phase 3 and
 * watched for its 10 minutes in phase 6, against the targets of that phase; phase 7 retires the old version and keeps
 * it restorable for an hour. Blue-green and rolling: see plan-blue-green.ts and plan-rolling.ts.
 */
import { MINUTE, minutes } from './durations.ts'
import type { Phase, Plan, Step } from './plan.ts'
import { blueGreenPhases, blueGreenService } from './plan-blue-green.ts'
import { rollingPhases, rollingService } from './plan-rolling.ts'
import {
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
  watchedMs,
  wayBack,
} from './plan-steps.ts'
import type { Outcome } from './refusal.ts'
import { refuse } from './refuse.ts'
import type { CanaryStep, Service, Strategy } from './service.ts'

export interface DeployRequest {
  readonly service: Service
  readonly version: string
  readonly strategy: Strategy
}

export function planDeployment({ service, version, strategy }: DeployRequest): Outcome<Plan> {
  if (!service.strategies.includes(strategy)) return refuse.strategyNotAllowed(service, strategy)
  const { freeze, phasesOf } = STRATEGIES[strategy]
  const frozen = freeze(service)
  const phases = phasesOf(frozen, version)
  return {
    ok: true,
    value: { service: frozen, strategy, version, phases, wayBack: wayBack(frozen), usualMs: watchedMs(phases) },
  }
}

interface Compiler {
  /** The service as the plan keeps it. */
  readonly freeze: (service: Service) => Service
  readonly phasesOf: (frozen: Service, version: string) => Phase[]
}

const STRATEGIES: Readonly<Record<Strategy, Compiler>> = {
  canary: { freeze: (service) => service, phasesOf: canaryPhases },
  'blue-green': { freeze: blueGreenService, phasesOf: blueGreenPhases },
  rolling: { freeze: rollingService, phasesOf: rollingPhases },
}

function canaryPhases(service: Service, version: string): Phase[] {
  const rising = service.canary.steps
  const whole = rising.at(-1)
  const before = rising.slice(0, -1)
  const first = rising[0]
  const approveFirst = approvalStep(first)
  const podIsTraffic = service.router.kind === 'replicas'
  const { rolloutMs } = service.timeouts
  return [
    preflightPhase(['policies-follow', ...eyesChecks(service)]),
    phase('deploy', [
      // With the replicas router a ready pod is a share of traffic, so consent comes before the first pod.
      podIsTraffic ? approveFirst : undefined,
      roomStep(),
      pinStep(),
      step('start', `first ${version} pods ready`, { do: 'deploy', pods: first?.pods ?? null }, rolloutMs, 'roll-back'),
      logsStep(),
    ]),
    phase('route', [
      podIsTraffic ? undefined : approveFirst,
      ...before.flatMap((row, index) => [
        index > 0 ? approvalStep(row) : undefined,
        // The first step's pods were started in phase 2.
        ...shareSteps(service, row, version).slice(index === 0 ? 1 : 0),
        observe(row),
      ]),
      ...(whole ? [before.length > 0 ? approvalStep(whole) : undefined, ...shareSteps(service, whole, version)] : []),
    ]),
    healthPhase(2 * MINUTE),
    loadPhase(),
    monitorPhase(whole?.observeMs ?? service.monitorMs),
    finalizePhase(service, version),
  ]
}

function shareSteps(service: Service, row: CanaryStep, version: string): Step[] {
  const { percent, pods } = row
  return [
    step(
      `pods-${percent}`,
      podsPurpose(service, row, version),
      { do: 'deploy', pods },
      service.timeouts.rolloutMs,
      'roll-back',
    ),
    routeStep(percent, `${percent} % of traffic to ${version}`),
    verifyStep(percent),
  ]
}

/** Without a mesh the number of pods follows from the share and from how many the old version has. */
function podsPurpose(service: Service, { percent, pods }: CanaryStep, version: string): string {
  if (service.router.kind === 'replicas' && percent < 100) return `${version} pods for ${percent} % ready`
  return `${pods ?? 'all'} ${version} ${pods === 1 ? 'pod' : 'pods'} ready`
}

function observe(row: CanaryStep): Step {
  return step(`watch-${row.percent}`, `${row.percent} % watched for ${minutes(row.observeMs)}`, {
    do: 'observe',
    percent: row.percent,
    ms: row.observeMs,
    against: 'thresholds',
  })
}

function approvalStep(row: CanaryStep | undefined): Step | undefined {
  if (row?.gate !== 'approval') return undefined
  return step(`approve-${row.percent}`, `approval for ${row.percent} % of traffic`, {
    do: 'approve',
    percent: row.percent,
  })
}
