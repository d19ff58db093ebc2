/** Who plays whom in a rehearsal: the service's first deployer asks, another of its approvers approves. */
import { nameOf } from '../../demo/cast.ts'
import type { Service } from '../../playbook/service.ts'
import { ChatError } from '../../ports/chat.ts'
import type { People, Person } from '../../ports/people.ts'

export interface Cast {
  readonly requester: Person
  readonly approver: Person
  readonly people: People
  readonly names: Readonly<Record<string, string>>
}

/** `meant`: the service to be deployed; the first one when absent. Throws when the catalogue names nobody. */
export function castOf(services: readonly Service[], meant: Service | undefined = services[0]): Cast {
  const ids = [...new Set(services.flatMap((service) => [...service.deployers, ...service.approvers]))]
  const persons = ids.map((id): Person => ({ id, name: nameOf(id), team: 'T0REHEARSE', kind: 'member' }))
  const person = (id: string | undefined) => persons.find((one) => one.id === id)
  const { deployers = [], approvers = [] } = meant ?? {}
  const somebodyElse = (id: string) => approvers.find((other) => other !== id)
  const mayAsk = [...deployers, ...approvers]
  // Where the only approver may deploy too, somebody else has to ask.
  const requester = person(mayAsk.find((id) => somebodyElse(id) !== undefined) ?? mayAsk[0])
  const approver = person(somebodyElse(requester?.id ?? '')) ?? requester
  if (!requester || !approver) throw new Error('the catalogue names nobody')
  return {
    requester,
    approver,
    names: Object.fromEntries(persons.map((person) => [person.id, person.name])),
    people: {
      async lookup(userId) {
        const found = person(userId)
        if (!found) throw new ChatError('refused', 'user_not_found', `there is no ${userId} in the rehearsal`)
        return found
      },
    },
  }
}
