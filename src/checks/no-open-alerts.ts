import { counted, fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { Alert } from '../ports/metrics.ts'
import type { Check, CheckResult } from './check.ts'
import { labelList, some } from './words.ts'

export const noOpenAlerts: Check = {
  name: 'no-open-alerts',
  claim: 'no alert of the service is firing',
  run: async ({ service, metrics, signal }) => judgeAlerts(service, await metrics.alerts(service, signal)),
}

export function judgeAlerts(
  service: Service,
  alerts: readonly Alert[] | { readonly unreachable: string },
): CheckResult {
  if ('unreachable' in alerts)
    return { status: 'not-yet', sentence: `Open alerts are not known: ${fullStop(alerts.unreachable)}` }
  const selected = `{${service.alerts}}`
  if (alerts.length === 0) return { status: 'holds', sentence: `No alert that matches ${selected} is firing.` }
  const names = [...new Set(alerts.map((alert) => alert.name))]
  return {
    status: 'fails',
    sentence: `${counted(alerts.length, 'alert')} firing: ${some(names)}. Look into ${alerts.length === 1 ? 'it' : 'them'}; \`alerts\` in tminus.yml says which count (${selected}).`,
    evidence: alerts.map((alert) => `${alert.name}  ${labelList(alert.labels)}`).join('\n'),
  }
}
