/** `plan`, `status`, `help`: looking changes nothing. */
import { duration } from '../playbook/durations.ts'
import { podsForShare } from '../playbook/image.ts'
import { nearestPods } from '../playbook/nearest-pods.ts'
import type { Plan } from '../playbook/plan.ts'
import { previewServiceName } from '../playbook/preview-service.ts'
import { round } from '../playbook/refuse.ts'
import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Intent, Reply } from './ask.ts'
import { type Desk, findDeployment, findService, refused } from './desk.ts'
import { rollingNotes } from './rolling-notes.ts'
import { planFor } from './start-deployment.ts'

/** A plan is shown within Slack's 3 s; without the cluster's answer by then it goes without real shares. */
const LOOK_TIMEOUT_MS = 1_500
const STEPPED_TIMEOUT_MS = 60_000

export async function showPlan(desk: Desk, intent: Extract<Intent, { verb: 'plan' }>): Promise<Reply> {
  const service = findService(desk, intent.service)
  if (!service.ok) return refused(service)
  const plan = planFor(service.value, intent.version, intent.strategy)
  if (!plan.ok) return refused(plan)
  return { kind: 'plan', plan: plan.value, notes: await notesFor(desk, plan.value) }
}

async function notesFor(desk: Desk, plan: Plan): Promise<string[]> {
  const { service } = plan
  const adoption = adoptionNotes(service)
  // On stepped time nobody waits, and a busy machine must not change what is said.
  const patienceMs = desk.clock.toRealMs(1) > 0 ? LOOK_TIMEOUT_MS : STEPPED_TIMEOUT_MS
  const pods = await desk.cluster.look(service, AbortSignal.timeout(patienceMs)).then(
    ({ slots }) => slots.stable.wanted,
    () => null,
  )
  if (pods === null)
    return [...adoption, 'The cluster did not answer in time; real numbers are shown once the deployment runs.']
  if (service.router.kind === 'rolling') return rollingNotes(plan, pods)
  const steps = service.canary.steps.map((step) => podsForShare(service, step.percent, step.pods, pods))
  const extra = Math.max(...steps) + (service.keep === 'warm' ? pods : 0)
  return [
    ...adoption,
    ...shareNotes(service, pods),
    `Pods: ${pods} now, at most ${extra} more on the way${service.keep === 'warm' ? `, ${pods} more for ${duration(service.keepMs)} afterwards (the old version stays warm)` : ''}.`,
  ]
}

/** How blue-green takes over a service that has one plain Deployment, and how one comes back to that. */
function adoptionNotes(service: Service): string[] {
  const { router, workload, serviceName } = service
  if (router.kind !== 'switch') return []
  return [
    `Taken over without a gap: Deployment ${workload} stays as it is and serves until the switch. The new version starts beside it as ${workload}-canary, out of traffic, and is reached by Service ${previewServiceName(service)} only; the switch is one write of the selector of ${serviceName}, and so is the way back.`,
    `Back to plain: nothing to undo. At the end ${workload} runs the new version under its own name, the selector of ${serviceName} is as before, and what was added is gone.`,
  ]
}

function shareNotes(service: Service, pods: number): string[] {
  if (service.router.kind !== 'replicas') return []
  const given = service.canary.steps.map(({ percent }) => ({ percent, real: nearestPods(percent, pods).share }))
  const told = given
    .filter(({ percent, real }) => round(real) !== percent)
    .map(({ percent, real }) => `${percent} % is really ${round(real)} %`)
  if (told.length === 0) return []
  const off = given.find(({ percent, real }) => real > 2 * percent)
  const far = off
    ? ` ${round(off.real)} % is more than twice ${off.percent} %: more pods, or a mesh router, come nearer.`
    : ''
  return [`Shares by pods, with ${counted(pods, 'pod')} of the old version: ${told.join(', ')}.${far}`]
}

export async function showStatus(desk: Desk, intent: Extract<Intent, { verb: 'status' }>): Promise<Reply> {
  if (intent.service !== undefined) {
    const service = findService(desk, intent.service)
    if (!service.ok) return refused(service)
  }
  const names = intent.service === undefined ? desk.services.map((row) => row.name) : [intent.service]
  const found = await Promise.all(names.map((name) => findDeployment(desk, name)))
  return {
    kind: 'status',
    deployments: found.filter((row) => row !== undefined),
    service: intent.service ?? null,
    now: desk.clock.now(),
  }
}
