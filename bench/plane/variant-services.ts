/** The services of the rows that go through every strategy and router: one for each run, in a namespace for each variant. */
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service } from '../../src/playbook/service.ts'
import { quickService } from '../../test/running/quick-service.ts'
import { VARIANTS, type Variant } from '../../test/running/variants.ts'
import { CHANNEL } from '../processes/workspace-channel.ts'

/** `canary, istio by host` -> `canary-istio-by-host`. */
export function slugOf({ name }: Variant): string {
  return name.replaceAll(/[^a-z0-9]+/g, '-')
}

/** Each window, and the watch at the end, lasts `windowMs`; nobody is asked. */
export function variantService(variant: Variant, name: string, namespace: string, windowMs: number): Service {
  const base = quickService(name, namespace, variant.router(name))
  const lengths = { monitorMs: windowMs, keepMs: base.keepMs, gate: 'auto' } as const
  return {
    ...base,
    channel: CHANNEL,
    canary: { steps: base.canary.steps.map((step) => ({ ...step, observeMs: windowMs, gate: 'auto' })) },
    blueGreen: { ...lengths, preview: [] },
    rolling: { ...lengths, batch: 1, observeMs: windowMs },
    judgement: { ...base.judgement, sampleIntervalMs: 10 * SECOND, warmupMs: MINUTE },
    guard: { ...base.guard, pollMs: 5 * SECOND },
  }
}

const RUNS = 5

/** One service for each run, to be measured as they are, and with an old pod unready. */
export interface BadSampleRuns {
  readonly variant: Variant
  readonly namespace: string
  readonly well: readonly Service[]
  readonly oldPodUnready: readonly Service[]
}

/** Half of the traffic goes to as many new pods as there are old ones, or what the strategy gives first; then it is watched for longer than any row takes. */
function badSampleService(variant: Variant, name: string, namespace: string): Service {
  const base = variantService(variant, name, namespace, 60 * MINUTE)
  const [, , half, whole] = base.canary.steps
  return {
    ...base,
    canary: { steps: half && whole ? [half, whole] : [] },
    // Looked at oftener than by default, or each run would wait for 10 s; that wait is not part of what is measured.
    judgement: { ...base.judgement, sampleIntervalMs: 2 * SECOND },
  }
}

export const VARIANT_RUNS: readonly BadSampleRuns[] = VARIANTS.map((variant) => {
  const namespace = `bench-${slugOf(variant)}`
  const runs = (kind: string) =>
    Array.from({ length: RUNS }, (_, run) =>
      badSampleService(variant, `${slugOf(variant)}-${kind}-${run + 1}`, namespace),
    )
  return { variant, namespace, well: runs('well'), oldPodUnready: runs('unready') }
})

/** A whole deployment with windows of a length of its own. */
export interface CountedRun {
  readonly variant: Variant
  readonly service: Service
  /** Time under observation in all, ms. */
  readonly watchedMs: number
}

/** Shares of a canary; pods of a rolling deployment and the watch at the end; blue-green is watched for as long, at once. */
const WINDOWS = 4

export function countedRun(variant: Variant, kind: string, windowMs: number): CountedRun {
  const name = `${slugOf(variant)}-${kind}`
  const base = variantService(variant, name, `count-${name}`, windowMs)
  const watchedMs = WINDOWS * windowMs
  const blueGreen = { ...base.blueGreen, monitorMs: watchedMs }
  return { variant, service: { ...base, context: name, blueGreen }, watchedMs }
}
