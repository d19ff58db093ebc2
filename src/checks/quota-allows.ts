import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { describeExtra, type ExtraLoad, extraLoad } from './extra-load.ts'
import { unreadPart } from './unread-part.ts'
import { bytes, cores, kubectl, some } from './words.ts'
import { workloadMissing } from './workload-missing.ts'

export const quotaAllows: Check = {
  name: 'quota-allows',
  claim: "the namespace's quotas allow the extra pods at the peak",
  run: async ({ service, inspection }) => judgeQuotas(service, await inspection()),
}

type Quota = Inspection['quotas'][number]

/** What a resource of a quota is asked for beyond its use, and how it is written. Undefined: not one we can reckon. */
interface Demand {
  /** Null: the pods do not say how much they want. */
  readonly extra: number | null
  readonly write: (amount: number) => string
}

export function judgeQuotas(service: Service, inspection: Inspection): CheckResult {
  const { workload, quotas } = inspection
  if (!workload) return workloadMissing(service)
  const unread = unreadPart(inspection, 'quotas')
  if (unread) return unread
  if (quotas.length === 0)
    return { status: 'holds', sentence: `Namespace ${service.namespace} has no quota for what is added.` }
  const extra = extraLoad(service, workload)
  const rows = quotas.map((quota) => ({ quota, demand: demandOn(quota.resource, extra) }))
  const evidence = quotas.map(describeQuota).join('\n')
  const short = rows.flatMap(({ quota, demand }) => shortage(quota, demand))
  if (short.length > 0) {
    return {
      status: 'fails',
      sentence: `No quota for ${describeExtra(extra)} in namespace ${service.namespace}: ${short.join('; ')}. Raise it with ${kubectl(service, 'edit resourcequota')} or free some of it${extra.kept > 0 ? ', or set `keep: cold` in tminus.yml' : ''}.`,
      evidence,
    }
  }
  const silent = rows.filter(({ demand }) => demand?.extra === null).map(({ quota }) => quota.resource)
  if (silent.length > 0) {
    return {
      status: 'warns',
      sentence: `The quota counts ${silent.join(' and ')}, and a container of ${service.workload} requests none: without a LimitRange its pods will be refused. Set its resources.requests.`,
      evidence,
    }
  }
  const other = rows.filter(({ demand }) => demand === undefined).map(({ quota }) => quota.resource)
  const rest = other.length === 0 ? '' : ` Not reckoned: ${some(other)}.`
  return { status: 'holds', sentence: `The quotas allow ${describeExtra(extra)}.${rest}`, evidence }
}

function demandOn(resource: string, extra: ExtraLoad): Demand | undefined {
  switch (resource) {
    case 'pods':
    case 'count/pods':
      return { extra: extra.pods, write: String }
    case 'count/deployments.apps':
      return { extra: extra.kept > 0 ? 2 : 1, write: String }
    case 'cpu':
    case 'requests.cpu':
      return { extra: extra.cpu, write: cores }
    case 'memory':
    case 'requests.memory':
      return { extra: extra.memory, write: bytes }
    default:
      return undefined
  }
}

function shortage({ name, resource, hard, used }: Quota, demand: Demand | undefined): string[] {
  if (!demand || demand.extra === null || used + demand.extra <= hard) return []
  const { extra, write } = demand
  return [`${name} allows ${resource} ${write(hard)}, ${write(used)} used, ${write(extra)} more wanted`]
}

function describeQuota({ name, resource, hard, used }: Quota): string {
  return `${name}  ${resource}  used ${used} of ${hard}`
}
