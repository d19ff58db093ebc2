import { previewServiceName } from '../playbook/preview-service.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { unreadPart } from './unread-part.ts'
import { some } from './words.ts'

export const policiesFollow: Check = {
  name: 'policies-follow',
  claim: 'the NetworkPolicies of the old pods hold for the new ones too, and for the kept ones',
  run: async ({ service, inspection }) => judgePolicies(service, await inspection()),
}

/** What a policy allows or forbids cannot be weighed here, so that it is a warning, told before anybody agrees. */
export function judgePolicies(service: Service, inspection: Inspection): CheckResult {
  const unread = unreadPart(inspection, 'network policies')
  if (unread) return unread
  const { policiesLost: lost = [], policiesLostWhenKept: lostWhenKept = [] } = inspection
  if (lost.length === 0 && lostWhenKept.length === 0)
    return {
      status: 'holds',
      sentence: 'No NetworkPolicy finds the old pods by labels that the new or the kept ones lack.',
    }
  const keys = Object.keys(inspection.service?.selector ?? {}).join(', ')
  const by = `(${keys}: what ${service.serviceName} selects by)`
  const told = [
    lost.length === 0
      ? ''
      : `NetworkPolicy ${some(lost)} finds pods by labels that the new ones lack until the end ${by}, so it will not hold for them. Let it also find pods by another label of theirs, or try their connections through ${previewServiceName(service)} before you approve.`,
    lostWhenKept.length === 0
      ? ''
      : `NetworkPolicy ${some(lostWhenKept)} will not hold for the old pods while they are kept out of traffic, nor when traffic goes back to them: they lack those labels then ${by}. Let it also find pods by another label of theirs.`,
  ]
  return { status: 'warns', sentence: told.filter((part) => part !== '').join(' ') }
}
