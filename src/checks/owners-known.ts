import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { some } from './words.ts'
import { workloadMissing } from './workload-missing.ts'

export const ownersKnown: Check = {
  name: 'owners-known',
  claim: 'nobody else is going to revert what the deployment writes',
  run: async ({ service, inspection }) => judgeOwners(service, await inspection()),
}

/** Controllers that put back what differs from their source, told by an owner's name (begins so) or by a mark on the object. */
const REVERTERS = [
  {
    tool: 'Argo CD',
    managers: ['argocd', 'Argo CD'],
    marks: ['argocd.argoproj.io/instance', 'argocd.argoproj.io/tracking-id'],
    pause: 'switch its auto-sync off, or let it ignore these fields (ignoreDifferences)',
  },
  {
    tool: 'Flux',
    managers: ['kustomize-controller', 'helm-controller', 'flux', 'Flux'],
    marks: ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'],
    pause: 'suspend it (`flux suspend`)',
  },
  { tool: 'Fleet', managers: ['fleet'], marks: ['objectset.rio.cattle.io/id'], pause: 'pause its bundle' },
  {
    tool: 'Config Sync',
    managers: ['configsync'],
    marks: ['configsync.gke.io/resource-id'],
    pause: 'stop its syncing of this object',
  },
  {
    tool: 'Argo Rollouts or Flagger',
    managers: ['rollouts-controller', 'argo-rollouts', 'flagger'],
    marks: [],
    pause: 'take the workload out of its care',
  },
] as const

/** Others who wrote are named, not warned of: people and their tools write once, and a warning each time is soon unread. */
export function judgeOwners(service: Service, { workload }: Inspection): CheckResult {
  if (!workload) return workloadMissing(service)
  const marks = new Set([...Object.keys(workload.labels), ...Object.keys(workload.annotations)])
  const evidence = workload.managers.map((row) => `${row.name} owns ${row.owns}`).join('\n')
  const found = REVERTERS.flatMap(({ tool, managers, marks: known, pause }) => {
    const owned = workload.managers.filter((row) => managers.some((start) => row.name.startsWith(start)))
    const mark = known.find((key) => marks.has(key))
    if (owned.length === 0 && mark === undefined) return []
    const how =
      owned.length > 0 ? `${some(owned.map((row) => `${row.name} owns ${row.owns}`))}` : `it is marked ${mark}`
    return [
      `${tool} manages ${service.workload} (${how}) and may revert the new version: put it into its source as well, or ${pause} until the deployment is over.`,
    ]
  })
  if (found.length > 0) return { status: 'warns', sentence: found.join(' '), evidence }
  const writers = some(workload.managers.map((row) => row.name))
  return {
    status: 'holds',
    sentence: `No GitOps controller manages ${service.workload}${writers === '' ? '' : ` (last written by ${writers})`}.`,
  }
}
