/** What the new pods told of themselves: it starts the way back as a critical sample does, and can do nothing else. */
import type { Deployment } from '../deployment.ts'
import { type Failing, isFastPath } from '../judge-counts.ts'
import { formatValue } from '../judge-sample.ts'
import type { Outcome } from '../refusal.ts'
import { oldVersion, refuse, trafficNow } from '../refuse.ts'
import { table } from '../report.ts'
import { fullStop } from '../sentence.ts'
import { slotUnderEyes } from '../slot-under-eyes.ts'
import type { Change, Line } from './change.ts'
import { breach } from './watching.ts'

/** How a breach after completion begins in `issues`: by this it is known to have been told. */
const AFTERWARDS = 'after completion: '

export function podsFailing(deployment: Deployment, failing: Failing, now: number): Outcome<Change> {
  const { plan, status, hold } = deployment
  const { judgement, onBreach } = plan.service
  if (slotUnderEyes(deployment, now) === null || !isFastPath(failing, judgement)) return refuse.stale(deployment)
  // Known already, and a person is asked: nobody is told each second.
  if (hold?.reason === 'critical') return refuse.stale(deployment)
  const detail = describe(deployment, failing)
  if (status === 'completed' && onBreach === 'ask') return tellOnce(deployment, detail, failing)
  return { ok: true, value: breach(deployment, now, 'critical', detail, evidenceOf(failing)) }
}

/** A deployment that is over cannot hold: whoever is to decide is told, with what to type. */
function tellOnce(deployment: Deployment, detail: string, failing: Failing): Outcome<Change> {
  const { issues, service } = deployment
  if (issues.some((issue) => issue.startsWith(AFTERWARDS))) return refuse.stale(deployment)
  const text = `Threshold breach after completion: ${fullStop(detail)} ${trafficNow(deployment)} Nothing is done by itself (onBreach: ask). ${oldVersion(deployment)} is still kept: \`/deploy rollback ${service}\` goes back.`
  return {
    ok: true,
    value: {
      patch: { issues: [...issues, `${AFTERWARDS}${detail}`] },
      lines: [{ text, audience: 'channel', level: 'bad' }, ...evidenceOf(failing)],
    },
  }
}

function describe({ plan }: Deployment, { requests, errors, windowMs, pods }: Failing): string {
  const { fastPath } = plan.service.judgement
  const ratio = formatValue(errors / requests, 'ratio')
  const where = pods.length === 1 ? `the pod ${pods[0]?.pod ?? ''} itself` : `${pods.length} new pods themselves`
  const limit = `${formatValue(fastPath.errorRatio, 'ratio')} of ${fastPath.requests} requests are critical at once`
  return `Error rate ${ratio}: ${Math.round(errors)} of ${Math.round(requests)} requests in ${seconds(windowMs)} failed, read from ${where} (${limit})`
}

function evidenceOf({ pods, windowMs }: Failing): Line[] {
  const rows = pods.map(({ pod, requests, errors }) => [
    pod,
    String(Math.round(requests)),
    String(Math.round(errors)),
    formatValue(requests > 0 ? errors / requests : 0, 'ratio'),
  ])
  const evidence = table(['pod', 'requests', 'errors', ''], rows)
  const text = `What the new pods counted themselves in ${seconds(windowMs)}, between two samples of the metrics store:`
  return [{ text, evidence, audience: 'thread', level: 'info' }]
}

function seconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`
}
