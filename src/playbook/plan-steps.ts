/** Steps and phases that the strategies share. */
import { MINUTE, minutes } from './durations.ts'
import type { Phase, PhaseName, Step, Want } from './plan.ts'
import type { Service } from './service.ts'

/** Claims checked before anything is touched; the registry in src/checks has one of each name. */
export const PREFLIGHT_CHECKS = [
  'workload-complete',
  'pods-healthy',
  'service-has-endpoints',
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

export function step(
  id: string,
  purpose: string,
  want: Want,
  deadlineMs: number | null = null,
  onFail: Step['onFail'] = 'hold',
): Step {
  return { id, purpose, want, deadlineMs, onFail }
}

/** Steps that are not there in this plan are left out. */
export function phase(name: PhaseName, steps: readonly (Step | undefined)[]): Phase {
  return { name, steps: steps.filter((row) => row !== undefined) }
}

/** Pre-flight of a service with eyes of its own. */
export function eyesChecks({ eyes }: Service): readonly string[] {
  return eyes ? ['counters-readable'] : []
}

/** `more`: checks that only one strategy needs. */
export function preflightPhase(more: readonly string[] = []): Phase {
  const checks = [...PREFLIGHT_CHECKS, ...more]
  return phase('preflight', [
    step('checks', 'pre-flight checks', { do: 'check', checks }, MINUTE, 'refuse'),
    step('baseline', 'metrics of the old version', { do: 'baseline' }, MINUTE, 'refuse'),
  ])
}

/** As late as can be: until here the deployment before keeps its way back. */
export function roomStep(): Step {
  return step(
    'room',
    'nothing of an earlier deployment left',
    { do: 'check', checks: ['no-leftovers'] },
    MINUTE,
    'refuse',
  )
}

export function pinStep(): Step {
  return step('pin', 'the way back written down on the cluster', { do: 'pin' }, MINUTE, 'roll-back')
}

export function logsStep(): Step {
  return step('logs', `last ${LOG_LINES} log lines of a new pod`, { do: 'logs', lines: LOG_LINES }, MINUTE, 'hold')
}

export function routeStep(percent: number, purpose: string): Step {
  return step(`route-${percent}`, purpose, { do: 'route', percent }, MINUTE, 'roll-back')
}

export function verifyStep(percent: number): Step {
  return step(
    `verify-${percent}`,
    `the share is real and the front door answers`,
    { do: 'verify-route', percent },
    2 * MINUTE,
    'roll-back',
  )
}

export function healthPhase(deadlineMs: number): Phase {
  const want: Want = { do: 'check', checks: HEALTH_CHECKS }
  return phase('health', [step('health', 'health endpoints, pods, error rate', want, deadlineMs, 'roll-back')])
}

/**
 * Deadline of the health checks where the error rate is first asked for right after the last share was given: for want
 * of data the watch holds before this step could go back.
 */
export function checkHealthMs({ judgement }: Service): number {
  const { warmupMs, noDataSamples, sampleIntervalMs } = judgement
  return 2 * MINUTE + warmupMs + (noDataSamples + 1) * sampleIntervalMs
}

export function loadPhase(): Phase {
  const want: Want = { do: 'skip', why: 'optional in the playbook, and off' }
  return phase('load', [step('load', 'load test', want, null, 'hold')])
}

/** 100 % is watched for so long, against the targets of phase 6. */
export function monitorPhase(ms: number): Phase {
  const want: Want = { do: 'observe', percent: 100, ms, against: 'validation' }
  return phase('monitor', [
    step('watch-100', `100 % watched for ${minutes(ms)}`, want),
    step('alerts', 'no open alerts', { do: 'check', checks: ['no-open-alerts'] }, 2 * MINUTE, 'hold'),
  ])
}

export function finalizePhase(service: Service, version: string): Phase {
  const { rolloutMs } = service.timeouts
  const inPlace = service.router.kind === 'rolling'
  const wanted = ['workload-runs-version', 'service-has-endpoints'] as const
  const promote = step('promote', `${service.workload} runs ${version}`, { do: 'promote' }, rolloutMs, 'hold')
  return phase('finalize', [
    step('keep', keepPurpose(service), { do: 'keep-old' }, rolloutMs, 'hold'),
    // A rolling deployment has been doing nothing else.
    inPlace ? undefined : promote,
    step('settle', settlePurpose(service), { do: 'settle' }, rolloutMs, 'hold'),
    step('verify', 'final state as wanted', { do: 'check', checks: wanted }, rolloutMs, 'hold'),
    step('journal', 'line in deployments.log', { do: 'journal' }, MINUTE, 'hold'),
  ])
}

function settlePurpose({ router, workload }: Service): string {
  if (router.kind === 'rolling') return `${workload} rolls out as it did before`
  const gone = router.kind === 'switch' ? 'extra Deployment and preview gone' : 'extra Deployment gone'
  return `traffic to ${workload}, ${gone}`
}

export function wayBack(service: Service): Step[] {
  return [
    step('restore', 'all traffic back on the old version', { do: 'restore' }),
    step('drain', 'requests in flight end', { do: 'drain', ms: service.timeouts.drainMs }),
    step('tidy', 'everything as it was before', { do: 'tidy' }),
  ]
}

export function watchedMs(phases: readonly Phase[]): number {
  const wants = phases.flatMap(({ steps }) => steps.map((row) => row.want))
  return wants.reduce((sum, want) => sum + (want.do === 'observe' ? want.ms : 0), 0)
}

function keepPurpose(service: Service): string {
  return service.keep === 'warm' ? 'old version kept warm, out of traffic' : 'template of the old version kept'
}
