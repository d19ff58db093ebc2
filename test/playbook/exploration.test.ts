/**
 * The pure core explored, not only sampled: every state that any order of events can reach, breadth first, up to a
 * depth. Two records are one state when they would decide alike: times are told apart only by what they allow.
 */
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import type { DeploymentEvent } from '../../src/playbook/events.ts'
import type { ForeignChange } from '../../src/playbook/foreign-change.ts'
import { isBlind } from '../../src/playbook/is-blind.ts'
import { nextStep } from '../../src/playbook/next-step.ts'
import { recordEvent } from '../../src/playbook/record-event.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { ana, ben, EYES, makePod, makeSample, makeService, newDeployment, noData, PIN, ROLLED, T0 } from './fixtures.ts'

/** From the first step to the end of the longest way there are fewer events than this. */
const DEPTH = 60
const FAILING = { requests: 100, errors: 50, windowMs: SECOND, pods: [{ pod: 'a', requests: 100, errors: 50 }] }
const health = { at: T0, wanted: 1, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }

interface Place {
  readonly deployment: Deployment
  readonly now: number
}

function stepsOf(deployment: Deployment) {
  return deployment.plan.phases.flatMap((phase) => phase.steps)
}

/** How the step that is under way may end. */
function stepEnds({ deployment }: Place): DeploymentEvent[] {
  const { step } = deployment
  const want = stepsOf(deployment).find((row) => row.id === step)?.want
  if (!want || want.do === 'approve' || want.do === 'observe') return []
  const facts = {
    ...(want.do === 'pin' ? { pin: PIN } : {}),
    ...(want.do === 'route' ? { realShare: want.percent } : {}),
    ...(want.do === 'roll' ? ROLLED : {}),
  }
  return [
    { type: 'step-done', step, text: '', facts },
    { type: 'step-failed', step, why: 'x' },
    { type: 'step-not-yet', step, why: 'x', retryAt: 0 },
  ]
}

function changeOf(field: ForeignChange['field'], found: string): ForeignChange {
  return { field, what: field, wanted: '25 %', found, by: null }
}

/** Everything that could be reported or decided, sensible or not, duplicates and late ones included. */
function eventsAt(place: Place): DeploymentEvent[] {
  const { deployment, now } = place
  return [
    ...stepEnds(place),
    { type: 'approved', by: ben, step: deployment.step },
    { type: 'held', by: ben, reason: null },
    { type: 'resumed', by: ben },
    { type: 'abort-asked', by: ana, reason: null },
    { type: 'rollback-asked', by: ana, reason: null },
    { type: 'sampled', sample: makeSample(now, { wholeRequests: 9_000 }) },
    { type: 'sampled', sample: makeSample(now, { errors: 500 }) },
    { type: 'sampled', sample: makeSample(now, { p95: 400 }) },
    { type: 'sampled', sample: noData(now) },
    { type: 'sampled', sample: makeSample(now, { requests: 10, wholeRequests: 10 }) },
    { type: 'pods-seen', health, verdict: { kind: 'crash', detail: 'x' } },
    { type: 'pods-seen', health, verdict: { kind: 'all-unready', detail: 'x' } },
    { type: 'pods-seen', health, verdict: { kind: 'some-unready', since: now, detail: 'x' } },
    { type: 'pods-seen', health, verdict: { kind: 'well' } },
    { type: 'sight-lost', since: now - 20 * SECOND, why: 'x' },
    { type: 'sight-back' },
    { type: 'pods-failing', failing: FAILING },
    { type: 'changed-by-others', changes: [changeOf('shares', '0 %')], realShare: 0 },
    { type: 'changed-by-others', changes: [changeOf('canary-replicas', 'gone')] },
    { type: 'restore-undone', changes: [changeOf('shares', '10 %')] },
    { type: 'reclaimed' },
    { type: 'reclaim-refused', why: 'x' },
    { type: 'approval-expired' },
    { type: 'hold-reminded' },
    { type: 'countdown-over' },
    { type: 'withdrawn', realShare: 0 },
    { type: 'late', why: 'x', retryAt: now },
    { type: 'way-back-step-done', index: deployment.goingBack?.step ?? 0, text: '' },
    { type: 'way-back-late', index: deployment.goingBack?.step ?? 0, why: 'x', retryAt: now },
    { type: 'superseded', by: 'api-2' },
    { type: 'forgotten' },
  ]
}

/** What a decision depends on; times as far as they can still change something. */
function keyOf({ deployment: d, now }: Place): string {
  const { window, hold, goingBack } = d
  const levels = window?.samples.map((sample) =>
    'absent' in sample.recent
      ? 'n'
      : sample.recent.errors > 0
        ? 'e'
        : sample.readings['latency-p95'] &&
            'value' in sample.readings['latency-p95'] &&
            sample.readings['latency-p95'].value > 300
          ? 'w'
          : sample.recent.requests < 50
            ? 'l'
            : 'o',
  )
  return JSON.stringify([
    d.status,
    d.step,
    d.share.planned,
    isBlind(d),
    d.rolled && [d.rolled.wanted, d.rolled.of],
    hold && [hold.reason, hold.withdraw ?? 0, hold.rollBackAt === undefined ? 0 : now >= hold.rollBackAt ? 2 : 1],
    goingBack && [goingBack.step, goingBack.hadTraffic],
    d.meddled && (d.meddled.reclaim ? 2 : 1),
    window && [
      window.percent,
      Math.min(window.noData, 1),
      levels,
      now - window.since >= MINUTE,
      now - d.stepSince >= 15 * MINUTE,
    ],
    [d.pin !== null, d.kept, d.settled, d.keepUntil === null ? 0 : now >= d.keepUntil ? 2 : 1, d.approvals.length],
  ])
}

/** Asked some hundred thousand times, so without a matcher. */
function claim(holds: boolean, what: string): void {
  if (!holds) throw new Error(what)
}

function checkMove(before: Place, event: DeploymentEvent, after: Deployment): void {
  const told = `${before.deployment.status} ${before.deployment.step} on ${event.type}`
  const { planned } = after.share
  claim(planned >= 0 && planned <= 100, `${told}: a share of ${planned}`)
  claim(
    before.deployment.status !== 'rolled-back' && before.deployment.status !== 'refused',
    `${told}: the end is not final`,
  )
  // Blind is neither healthy nor sick: it moves nothing forward, and nothing back.
  claim(!event.type.startsWith('sight') || after.status !== 'going-back', `${told}: went back for want of sight`)
  claim(
    event.type !== 'sampled' || !isBlind(before.deployment) || after.step === before.deployment.step,
    `${told}: a gate passed that nobody could see behind`,
  )
  if (before.deployment.status !== 'going-back') return
  claim(
    after.status === 'going-back' || after.status === 'rolled-back',
    `${told}: the way back was left for ${after.status}`,
  )
  claim(!after.meddled, `${told}: a way back that waits for who changed what`)
  claim(planned <= before.deployment.share.planned, `${told}: forward on the way back`)
  claim(after.step === before.deployment.step, `${told}: a step forward on the way back`)
}

const LIVE: readonly string[] = ['running', 'holding', 'going-back']

/** No state without a next step or a named person: what is live waits for a time, a person, or does something. */
function checkRest({ deployment, now }: Place): void {
  const next = nextStep(deployment, now)
  const told = `${deployment.status} ${deployment.step}`
  claim(!LIVE.includes(deployment.status) || next.kind !== 'finished', `${told}: nothing comes next`)
  claim(next.kind !== 'wait' || Number.isFinite(next.until), `${told}: waits for ever`)
  claim(!isBlind(deployment) || next.kind !== 'perform', `${told}: a step is taken blindly`)
  claim(
    next.kind !== 'wait' || !next.person || deployment.plan.service.approvers.length > 0,
    `${told}: nobody to wait for`,
  )
}

/** Does the way back lead from here to the pinned state, whatever is under way? */
function checkWayBack(place: Place): void {
  let outcome = recordEvent(place.deployment, { type: 'rollback-asked', by: ana, reason: null }, place.now)
  if (!outcome.ok) {
    claim(
      ['already-going-back', 'no-way-back', 'already-ended'].includes(outcome.refusal.code),
      `${place.deployment.step}: ${outcome.refusal.what}`,
    )
    if (place.deployment.status !== 'going-back') return
    outcome = { ok: true, value: { deployment: place.deployment, entries: [] } }
  }
  let deployment = outcome.value.deployment
  for (let index = deployment.goingBack?.step ?? 0; deployment.status === 'going-back'; index += 1) {
    const done = recordEvent(deployment, { type: 'way-back-step-done', index, text: '', realShare: 0 }, place.now)
    if (!done.ok) throw new Error(`${deployment.step}: the way back stops at ${index}: ${done.refusal.what}`)
    deployment = done.value.deployment
  }
  claim(
    ['rolled-back', 'refused'].includes(deployment.status) && deployment.share.planned === 0,
    `${place.deployment.step}: the way back ends ${deployment.status} at ${deployment.share.planned} %`,
  )
}

/** One sample decides instead of two of three: the same decisions, without counting up to them. */
function quick(service: Service): Service {
  const judgement = { ...service.judgement, warningOf: { k: 1, n: 1 }, noDataSamples: 1 }
  return { ...service, judgement, eyes: EYES }
}

function explore(
  service: Service,
  strategy: Strategy,
): { states: number; moves: number; depth: number; ends: Set<string> } {
  const seen = new Set<string>()
  const ends = new Set<string>()
  let front: Place[] = [{ deployment: newDeployment(quick(service), T0, strategy), now: T0 }]
  let moves = 0
  let depth = 0
  for (; depth < DEPTH && front.length > 0; depth += 1) {
    const following: Place[] = []
    for (const place of front) {
      checkRest(place)
      checkWayBack(place)
      for (const wait of [SECOND, 16 * MINUTE]) {
        const now = place.now + wait
        for (const event of eventsAt({ ...place, now })) {
          const outcome = recordEvent(place.deployment, event, now)
          if (!outcome.ok) continue
          moves += 1
          checkMove(place, event, outcome.value.deployment)
          const next = { deployment: { ...outcome.value.deployment, issues: [] }, now }
          const key = keyOf(next)
          if (seen.has(key)) continue
          seen.add(key)
          ends.add(next.deployment.status)
          following.push(next)
        }
      }
    }
    front = following
  }
  return { states: seen.size, moves, depth, ends }
}

describe('every state that any order of events can reach', () => {
  it.each<[string, Service, Strategy]>([
    ['a mesh that rolls back by itself', makeService(), 'canary'],
    ['pods that are the traffic', makeService({ router: { kind: 'replicas' } }), 'canary'],
    ['a service that asks first', makeService({ onBreach: 'ask' }), 'canary'],
    ['an old version kept cold', makeService({ keep: 'cold' }), 'canary'],
    ['three pods replaced one by one', makeService(), 'rolling'],
    ['pods replaced one by one, and asked first', makeService({ onBreach: 'ask' }), 'rolling'],
  ])('keeps its promises: %s', { timeout: 240_000 }, (name, service, strategy) => {
    const { states, moves, depth, ends } = explore(service, strategy)
    console.info(`${name}: ${states} states, ${moves} moves, ${depth} events deep`)
    expect([...ends].sort()).toEqual(['completed', 'going-back', 'holding', 'refused', 'rolled-back', 'running'])
    expect(states).toBeGreaterThan(1_000)
  })
})
