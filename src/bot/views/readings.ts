/** One line about the last look at the metrics: what is out of bounds by name, the rest as a number. */
import type { Deployment } from '../../playbook/deployment.ts'
import { isBlind } from '../../playbook/is-blind.ts'
import { type Finding, formatValue, judgeSample, meetsTarget } from '../../playbook/judge-sample.ts'
import type { Sample } from '../../playbook/metrics.ts'
import { counted } from '../../playbook/sentence.ts'
import { escapeText, moment } from './mrkdwn.ts'
import { percent } from './words.ts'

/** At most so many metrics are spelled out. */
const SPELLED_OUT = 4

/** `Last sample 14:02: error rate 0.04 % ✅ ok ..., 7 more within limits`; null before there is a sample. */
export function sampleLine(deployment: Deployment): string | null {
  const sample = deployment.lastSample
  if (sample === null) return null
  const verdict = judgeSample(sample, deployment.plan.service)
  const lead = `Last sample ${moment(sample.at)}:`
  if (sample.unreachable !== undefined) return `${lead} ❔ no data, ${escapeText(verdict.detail)}`
  const bad = verdict.findings.filter((finding) => finding.level !== 'ok')
  const good = verdict.findings.filter((finding) => finding.level === 'ok')
  const spelled = [...bad, ...good].slice(0, Math.max(2, Math.min(SPELLED_OUT, bad.length)))
  const restGood = good.filter((finding) => !spelled.includes(finding)).length
  const restBad = bad.length - spelled.filter((finding) => finding.level !== 'ok').length
  const rest = [
    restBad > 0 ? `… ${restBad} more out of bounds` : '',
    restGood > 0 ? `${restGood} more within limits ✅ ok` : '',
  ].filter((part) => part !== '')
  return `${lead} ${[...spelled.map((finding) => tellFinding(finding, deployment.baseline)), ...rest].join(' · ')}`
}

function tellFinding(finding: Finding, baseline: Sample | null): string {
  const { threshold, level, reading, requests, needed } = finding
  const name = escapeText(threshold.label)
  if (level === 'low-traffic')
    return `${name}: ❔ too few requests (${Math.round(requests ?? 0)}${needed === undefined ? '' : ` of ${needed}`})`
  if ('absent' in reading) return `${name}: ❔ no data (${escapeText(reading.absent)})`
  const value = `${name} ${formatValue(reading.value, threshold.unit)}`
  const sign = threshold.good === 'low' ? '&gt;' : '&lt;'
  const before = baselineOf(finding, baseline)
  if (level === 'critical')
    return `${value} 🛑 critical (${sign} ${formatValue(threshold.critical, threshold.unit)}${before})`
  if (level === 'warning')
    return `${value} ⚠️ warning (${sign} ${formatValue(threshold.warning, threshold.unit)}${before})`
  const met = meetsTarget(threshold, reading.value, threshold.target)
  return met ? `${value} ✅ ok` : `${value} ✅ ok, target ${formatValue(threshold.target, threshold.unit)}`
}

function baselineOf({ threshold }: Finding, baseline: Sample | null): string {
  if (baseline === null) return ''
  const reading = threshold.metric === 'error-rate' ? errorRate(baseline) : baseline.readings[threshold.metric]
  return reading !== undefined && 'value' in reading ? `, before ${formatValue(reading.value, threshold.unit)}` : ''
}

function errorRate(sample: Sample) {
  const { recent } = sample
  return 'absent' in recent || recent.requests <= 0 ? undefined : { value: recent.errors / recent.requests }
}

/** How much evidence is behind the judgement: `412 requests in 60 s, 3 of them failed; 7 samples so far`. */
export function evidenceLine(deployment: Deployment): string | null {
  const sample = deployment.lastSample
  if (sample === null || 'absent' in sample.recent) return null
  const { requests, errors, windowMs } = sample.recent
  const looks = deployment.window?.samples.length ?? 0
  const seen = looks > 0 ? `; ${counted(looks, 'sample')} looked at` : ''
  return `${counted(Math.round(requests), 'request')} in ${Math.round(windowMs / 1000)} s, ${counted(Math.round(errors), 'failed answer')}${seen}`
}

/** Requests per second that the new version got, rounded; null when not known. */
export function requestsPerSecond(sample: Sample | null): number | null {
  if (sample === null || 'absent' in sample.recent || sample.recent.windowMs <= 0) return null
  return Math.round((sample.recent.requests / sample.recent.windowMs) * 1000)
}

/** `Pods of v2.0: 3 of 3 ready, 2 restarts`, the sick ones by name; null before there are any. */
export function podsLine(deployment: Deployment): string | null {
  const { pods, blind } = deployment
  if (pods === null) return null
  if (blind && isBlind(deployment))
    return `Pods of ${escapeText(deployment.version)}: ❔ not seen since ${moment(blind.since)}; ${pods.ready} of ${pods.wanted} were ready then`
  const present = pods.pods.filter((pod) => !pod.terminating)
  const restarts = present.reduce((sum, pod) => sum + pod.restarts, 0)
  const sick = present.filter((pod) => pod.trouble !== null || !pod.ready)
  const named = sick.slice(0, 3).map((pod) => `${escapeText(pod.name)} ${escapeText(pod.trouble ?? 'not ready')}`)
  const more = sick.length > named.length ? [`… ${sick.length - named.length} more`] : []
  const sign = sick.length > 0 || pods.ready < pods.wanted ? '⚠️ ' : ''
  const line = `Pods of ${escapeText(deployment.version)}: ${sign}${pods.ready} of ${pods.wanted} ready, ${counted(restarts, 'restart')}`
  return named.length === 0 ? line : `${line} (${[...named, ...more].join('; ')})`
}

/** What an approval is bound to: `Image registry.example.com/shop/api, sha256:877f8643e1c1`. */
export function imageLine({ plan, digest }: Deployment): string {
  const told = digest === null ? 'digest not known' : escapeText(digest.slice(0, 19))
  return `Image ${escapeText(plan.service.image)}, ${told}`
}

/** Planned and real share of the new version, with a warning where they differ by more than twice. */
export function shareLine(deployment: Deployment): string {
  const { planned, real } = deployment.share
  const version = escapeText(deployment.version)
  if (real === null)
    return `*Traffic* ${planned === 0 ? `none on ${version}` : `${percent(planned)} on ${version} planned, real share not known`}`
  const line = `*Traffic* ${percent(real)} on ${version}`
  const over = deployment.goingBack !== null
  if (over || !farApart(planned, real))
    return Math.abs(planned - real) < 0.05 ? line : `${line} (planned ${percent(planned)})`
  return `${line} (planned ${percent(planned)})\n⚠️ *Warning:* the real share is ${real > planned ? 'more than twice' : 'less than half of'} the planned one${podsAreShares(deployment)}.`
}

function podsAreShares(deployment: Deployment): string {
  return deployment.plan.service.router.kind === 'replicas'
    ? ': without a mesh it is the nearest that pods can give'
    : ''
}

function farApart(planned: number, real: number): boolean {
  return Math.max(planned, real) > 2 * Math.min(planned, real)
}
