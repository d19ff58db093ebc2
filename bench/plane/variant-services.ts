/** The services of the rows that go through every strategy and router: one for each run, in a namespace for each scene. */
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { quickService } from '../../test/running/quick-service.ts'
import { VARIANTS, type Variant } from '../../test/running/variants.ts'
import { CHANNEL } from '../processes/workspace-channel.ts'

/** How long the new version is watched: after each share or pod, and at the end. */
interface Lengths {
  readonly windowMs: number
  readonly lastMs: number
}

/** `canary, istio by host` -> `canary-istio-by-host`. */
function slugOf(name: string): string {
  return name.replaceAll(/[^a-z0-9]+/g, '-')
}

/** Nobody is asked. */
function serviceOf(variant: Variant, name: string, namespace: string, { windowMs, lastMs }: Lengths): Service {
  const base = quickService(name, namespace, variant.router(name))
  const after = { monitorMs: lastMs, keepMs: base.keepMs, gate: 'auto' } as const
  return {
    ...base,
    channel: CHANNEL,
    canary: {
      steps: base.canary.steps.map((step) => ({
        ...step,
        observeMs: step.percent === 100 ? lastMs : windowMs,
        gate: 'auto',
      })),
    },
    blueGreen: { ...after, preview: [] },
    rolling: { ...after, batch: 1, observeMs: windowMs },
    judgement: { ...base.judgement, sampleIntervalMs: 10 * SECOND, warmupMs: MINUTE },
    guard: { ...base.guard, pollMs: 5 * SECOND },
  }
}

/** Services that stand side by side where the new version gets traffic and is watched for longer than any row takes. */
export interface SceneSettings {
  readonly name: string
  readonly variant: Variant
  readonly namespace: string
  /** Share of the traffic that the new version has there, 0..1. */
  readonly given: number
  /** One for each run. */
  readonly well: readonly Service[]
  /** To be measured with an old pod unready. */
  readonly oldPodUnready: readonly Service[]
}

const RUNS = 5
const HOUR_LONG: Lengths = { windowMs: 60 * MINUTE, lastMs: 60 * MINUTE }
/** Half to as many new pods as there are old ones; everything; one new pod beside three old ones. */
const FIRST_SHARE: Readonly<Record<Strategy, number>> = { canary: 0.5, 'blue-green': 1, rolling: 0.25 }

function badSampleService(variant: Variant, name: string, namespace: string, lengths: Lengths): Service {
  const base = serviceOf(variant, name, namespace, lengths)
  return {
    ...base,
    canary: { steps: base.canary.steps.filter(({ percent }) => percent >= 50) },
    // Looked at oftener than by default, or each run would wait for 10 s; that wait is not part of what is measured.
    judgement: { ...base.judgement, sampleIntervalMs: 2 * SECOND },
  }
}

function settingsOf(variant: Variant, name: string, given: number, lengths: Lengths, weak: number): SceneSettings {
  const slug = slugOf(name)
  const namespace = `bench-${slug}`
  const runs = (kind: string, count: number) =>
    Array.from({ length: count }, (_, run) =>
      badSampleService(variant, `${slug}-${kind}-${run + 1}`, namespace, lengths),
    )
  return { name, variant, namespace, given, well: runs('well', RUNS), oldPodUnready: runs('weak', weak) }
}

export const SCENES: readonly SceneSettings[] = VARIANTS.flatMap((variant) => {
  const first = settingsOf(variant, variant.name, FIRST_SHARE[variant.strategy], HOUR_LONG, RUNS)
  if (variant.kept === 'beside') return [first]
  // Where no old pod is left, some have to start before the traffic can go anywhere.
  const lengths = { ...HOUR_LONG, windowMs: 2 * SECOND }
  return [first, settingsOf(variant, `${variant.name}, every pod replaced`, 1, lengths, 0)]
})

/** A whole deployment of seconds, whose last watch is long enough to count what a minute of watching costs. */
export interface CountedRun {
  readonly variant: Variant
  readonly service: Service
}

export const COUNTED_RUNS: readonly CountedRun[] = VARIANTS.map((variant) => {
  const name = slugOf(variant.name)
  const lengths = { windowMs: 10 * SECOND, lastMs: 90 * SECOND }
  return { variant, service: { ...serviceOf(variant, name, `count-${name}`, lengths), context: name } }
})
