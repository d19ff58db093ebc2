/** `/deploy <service> <version> [strategy]`. */
import { authorise } from '../playbook/authorise.ts'
import { createDeployment } from '../playbook/create-deployment.ts'
import { isVersion } from '../playbook/image.ts'
import type { Plan } from '../playbook/plan.ts'
import { planDeployment } from '../playbook/plan-deployment.ts'
import type { Outcome } from '../playbook/refusal.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Service, Strategy } from '../playbook/service.ts'
import { followUp } from '../ports/follow-up.ts'
import type { Asker, Intent, Reply } from './ask.ts'
import { findBlock } from './blocks.ts'
import { type Desk, findService, personRef, refused } from './desk.ts'

export async function startDeployment(
  desk: Desk,
  intent: Extract<Intent, { verb: 'deploy' }>,
  asker: Asker,
): Promise<Reply> {
  const service = findService(desk, intent.service)
  if (!service.ok) return refused(service)
  const person = await desk.people.lookup(asker.id)
  const allowed = authorise(person, 'deploy', service.value, null)
  if (!allowed.ok) return refused(allowed)
  const plan = planFor(service.value, intent.version, intent.strategy)
  if (!plan.ok) return refused(plan)
  const live = await desk.store.live(service.value.name)
  if (live !== undefined) return refused(refuse.serviceBusy(service.value.name, live))
  const block = await findBlock(desk, service.value, plan.value.version)
  if (block) return refused(refuse.blocked(service.value.name, plan.value.version, block))
  const number = await desk.store.nextNumber(service.value.name)
  const now = desk.clock.now()
  const { deployment, entries } = createDeployment(plan.value, number, personRef(person), now)
  const created = await desk.store.create(deployment, entries)
  if (created !== 'created') return refused(refuse.serviceBusy(service.value.name, created.live))
  await followUp(desk.queue, deployment, entries, now)
  const where = asker.channel === deployment.channel ? '' : ` Its card is in <#${deployment.channel}>.`
  return {
    kind: 'done',
    text: `${deployment.id}: ${service.value.name} ${deployment.version} by ${deployment.strategy} has started; pre-flight checks run now.${where}`,
  }
}

/** The strategy defaults to the service's; all faults of the request are refusals. */
export function planFor(service: Service, version: string, strategy: string | undefined): Outcome<Plan> {
  if (!isVersion(version)) return refuse.badVersion(service, version)
  const named = service.strategies.find((row) => row === (strategy ?? service.defaultStrategy))
  if (!named) return refuse.strategyNotAllowed(service, strategy ?? service.defaultStrategy)
  return planDeployment({ service, version, strategy: named satisfies Strategy })
}
