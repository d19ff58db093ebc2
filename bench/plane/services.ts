/** The services of the rows on the control plane: one for each run, since a deployment that went back is over. */
import { APPLICATION_COUNTS } from '../../src/config/eyes-options.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { quickService } from '../../test/running/quick-service.ts'
import { CHANNEL } from '../processes/workspace-channel.ts'

export const NAMESPACE = 'bench'

/** Half of the traffic at once, to two pods, watched for longer than any row takes; judged every `sampleIntervalMs`. */
function serviceOf(name: string, sampleIntervalMs: number): Service {
  const router = { kind: 'istio', virtualService: name, by: 'host', stable: name, canary: `${name}-canary` } as const
  const base = quickService(name, NAMESPACE, router)
  return {
    ...base,
    channel: CHANNEL,
    canary: {
      steps: [
        { percent: 50, observeMs: 60 * MINUTE, pods: 2, gate: 'auto' },
        { percent: 100, observeMs: MINUTE, pods: null, gate: 'auto' },
      ],
    },
    judgement: { ...base.judgement, sampleIntervalMs, warmupMs: MINUTE },
    guard: { ...base.guard, pollMs: 5 * SECOND },
  }
}

const runs = (row: string, count: number, intervalMs = 10 * SECOND) =>
  Array.from({ length: count }, (_, run) => serviceOf(`${row}-${run + 1}`, intervalMs))

/** Looked at oftener than by default, or each run would wait for 10 s; that wait is not part of what is measured. */
export const BAD_SAMPLE_RUNS = runs('bad-sample', 11, 2 * SECOND)
export const ABORT_RUNS = runs('abort', 11)
export const CRASH_RUNS = { all: runs('crash-all', 7), half: runs('crash-half', 7), unready: runs('unready', 7) }

/**
 * As production has it: sampled every 10 s over a minute. Only the error rate is watched, since the programs in the pods
 * have nothing else to tell. Somebody agrees before the first share, so that the pods can be given their programs.
 */
function measuredService(name: string): Service {
  const base = serviceOf(name, 10 * SECOND)
  const [half, whole] = base.canary.steps
  return {
    ...base,
    selfApproval: true,
    canary: { steps: half && whole ? [{ ...half, gate: 'approval' }, whole] : [] },
    thresholds: base.thresholds.map((row) => ({ ...row, query: null })),
    judgement: {
      ...base.judgement,
      sampleWindowMs: MINUTE,
      trafficFloor: 300,
      fastPath: { errorRatio: 0.1, requests: 50 },
    },
  }
}

const measuredRuns = (row: string, count: number) =>
  Array.from({ length: count }, (_, run) => measuredService(`${row}-${run + 1}`))

export const BAD_RESPONSE_RUNS = { eyes: measuredRuns('eyes', 7), blind: measuredRuns('blind', 7) }

/** `port`: where the pods' programs listen. */
export function badResponseServices(port: number): readonly Service[] {
  const eyes = { ...APPLICATION_COUNTS, port, intervalMs: SECOND, via: 'pod' } as const
  return [...BAD_RESPONSE_RUNS.eyes.map((service) => ({ ...service, eyes })), ...BAD_RESPONSE_RUNS.blind]
}

export const SERVICES = [...BAD_SAMPLE_RUNS, ...ABORT_RUNS, ...Object.values(CRASH_RUNS).flat()]
