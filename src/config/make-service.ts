/** Options + the playbook's numbers -> a service as the plan freezes it. */
import { HOUR, MINUTE, SECOND } from '../playbook/durations.ts'
import type {
  BlueGreenSettings,
  CanaryStep,
  EyesSettings,
  GuardSettings,
  JudgementSettings,
  RollingSettings,
  Service,
  Strategy,
  Timeouts,
} from '../playbook/service.ts'
import { DEFAULT_THRESHOLDS, DEFAULT_TRAFFIC, ISTIO_THRESHOLDS, ISTIO_TRAFFIC } from '../playbook/thresholds.ts'
import { APPLICATION_COUNTS, ISTIO_COUNTS } from './eyes-options.ts'
import type { ServiceOptions } from './service-options.ts'
import { changedThresholds } from './threshold-options.ts'

/** Playbook, "Canary Deployment": four steps. The first waits for a person, since from then on users are touched. */
export const DEFAULT_CANARY_STEPS: readonly CanaryStep[] = [
  { percent: 5, observeMs: 10 * MINUTE, pods: 1, gate: 'approval' },
  { percent: 25, observeMs: 15 * MINUTE, pods: 2, gate: 'auto' },
  { percent: 50, observeMs: 15 * MINUTE, pods: 3, gate: 'auto' },
  { percent: 100, observeMs: 10 * MINUTE, pods: null, gate: 'auto' },
]

const STRATEGIES: readonly Strategy[] = ['canary', 'blue-green', 'rolling']

/** `options` are those of the service over those of `defaults`; what is required but missing comes out empty (a rule names it). */
export function makeService(name: string, options: ServiceOptions): Service {
  const workload = options.workload ?? name
  const namespace = options.namespace ?? 'production'
  const serviceName = options.service ?? workload
  const strategies = options.strategies ?? STRATEGIES
  const inMesh = options.measuredBy === 'istio'
  const counts = inMesh ? ISTIO_TRAFFIC : DEFAULT_TRAFFIC
  return {
    name,
    context: options.context ?? null,
    namespace,
    workload,
    container: options.container ?? null,
    image: options.image ?? '',
    serviceName,
    router: routerOf(options, serviceName),
    canaryLabels: options.canaryLabels ?? {},
    health: options.health ?? [],
    channel: options.channel ?? '',
    approvers: options.approvers ?? [],
    deployers: options.deployers ?? [],
    emergency: options.emergency ?? options.approvers ?? [],
    selfApproval: options.selfApproval ?? false,
    strategies,
    defaultStrategy:
      options.defaultStrategy ?? strategies.find((each) => each === 'canary') ?? strategies[0] ?? 'canary',
    canary: { steps: stepsOf(options) },
    blueGreen: blueGreenOf(options),
    rolling: rollingOf(options),
    monitorMs: options.monitor ?? 10 * MINUTE,
    keepMs: options.keepFor ?? HOUR,
    keep: options.keep ?? 'warm',
    onBreach: options.onBreach ?? 'rollback',
    judgement: judgementOf(options),
    guard: guardOf(options),
    ...eyesOf(options),
    timeouts: timeoutsOf(options),
    thresholds: changedThresholds(inMesh ? ISTIO_THRESHOLDS : DEFAULT_THRESHOLDS, options.thresholds ?? {}),
    traffic: {
      requests: options.traffic?.requests ?? counts.requests,
      errors: options.traffic?.errors ?? counts.errors,
    },
    alerts: options.alerts ?? `namespace="${namespace}"`,
  }
}

function routerOf({ router }: ServiceOptions, serviceName: string): Service['router'] {
  switch (router?.kind) {
    case undefined:
    case 'replicas':
      return { kind: 'replicas' }
    case 'istio': {
      const { route, ...rest } = router
      return route === undefined ? rest : { ...rest, route }
    }
    case 'gateway-api': {
      const { rule, stable = serviceName, ...rest } = router
      return rule === undefined ? { ...rest, stable } : { ...rest, stable, rule }
    }
    case 'nginx':
      return { ...router, stable: router.stable ?? serviceName }
  }
}

function stepsOf({ canary }: ServiceOptions): readonly CanaryStep[] {
  if (!canary?.steps) return DEFAULT_CANARY_STEPS
  return canary.steps.map((step, index) => ({
    percent: step.percent,
    observeMs: step.observe,
    pods: step.pods === undefined || step.pods === 'all' ? null : step.pods,
    gate: step.gate ?? (index === 0 ? 'approval' : 'auto'),
  }))
}

function blueGreenOf({ blueGreen = {} }: ServiceOptions): BlueGreenSettings {
  return {
    monitorMs: blueGreen.monitor ?? 30 * MINUTE,
    keepMs: blueGreen.keepFor ?? 30 * MINUTE,
    gate: blueGreen.gate ?? 'approval',
    preview: blueGreen.preview ?? [],
  }
}

/** Three pods of 8 min and 6 min at the end: the playbook's 30 minutes. */
function rollingOf({ rolling = {} }: ServiceOptions): RollingSettings {
  return {
    batch: rolling.batch ?? 1,
    observeMs: rolling.observe ?? 8 * MINUTE,
    monitorMs: rolling.monitor ?? 6 * MINUTE,
    keepMs: rolling.keepFor ?? HOUR,
    gate: rolling.gate ?? 'approval',
  }
}

function judgementOf({ judgement = {} }: ServiceOptions): JudgementSettings {
  return {
    sampleIntervalMs: judgement.sampleInterval ?? 10 * SECOND,
    sampleWindowMs: judgement.sampleWindow ?? MINUTE,
    successRate: judgement.successRate ?? 0.98,
    trafficFloor: judgement.trafficFloor ?? 300,
    fastPath: {
      errorRatio: judgement.fastPath?.errorRatio ?? 0.1,
      requests: judgement.fastPath?.requests ?? 50,
    },
    criticalOf: judgement.criticalOf ?? { k: 1, n: 1 },
    warningOf: judgement.warningOf ?? { k: 2, n: 3 },
    warmupMs: judgement.warmup ?? MINUTE,
    noDataSamples: judgement.noDataSamples ?? 3,
  }
}

function guardOf({ guard = {} }: ServiceOptions): GuardSettings {
  return {
    crashes: guard.crashes ?? 1,
    unreadyShare: guard.unreadyShare ?? 1,
    unreadyGraceMs: guard.unreadyGrace ?? 10 * SECOND,
    pollMs: guard.poll ?? 5 * SECOND,
  }
}

/** Nothing where they are off. Without a port they look at port 0, which a rule names. */
function eyesOf({ eyes, measuredBy }: ServiceOptions): { readonly eyes?: EyesSettings } {
  if (!eyes || eyes.enabled === false) return {}
  const counts = measuredBy === 'istio' ? ISTIO_COUNTS : APPLICATION_COUNTS
  return {
    eyes: {
      port: eyes.port ?? counts.port,
      path: eyes.path ?? counts.path,
      intervalMs: eyes.interval ?? SECOND,
      via: eyes.via ?? 'auto',
      requests: eyes.requests ?? counts.requests,
      errors: eyes.errors ?? counts.errors,
    },
  }
}

function timeoutsOf({ timeouts = {} }: ServiceOptions): Timeouts {
  return {
    checkMs: timeouts.check ?? 10 * SECOND,
    rolloutMs: timeouts.rollout ?? 10 * MINUTE,
    approvalMs: timeouts.approval ?? 4 * HOUR,
    holdReminderMs: timeouts.holdReminder ?? 15 * MINUTE,
    drainMs: timeouts.drain ?? 30 * SECOND,
  }
}
