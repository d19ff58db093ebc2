/** The truth of the simulated world, for the panels beside the demo's channel. */
import { judgeSample } from '../playbook/judge-sample.ts'
import type { Threshold } from '../playbook/metrics.ts'
import type { Service } from '../playbook/service.ts'
import type { Clock } from '../ports/clock.ts'
import type { VersionNumbers } from './metrics/simulated-metrics.ts'
import type {
  PanelLevel,
  PanelMetric,
  PanelService,
  PanelSnapshot,
  PanelSource,
  PanelSwitch,
} from './workspace/panels.ts'
import { FAULTS, type FaultName, type World } from './world.ts'

const LABELS: Readonly<Record<FaultName, string>> = {
  errors: 'answers with errors',
  latency: 'answers slowly',
  crashloop: 'crashes',
  'no-metrics': 'reports no metrics',
}

export interface PanelOptions {
  readonly world: World
  readonly services: readonly Service[]
  readonly clock: Clock
  readonly factor: number
  /** The version that the switches make sick. */
  readonly sickVersion: string
  readonly kubeconfigPath: string
}

/** Points of a sparkline, and how often one is taken, real ms. */
const HISTORY = 60
const TICK_MS = 1_000

export function panelSource({
  world,
  services,
  clock,
  factor,
  sickVersion,
  kubeconfigPath,
}: PanelOptions): PanelSource & { stop(): void } {
  const history = new Map<string, number[]>()
  const on = new Set<FaultName>()
  const listeners = new Set<() => void>()
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const timer = setInterval(() => {
    for (const metric of metricsOf(services, world))
      if (metric.value !== null)
        history.set(metric.name, [...(history.get(metric.name) ?? []), metric.value].slice(-HISTORY))
    tell()
  }, TICK_MS)
  timer.unref()
  const stopWatching = world.simulation.onChange(tell)
  return {
    snapshot: (): PanelSnapshot => ({
      services: services.map((service) => panelService(service, world)),
      metrics: metricsOf(services, world).map((metric) => ({ ...metric, history: history.get(metric.name) ?? [] })),
      switches: FAULTS.map(
        (name): PanelSwitch => ({ name, label: `${sickVersion} ${LABELS[name]}`, on: on.has(name) }),
      ),
      clock: { nowMs: clock.now(), factor },
      kubeconfigPath,
    }),
    onChange(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    async flip(name, flipped) {
      const fault = FAULTS.find((known) => known === name)
      if (!fault) throw new Error(`there is no switch “${name}”`)
      if (flipped && fault !== 'crashloop') for (const other of on) if (other !== 'crashloop') on.delete(other)
      if (flipped) on.add(fault)
      else on.delete(fault)
      world.setFault(sickVersion, fault, flipped)
      tell()
    },
    stop() {
      clearInterval(timer)
      stopWatching()
    },
  }
}

function panelService(service: Service, world: World): PanelService {
  const shares = world.simulation.trafficShares(service.namespace, service.serviceName)
  const pods = world.pods(service)
  const versions = [...new Set([...Object.keys(shares), ...pods.map((pod) => pod.version)])].sort()
  return {
    name: service.name,
    versions: versions.map((version) => ({
      version,
      share: shares[version] ?? 0,
      pods: pods
        .filter((pod) => pod.version === version)
        .map((pod) => ({
          name: pod.name,
          state: pod.ready || pod.reason !== 'Running' ? pod.reason : 'NotReady',
          restarts: pod.restarts,
        })),
    })),
  }
}

/** The numbers of the service that is being deployed: the one with two versions in traffic, else the first. */
function metricsOf(services: readonly Service[], world: World): PanelMetric[] {
  const shown = services.map((service) => ({ service, versions: world.store.snapshot(service) }))
  const busy = shown.find(({ versions }) => versions.filter((version) => version.share > 0).length > 1) ?? shown[0]
  if (!busy) return []
  return busy.versions
    .filter((version) => version.share > 0)
    .flatMap((version) => versionMetrics(busy.service, version))
}

function versionMetrics(service: Service, numbers: VersionNumbers): PanelMetric[] {
  const rows: readonly [Threshold['metric'], number | null][] = [
    ['error-rate', numbers.errorRatio],
    ['latency-p95', numbers.p95Ms],
    ['cpu', numbers.cpu],
    ['memory', numbers.memory],
  ]
  return rows.flatMap(([metric, value]) => {
    const threshold = service.thresholds.find((row) => row.metric === metric)
    return threshold ? [panelMetric(service, numbers.version, threshold, value)] : []
  })
}

function panelMetric(service: Service, version: string, row: Threshold, value: number | null): PanelMetric {
  const scale = row.unit === 'ratio' ? 100 : 1
  const scaled = (number: number) => Math.round(number * scale * 100) / 100
  return {
    name: `${service.name} ${version} ${row.metric}`,
    label: `${service.name} ${version}: ${row.label}`,
    unit: row.unit === 'ratio' ? '%' : row.unit === 'ms' ? 'ms' : '',
    value: value === null ? null : scaled(value),
    target: scaled(row.target),
    warning: scaled(row.warning),
    critical: scaled(row.critical),
    level: levelOfValue(service, row, value),
    history: [],
  }
}

function levelOfValue(service: Service, row: Threshold, value: number | null): PanelLevel {
  if (value === null) return 'no data'
  const counts = { requests: 10_000, errors: row.metric === 'error-rate' ? value * 10_000 : 0, windowMs: 60_000 }
  const only = { ...service, thresholds: [row.metric === 'error-rate' ? row : { ...row, query: '1' }] }
  const { level } = judgeSample({ at: 0, recent: counts, whole: counts, readings: { [row.metric]: { value } } }, only)
  return level === 'critical' || level === 'warning' ? level : 'ok'
}
