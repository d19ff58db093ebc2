/** The report, in the playbook's format ("Communication", deployment_report.txt), and the table of a check-in. */
import type { Deployment } from './deployment.ts'
import { formatValue, judgeSample, levelOf, meetsTarget } from './judge-sample.ts'
import type { MetricName, Sample, Threshold } from './metrics.ts'
import { asClause, counted } from './sentence.ts'
import type { Service } from './service.ts'

export function writeReport(deployment: Deployment, now: number): string {
  const { service, version } = deployment
  const rolledBack = deployment.goingBack !== null
  const ended = deployment.endedAt ?? now
  const metrics = deployment.plan.service.thresholds.flatMap((row) => reportLine(row, deployment))
  return [
    'DEPLOYMENT REPORT',
    `Deployment: ${deployment.id} (${service}, ${deployment.strategy})`,
    `Date: ${new Date(ended).toISOString().replace('T', ' ').slice(0, 16)} UTC`,
    `Version: ${version} (before: ${deployment.fromVersion ?? 'not known'})`,
    `Duration: ${counted(Math.floor((ended - deployment.createdAt) / 60_000), 'minute')}`,
    `Asked by: ${deployment.requester.name}; approved by: ${names(deployment)}`,
    `Status: ${statusLine(deployment)}`,
    '',
    'Metrics (worst value seen while the new version had traffic):',
    ...(metrics.length > 0 ? metrics : ['- none were measured']),
    '',
    `Issues encountered: ${deployment.issues.length === 0 ? 'None' : ''}`,
    ...deployment.issues.map((issue) => `- ${issue}`),
    `Rollbacks: ${rolledBack ? 1 : 0}`,
    ...(deployment.checkIns.length > 0
      ? [`Check-ins: ${deployment.checkIns.map((row) => `${row.name} ${row.verdict ?? 'to come'}`).join(', ')}`]
      : []),
  ].join('\n')
}

function names(deployment: Deployment): string {
  return deployment.approvals.length === 0
    ? 'nobody was asked'
    : [...new Set(deployment.approvals.map((row) => row.by.name))].join(', ')
}

function statusLine({ status, goingBack }: Deployment): string {
  if (status === 'completed') return 'SUCCESSFUL'
  if (status === 'refused') return 'NOT STARTED'
  return goingBack?.hadTraffic === false ? 'STOPPED before it had traffic' : 'ROLLED BACK'
}

function reportLine(row: Threshold, { peaks }: Deployment): string[] {
  const value = peaks[row.metric]
  if (value === undefined) return []
  const target = row.report ?? row.target
  const sign = row.good === 'low' ? '<' : '>'
  const mark = meetsTarget(row, value, target) ? '' : '  MISSED'
  return [`- ${row.label}: ${formatValue(value, row.unit)} (target: ${sign}${formatValue(target, row.unit)})${mark}`]
}

export interface CheckInFinding {
  readonly verdict: 'ok' | 'warning' | 'critical' | 'no data'
  /** Short sentences about what is wrong; empty when all is well. */
  readonly wrong: readonly string[]
  /** A table: metric, now, target, before the deployment. */
  readonly table: string
}

/** Compares a sample with the targets and with the values from before the deployment. */
export function judgeCheckIn(deployment: Deployment, sample: Sample): CheckInFinding {
  const verdict = judgeSample(sample, deployment.plan.service)
  if (sample.unreachable !== undefined)
    return { verdict: 'no data', wrong: [`the metrics could not be read (${asClause(sample.unreachable)})`], table: '' }
  const before = new Map<MetricName, string>()
  for (const finding of deployment.baseline ? judgeSample(deployment.baseline, deployment.plan.service).findings : []) {
    const { reading, threshold } = finding
    before.set(threshold.metric, 'absent' in reading ? 'no data' : formatValue(reading.value, threshold.unit))
  }
  const rows = verdict.findings.map(({ threshold, reading }) => [
    threshold.label,
    'absent' in reading ? 'no data' : formatValue(reading.value, threshold.unit),
    `${threshold.good === 'low' ? '<' : '>'}${formatValue(threshold.target, threshold.unit)}`,
    before.get(threshold.metric) ?? 'not known',
    'absent' in reading
      ? 'no data'
      : levelOf(threshold, reading.value) === 'ok'
        ? meetsTarget(threshold, reading.value, threshold.target)
          ? 'ok'
          : 'over target'
        : levelOf(threshold, reading.value),
  ])
  const level =
    verdict.level === 'critical' || verdict.level === 'warning'
      ? verdict.level
      : verdict.level === 'no-data'
        ? 'no data'
        : 'ok'
  return {
    verdict: level,
    wrong: level === 'ok' ? [] : [verdict.detail],
    table: table(['metric', 'now', 'target', 'before', ''], rows),
  }
}

/** The threshold table with what a sample says of each watched row; empty when nothing could be asked. */
export function metricsTable(sample: Sample, service: Service): string {
  const rows = judgeSample(sample, service).findings.map(({ threshold, reading, level }) => {
    const limit = (value: number) => `${threshold.good === 'low' ? '>' : '<'}${formatValue(value, threshold.unit)}`
    return [
      threshold.label,
      'absent' in reading ? 'no data' : formatValue(reading.value, threshold.unit),
      `${threshold.good === 'low' ? '<' : '>'}${formatValue(threshold.target, threshold.unit)}`,
      limit(threshold.warning),
      limit(threshold.critical),
      level === 'no-data' ? '' : level,
    ]
  })
  return rows.length === 0 ? '' : table(['metric', 'now', 'target', 'warning', 'critical', ''], rows)
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
