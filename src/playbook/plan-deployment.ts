/**
 * Request + service -> plan: the phases and steps of the playbook with the service's settings, and the way back.
 *
 * Canary, after the playbook: 5 % 10 min, 25 % 15 min, 50 % 15 min in phase 3; 100 % is given at the end of phase 3 and
 * watched for its 10 minutes in phase 6, against the targets of that phase; phase 7 retires the old version and keeps
 * it restorable for an hour.
 */
import { MINUTE } from './durations.ts'
import type { Phase, PhaseName, Plan, Step, Want } from './plan.ts'
import type { Outcome } from './refusal.ts'
import { refuse } from './refuse.ts'
import type { CanaryStep, Service, Strategy } from './service.ts'

/** Claims checked before anything is touched; the registry in src/checks has one of each name. */
export const PREFLIGHT_CHECKS = [
  'workload-complete',
  'pods-healthy',
  'service-has-endpoints',
  'no-leftovers',
  'router-valid',
  'image-exists',
  'not-blocked',
  'dry-run-accepted',
  'room-for-pods',
  'quota-allows',
  'node-load',
  'drains-cleanly',
  'scaler-known',
  'disruption-budget-known',
  'owners-known',
  'queries-answer',
  'health-endpoints',
] as const

export const HEALTH_CHECKS = ['health-endpoints', 'new-pods-ready', 'error-rate-normal'] as const

/** The last lines of a new pod shown in the thread (playbook, phase 2: `--tail=50`). */
const LOG_LINES = 50

export interface DeployRequest {
  readonly service: Service
  readonly version: string
  readonly strategy: Strategy
}

export function planDeployment({ service, version, strategy }: DeployRequest): Outcome<Plan> {
  if (!service.strategies.includes(strategy)) return refuse.strategyNotAllowed(service, strategy)
  if (strategy !== 'canary') return refuse.strategyNotBuilt(service, strategy)
  const phases = canaryPhases(service, version)
  return {
    ok: true,
    value: { service, strategy, version, phases, wayBack: wayBack(service), usualMs: watchedMs(phases) },
  }
}

function canaryPhases(service: Service, version: string): Phase[] {
  const rising = service.canary.steps
  const whole = rising.at(-1)
  const before = rising.slice(0, -1)
  const approveFirst = approvalStep(rising[0])
  const podIsTraffic = service.router.kind === 'replicas'
  const rolloutMs = service.timeouts.rolloutMs
  const first = rising[0]
  const make = (name: PhaseName, steps: readonly (Step | undefined)[]): Phase => ({
    name,
    steps: steps.filter((step) => step !== undefined),
  })
  return [
    make('preflight', [
      step('checks', 'pre-flight checks', { do: 'check', checks: PREFLIGHT_CHECKS }, MINUTE, 'refuse'),
      step('baseline', 'metrics of the old version', { do: 'baseline' }, MINUTE, 'refuse'),
    ]),
    make('deploy', [
      // With the replicas router a ready pod is a share of traffic, so consent comes before the first pod.
      podIsTraffic ? approveFirst : undefined,
      step('pin', 'the way back written down on the cluster', { do: 'pin' }, MINUTE, 'roll-back'),
      step('start', `first ${version} pods ready`, { do: 'deploy', pods: first?.pods ?? null }, rolloutMs, 'roll-back'),
      step('logs', `last ${LOG_LINES} log lines of a new pod`, { do: 'logs', lines: LOG_LINES }, MINUTE, 'hold'),
    ]),
    make('route', [
      podIsTraffic ? undefined : approveFirst,
      ...before.flatMap((row, index) => [
        index > 0 ? approvalStep(row) : undefined,
        // The first step's pods were started in phase 2.
        ...shareSteps(service, row, version).slice(index === 0 ? 1 : 0),
        observe(row, 'thresholds'),
      ]),
      ...(whole ? [before.length > 0 ? approvalStep(whole) : undefined, ...shareSteps(service, whole, version)] : []),
    ]),
    make('health', [
      step(
        'health',
        'health endpoints, pods, error rate',
        { do: 'check', checks: HEALTH_CHECKS },
        2 * MINUTE,
        'roll-back',
      ),
    ]),
    make('load', [step('load', 'load test', { do: 'skip', why: 'optional in the playbook, and off' }, null, 'hold')]),
    make('monitor', [
      step('watch-100', `100 % watched for ${minutes(whole?.observeMs ?? service.monitorMs)}`, {
        do: 'observe',
        percent: 100,
        ms: whole?.observeMs ?? service.monitorMs,
        against: 'validation',
      }),
      step('alerts', 'no open alerts', { do: 'check', checks: ['no-open-alerts'] }, 2 * MINUTE, 'hold'),
    ]),
    make('finalize', [
      step('keep', keepPurpose(service), { do: 'keep-old' }, rolloutMs, 'hold'),
      step('promote', `${service.workload} runs ${version}`, { do: 'promote' }, rolloutMs, 'hold'),
      step('settle', `traffic to ${service.workload}, extra Deployment gone`, { do: 'settle' }, rolloutMs, 'hold'),
      step(
        'verify',
        'final state as wanted',
        { do: 'check', checks: ['workload-runs-version', 'service-has-endpoints'] },
        rolloutMs,
        'hold',
      ),
      step('journal', 'line in deployments.log', { do: 'journal' }, MINUTE, 'hold'),
    ]),
  ]
}

function shareSteps(service: Service, row: CanaryStep, version: string): Step[] {
  const { percent, pods } = row
  return [
    step(
      `pods-${percent}`,
      `${pods ?? 'all'} ${version} ${pods === 1 ? 'pod' : 'pods'} ready`,
      { do: 'deploy', pods },
      service.timeouts.rolloutMs,
      'roll-back',
    ),
    step(`route-${percent}`, `${percent} % of traffic to ${version}`, { do: 'route', percent }, MINUTE, 'roll-back'),
    step(
      `verify-${percent}`,
      `the share is real and the front door answers`,
      { do: 'verify-route', percent },
      2 * MINUTE,
      'roll-back',
    ),
  ]
}

function observe(row: CanaryStep, against: 'thresholds' | 'validation'): Step {
  return step(`watch-${row.percent}`, `${row.percent} % watched for ${minutes(row.observeMs)}`, {
    do: 'observe',
    percent: row.percent,
    ms: row.observeMs,
    against,
  })
}

function approvalStep(row: CanaryStep | undefined): Step | undefined {
  if (row?.gate !== 'approval') return undefined
  return step(`approve-${row.percent}`, `approval for ${row.percent} % of traffic`, {
    do: 'approve',
    percent: row.percent,
  })
}

function wayBack(service: Service): Step[] {
  return [
    step('restore', 'all traffic back on the old version', { do: 'restore' }),
    step('drain', 'requests in flight end', { do: 'drain', ms: service.timeouts.drainMs }),
    step('tidy', 'everything as it was before', { do: 'tidy' }),
  ]
}

function step(
  id: string,
  purpose: string,
  want: Want,
  deadlineMs: number | null = null,
  onFail: Step['onFail'] = 'hold',
): Step {
  return { id, purpose, want, deadlineMs, onFail }
}

function keepPurpose(service: Service): string {
  return service.keep === 'warm' ? 'old version kept warm beside' : 'old template kept'
}

function watchedMs(phases: readonly Phase[]): number {
  const wants = phases.flatMap((phase) => phase.steps.map((row) => row.want))
  return wants.reduce((sum, want) => sum + (want.do === 'observe' ? want.ms : 0), 0)
}

function minutes(ms: number): string {
  return ms % MINUTE === 0 ? `${ms / MINUTE} min` : `${Math.round(ms / 1000)} s`
}
