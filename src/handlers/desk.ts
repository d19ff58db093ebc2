/** What the handlers may use, and the lookups they share. */
import { type Action, authorise } from '../playbook/authorise.ts'
import type { Deployment } from '../playbook/deployment.ts'
import type { DeploymentEvent } from '../playbook/events.ts'
import type { Outcome } from '../playbook/refusal.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Service } from '../playbook/service.ts'
import { ChatError } from '../ports/chat.ts'
import { followUp } from '../ports/follow-up.ts'
import { recordThrough } from '../ports/ledger.ts'
import type { People, Person } from '../ports/people.ts'
import type { Registry } from '../ports/registry.ts'
import type { Asker, CardRef, Reply } from './ask.ts'
import type { EmergencyParts } from './emergency-parts.ts'

/** What an emergency needs, and besides it who people are, what may be deployed, and which image a version is. */
export interface Desk extends EmergencyParts {
  readonly people: People
  readonly registry: Registry
  readonly services: readonly Service[]
}

export function findService(desk: Desk, name: string): Outcome<Service> {
  const service = desk.services.find((row) => row.name === name)
  if (service) return { ok: true, value: service }
  return refuse.unknownService(
    name,
    desk.services.map((row) => row.name),
  )
}

/** The live deployment of a service, else the latest one; undefined when it never had one. */
export async function findDeployment(desk: Desk, service: string): Promise<Deployment | undefined> {
  const id = (await desk.store.live(service)) ?? (await desk.store.latest(service))
  return id === undefined ? undefined : desk.store.load(id)
}

/**
 * The course of every decision about a deployment: find it, authorise the person anew, pass the door, interrupt what
 * runs, enqueue what follows. A person's first press counts; the second is told who was first.
 */
export async function decide(
  desk: Desk,
  ask: { readonly service: string; readonly card?: CardRef; readonly asker: Asker; readonly action: Action },
  make: (person: Person, deployment: Deployment) => DeploymentEvent,
  done: (deployment: Deployment) => string,
): Promise<Reply> {
  const service = findService(desk, ask.service)
  if (!service.ok) return refused(service)
  const found = ask.card ? await desk.store.load(ask.card.deployment) : await findDeployment(desk, ask.service)
  if (!found || found.service !== ask.service) return refused(refuse.nothingLive(ask.service))
  const person = await whoDecides(desk, ask.asker, ask.action)
  const before = found.status
  const outcome = await recordThrough(desk.store, found.id, desk.clock.now, (deployment) => {
    // Authority is the catalogue's as it is now, not as it was when the plan was frozen.
    const allowed = authorise(person, ask.action, service.value, deployment)
    if (!allowed.ok) return allowed
    // Resuming overrides the hold that one looked at, never a later one. Going back needs no such care.
    if (ask.action === 'resume' && ask.card && ask.card.step !== deployment.step) return refuse.oldCard(deployment)
    return { event: make(person, deployment) }
  })
  if (!outcome.ok) {
    desk.log.info(
      { deployment: found.id, person: person.id, action: ask.action, code: outcome.refusal.code },
      'refused',
    )
    return refused(outcome)
  }
  const { deployment, entries } = outcome.value
  if (deployment.status !== before) await desk.queue.interrupt(deployment.id, `${ask.action} by ${person.id}`)
  await followUp(desk.queue, deployment, entries, desk.clock.now())
  return { kind: 'done', text: done(deployment) }
}

/**
 * Slack never blocks the way back: when it cannot say who somebody is, an abort, a roll back or an emergency goes by the verified id
 * alone, and the catalogue still decides. Everything else waits for the answer.
 */
export async function whoDecides(desk: Desk, asker: Asker, action: Action): Promise<Person> {
  try {
    return await desk.people.lookup(asker.id)
  } catch (error) {
    const goesBack = action === 'abort' || action === 'roll back' || action === 'emergency'
    if (!goesBack || !(error instanceof ChatError) || error.kind !== 'late') throw error
    desk.log.warn(
      { person: asker.id, action, error },
      'Slack could not say who this is; going back does not wait for it',
    )
    return { id: asker.id, name: asker.id, team: asker.team, kind: 'member' }
  }
}

export function refused(outcome: Extract<Outcome<never>, { ok: false }>): Reply {
  return { kind: 'refused', refusal: outcome.refusal }
}

export function personRef(person: Person): { id: string; name: string } {
  return { id: person.id, name: person.name }
}
