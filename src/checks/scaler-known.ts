import { counted } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { unreadPart } from './unread-part.ts'

export const scalerKnown: Check = {
  name: 'scaler-known',
  claim: 'what scales the workload is known, and leaves the deployment room',
  run: async ({ service, inspection }) => judgeScaler(service, await inspection()),
}

export function judgeScaler(service: Service, inspection: Inspection): CheckResult {
  const unread = unreadPart(inspection, 'HPA')
  if (unread) return unread
  const { hpa, workload } = inspection
  if (!hpa) return { status: 'holds', sentence: `No HorizontalPodAutoscaler scales ${service.workload}.` }
  const now = workload?.replicas ?? hpa.minReplicas
  const told = `HorizontalPodAutoscaler ${hpa.name} scales ${service.workload} between ${hpa.minReplicas} and ${counted(hpa.maxReplicas, 'pod')}`
  if (now >= hpa.maxReplicas && hpa.maxReplicas > hpa.minReplicas) {
    return {
      status: 'warns',
      sentence: `${told} and is at its maximum: when the load rises during the deployment it can add none. Raise its maxReplicas if that is to be expected.`,
    }
  }
  const pinned =
    now > hpa.minReplicas
      ? `its minimum is held at ${now} during the deployment, so that the old version does not shrink under the new one, and is put back to ${hpa.minReplicas} after`
      : 'its minimum stays as it is'
  return { status: 'holds', sentence: `${told}; ${pinned}.` }
}
