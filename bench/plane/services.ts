/** The services of the rows on the control plane: one for each run, since a deployment that went back is over. */
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

export const SERVICES = [...BAD_SAMPLE_RUNS, ...ABORT_RUNS, ...Object.values(CRASH_RUNS).flat()]
