/** The people of the demo's workspace: those whom the catalogue names, one guest and one who may do nothing. */
import type { Service } from '../playbook/service.ts'
import type { DemoPerson } from './workspace/people.ts'

/** `U0ANNA` is Anna; other ids are shown as they are. */
export function nameOf(id: string): string {
  const [, letters] = /^[UW]0?([A-Z]+)$/.exec(id) ?? []
  return letters === undefined ? id : `${letters.slice(0, 1)}${letters.slice(1).toLowerCase()}`
}

export function demoPeople(services: readonly Service[]): readonly DemoPerson[] {
  const approvers = new Set(services.flatMap((service) => service.approvers))
  const deployers = services.flatMap((service) => service.deployers)
  const named = [...new Set([...deployers, ...approvers])].map(
    (id): DemoPerson => ({
      id,
      name: nameOf(id),
      realName: nameOf(id),
      title: approvers.has(id) ? 'Release manager (approves)' : 'Developer (deploys)',
    }),
  )
  return [
    ...named,
    { id: 'U0ERIK', name: 'Erik', realName: 'Erik', title: 'Designer (may look)' },
    { id: 'U0GUEST', name: 'Gwen', realName: 'Gwen (guest)', title: 'Guest of another company', isRestricted: true },
  ]
}
