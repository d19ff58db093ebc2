/** Plan + requester -> the first record and its first line. */
import type { Deployment, PersonRef, TimelineEntry } from './deployment.ts'
import type { Plan } from './plan.ts'
import type { Recorded } from './record-event.ts'
import { firstBatch } from './rolling.ts'

export function createDeployment(plan: Plan, number: number, requester: PersonRef, now: number): Recorded {
  const first = plan.phases[0]?.steps[0]
  if (!first) throw new Error(`the plan for ${plan.service.name} has no first step`)
  const deployment: Deployment = {
    id: `${plan.service.name}-${number}`,
    number,
    service: plan.service.name,
    version: plan.version,
    fromVersion: null,
    digest: null,
    strategy: plan.strategy,
    requester,
    channel: plan.service.channel,
    createdAt: now,
    plan,
    revision: 1,
    status: 'running',
    step: first.id,
    stepSince: now,
    retryAt: 0,
    waitingFor: null,
    approvals: [],
    share: { planned: 0, real: 0 },
    window: null,
    hold: null,
    goingBack: null,
    pin: null,
    rolled: firstBatch(plan),
    baseline: null,
    lastSample: null,
    peaks: {},
    pods: null,
    blind: null,
    issues: [],
    kept: false,
    settled: false,
    keepUntil: null,
    checkIns: [],
    endedAt: null,
  }
  const entry: TimelineEntry = {
    at: now,
    revision: 1,
    type: 'created',
    by: requester,
    text: `${requester.name} asked for ${plan.service.name} ${plan.version} by ${plan.strategy}.`,
    audience: 'thread',
    level: 'info',
    to: 'running',
  }
  return { deployment, entries: [entry] }
}
