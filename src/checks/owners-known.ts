import { REVERTERS, writerWords } from '../playbook/known-writers.ts'
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

type Owner = NonNullable<Inspection['workload']>['managers'][number]

/** Others who wrote are named, not warned of: people and their tools write once, and a warning each time is soon unread. */
export function judgeOwners(service: Service, { workload }: Inspection): CheckResult {
  if (!workload) return workloadMissing(service)
  const marks = new Set([...Object.keys(workload.labels), ...Object.keys(workload.annotations)])
  const evidence = workload.managers.map((row) => `${row.name} owns ${row.owns}`).join('\n')
  const found = REVERTERS.flatMap(({ tool, managers, marks: known, pause }) => {
    const owned = workload.managers.filter((row) => managers.some((start) => row.name.startsWith(start)))
    const mark = known.find((key) => marks.has(key))
    if (owned.length === 0 && mark === undefined) return []
    const how = owned.length > 0 ? ownedText(owned) : `it is marked ${mark}`
    return [
      `${tool} manages ${service.workload} (${how}) and may revert the new version: put it into its source as well, or ${pause} until the deployment is over. If it writes over the deployment, that is named and held, not fought.`,
    ]
  })
  if (found.length > 0) return { status: 'warns', sentence: found.join(' '), evidence }
  const names = [...new Set(workload.managers.map((row) => row.name))]
  const writers = names.map((name) => `${words(name)} (${ownedBy(workload.managers, name)})`)
  const told =
    writers.length === 0
      ? ''
      : ` Last written by ${some(writers)}: whoever does that again during the deployment is named, and the deployment holds.`
  return {
    status: 'holds',
    sentence: `No GitOps controller manages ${service.workload}.${told}`,
    ...(evidence === '' ? {} : { evidence }),
  }
}

function ownedText(owned: readonly Owner[]): string {
  const names = [...new Set(owned.map((row) => row.name))]
  return some(names.map((name) => `${name} owns ${ownedBy(owned, name)}`))
}

function ownedBy(owners: readonly Owner[], name: string): string {
  return owners.flatMap((row) => (row.name === name ? [row.owns] : [])).join(', ')
}

function words(manager: string): string {
  return writerWords({ manager, operation: 'Update', subresource: null })
}
