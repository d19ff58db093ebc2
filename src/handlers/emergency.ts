/** `/deploy emergency <service> <reason>`: asked first, then done at the press of a button, by the people named for it. */
import { authorise } from '../playbook/authorise.ts'
import { nameOfImage } from '../playbook/emergency.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Asker, Intent, Reply } from './ask.ts'
import { type Desk, findService, personRef, refused, whoDecides } from './desk.ts'
import { finishEmergency, tellOfFailure, writeIncident } from './emergency-finish.ts'
import type { Order } from './emergency-parts.ts'
import { restoreNow } from './emergency-restore.ts'

/** It needs nothing but the cluster: not the record, not Slack beyond the verified request. */
export async function emergency(
  desk: Desk,
  intent: Extract<Intent, { verb: 'emergency' }>,
  asker: Asker,
): Promise<Reply> {
  const service = findService(desk, intent.service)
  if (!service.ok) return refused(service)
  const person = await whoDecides(desk, asker, 'emergency')
  const allowed = authorise(person, 'emergency', service.value, null)
  if (!allowed.ok) return refused(allowed)
  const { reason } = intent
  if (reason === undefined || reason.trim() === '') return refused(refuse.reasonMissing(intent.service, 'emergency'))
  if (intent.confirmed !== true) return { kind: 'confirm-emergency', service: service.value.name, reason }
  const facts = { service: intent.service, person: person.id }
  const order: Order = {
    service: service.value,
    by: personRef(person),
    reason,
    // Once confirmed nothing stops it.
    signal: new AbortController().signal,
    alone: false,
    say: (line) => desk.log.warn(facts, `emergency: ${line}`),
  }
  return carryOut(desk, order)
}

async function carryOut(desk: Desk, order: Order): Promise<Reply> {
  const end = await restoreNow(desk, order)
  switch (end.kind) {
    case 'refused':
      return { kind: 'refused', refusal: end.refusal }
    case 'not-restored':
      await tellOfFailure(desk, order, end.emergency)
      return refused(refuse.notRestored(order.service.name, end.why, end.byHand))
    case 'restored': {
      await writeIncident(desk, order, end.restored.emergency)
      // The rest takes its time; who pressed hears of the traffic now.
      void finishEmergency(desk, order, end.restored)
      const { from, to } = end.restored.emergency
      return {
        kind: 'done',
        text: `All traffic of ${order.service.name} is on ${nameOfImage(to)} again; ${nameOfImage(from)} is scaled down next.`,
      }
    }
  }
}
