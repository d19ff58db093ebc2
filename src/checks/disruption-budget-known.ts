import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { unreadPart } from './unread-part.ts'

export const disruptionBudgetKnown: Check = {
  name: 'disruption-budget-known',
  claim: 'what protects the pods from drains is known',
  run: async ({ service, inspection }) => judgeBudget(service, await inspection()),
}

/** A budget hinders evictions, never a deployment: at worst a warning. */
export function judgeBudget(service: Service, inspection: Inspection): CheckResult {
  const unread = unreadPart(inspection, 'PDB')
  if (unread) return unread
  const { pdb } = inspection
  if (!pdb) return { status: 'holds', sentence: `No PodDisruptionBudget covers ${service.workload}.` }
  if (pdb.disruptionsAllowed === 0) {
    return {
      status: 'warns',
      sentence: `PodDisruptionBudget ${pdb.name} allows no disruption now: node drains wait until it does. The deployment itself goes on.`,
    }
  }
  return {
    status: 'holds',
    sentence: `PodDisruptionBudget ${pdb.name} allows ${counted(pdb.disruptionsAllowed, 'disruption')} now; the new version's pods count under it where they share its labels.`,
  }
}
