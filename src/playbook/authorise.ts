/** One function for every path: may this person do this to this service (and this deployment)? */
import type { Deployment } from './deployment.ts'
import type { Outcome } from './refusal.ts'
import { refuse } from './refuse.ts'
import type { Service } from './service.ts'

export type Action = 'deploy' | 'approve' | 'hold' | 'resume' | 'abort' | 'roll back' | 'emergency' | 'unblock'

export interface Someone {
  readonly id: string
  readonly name: string
  readonly kind: 'member' | 'guest' | 'bot' | 'deleted' | 'stranger'
}

/**
 * An emergency is for the people named for it, and unblocking for approvers, whoever asked for the deployment.
 * Deployers and approvers may deploy; the requester may also hold and abort their own; all else is for approvers. Nobody
 * approves or resumes their own deployment unless the service allows it: resuming overrides a warning, so it is a
 * decision of the same weight. Rolling back is open to the requester: going back is always the safe direction.
 */
export function authorise(
  person: Someone,
  action: Action,
  service: Service,
  deployment: Deployment | null,
): Outcome<true> {
  if (person.kind !== 'member') return refuse.outsider(person, person.kind)
  if (action === 'emergency') {
    if (service.emergency.includes(person.id)) return { ok: true, value: true }
    return refuse.notAllowed(person, 'order an emergency rollback of', service, service.emergency)
  }
  const approver = service.approvers.includes(person.id)
  const own = deployment?.requester.id === person.id
  if ((action === 'approve' || action === 'resume') && own && deployment && !service.selfApproval) {
    const held = action === 'resume' && deployment.hold?.reason === 'person' && deployment.hold.by?.id === person.id
    if (!held)
      return refuse.ownDeployment(
        deployment,
        service.approvers.filter((id) => id !== person.id),
      )
  }
  if (approver) return { ok: true, value: true }
  if (action === 'deploy' && service.deployers.includes(person.id)) return { ok: true, value: true }
  if (own && action !== 'approve' && action !== 'unblock') return { ok: true, value: true }
  const mayBe = action === 'deploy' ? [...service.deployers, ...service.approvers] : service.approvers
  return refuse.notAllowed(person, action, service, mayBe)
}
