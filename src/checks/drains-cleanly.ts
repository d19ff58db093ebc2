import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { workloadMissing } from './workload-missing.ts'

export const drainsCleanly: Check = {
  name: 'drains-cleanly',
  claim: 'pods come into traffic when they can serve, and leave it without cutting requests off',
  run: async ({ service, inspection }) => judgeDrain(service, await inspection()),
}

export function judgeDrain(service: Service, { workload }: Inspection): CheckResult {
  if (!workload) return workloadMissing(service)
  const { workload: name } = service
  const missing = [
    workload.hasReadinessProbe
      ? ''
      : `${name} has no readinessProbe: a pod counts as ready, and gets traffic, as soon as its process starts, and the watch over pods sees only crashes.`,
    workload.hasPreStop
      ? ''
      : `${name} has no preStop hook: requests may be cut off when a pod ends while proxies still send to it; a few seconds of sleep in preStop prevent that.`,
    killedTooSoon(name, workload),
  ].filter((part) => part !== '')
  if (missing.length > 0) return { status: 'warns', sentence: missing.join(' ') }
  return { status: 'holds', sentence: `${name} has a readinessProbe, a preStop hook, and time to end after it.` }
}

/** The grace counts from the moment a pod is told to go, and the hook comes out of it. */
function killedTooSoon(name: string, { preStopSeconds, graceSeconds }: NonNullable<Inspection['workload']>): string {
  if (preStopSeconds === null || graceSeconds > preStopSeconds) return ''
  return `${name} sleeps ${preStopSeconds} s in preStop and is killed ${graceSeconds} s after it is told to go (terminationGracePeriodSeconds): nothing is left for requests under way. Give it the sleep and its longest request.`
}
