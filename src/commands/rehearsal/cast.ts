/** Who plays whom in a rehearsal: the catalogue's first deployer asks, another of its approvers approves. */
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

export function castOf(services: readonly Service[]): Cast {
  const ids = [...new Set(services.flatMap((service) => [...service.deployers, ...service.approvers]))]
  const persons = ids.map((id): Person => ({ id, name: nameOf(id), team: 'T0REHEARSE', kind: 'member' }))
  const requester = persons[0]
  const approvers = new Set(services.flatMap((service) => service.approvers))
  const approver = persons.find((person) => person.id !== requester?.id && approvers.has(person.id)) ?? requester
  if (!requester || !approver) throw new Error('the catalogue names nobody')
  return {
    requester,
    approver,
    names: Object.fromEntries(persons.map((person) => [person.id, person.name])),
    people: {
      async lookup(userId) {
        const person = persons.find((row) => row.id === userId)
        if (!person) throw new ChatError('refused', 'user_not_found', `there is no ${userId} in the rehearsal`)
        return person
      },
    },
  }
}
