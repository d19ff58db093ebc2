/** The nine rows of the threshold table as a catalogue may change them. */
import { z } from 'zod'
import type { MetricName, Threshold, Unit } from '../playbook/metrics.ts'
import { DEFAULT_THRESHOLDS } from '../playbook/thresholds.ts'
import { durationMs, group, share } from './scalars.ts'

const LEVELS = {
  target: 'What is normal.',
  warning: 'From here on the deployment holds and asks.',
  critical: 'From here on the deployment goes back by itself (or asks, with onBreach: ask).',
  validation:
    "Target of the last window, phase 6. Left out: the playbook's, or the row's target where that is the laxer one.",
  report: "Target printed in the report. Left out: the playbook's, or the row's target where that is the laxer one.",
} as const
export type Level = keyof typeof LEVELS

function level(unit: Unit) {
  if (unit === 'ratio') return share()
  if (unit === 'count') return count()
  return milliseconds()
}

function count() {
  const allowed = 'a number from 0 on, such as 100'
  return z.number({ error: allowed }).min(0, { error: allowed })
}

function milliseconds() {
  const allowed = 'a length of time, such as 200ms or 1.5s, or a number of milliseconds'
  return z
    .union(
      [z.number({ error: allowed }), z.string({ error: allowed }).regex(/^\d+(\.\d+)?\s?(ms|s)$/, { error: allowed })],
      { error: allowed },
    )
    .transform((value) => (typeof value === 'number' ? value : (durationMs(value) ?? -1)))
    .pipe(z.number().min(0, { error: allowed }).max(3_600_000, { error: allowed }))
}

function rowOptions(row: Threshold) {
  const value = level(row.unit)
  const defaults = `${row.target} / ${row.warning} / ${row.critical}`
  const better = row.good === 'low' ? 'target <= warning <= critical' : 'target >= warning >= critical'
  return group(
    {
      target: value.optional().describe(LEVELS.target),
      warning: value.optional().describe(LEVELS.warning),
      critical: value.optional().describe(LEVELS.critical),
      validation: value.optional().describe(LEVELS.validation),
      report: value.optional().describe(LEVELS.report),
      query: queryOption(row),
    },
    'a group of target, warning, critical, validation, report and query',
  ).describe(`${row.label} (${row.unit}). Playbook: ${defaults}; ${better}.`)
}

/** The error rate is computed from the two counts under `traffic`, so its row has no query of its own. */
function queryOption(row: Threshold) {
  if (row.metric === 'error-rate')
    return z
      .never({ error: 'the error rate is counted from `traffic.requests` and `traffic.errors`; it has no query' })
      .optional()
  const allowed = 'a PromQL template that gives one series, or null: not watched'
  return z
    .string({ error: allowed })
    .trim()
    .min(1, { error: allowed })
    .max(4000, { error: allowed })
    .nullable()
    .optional()
    .describe('PromQL template with $namespace, $workload, $service, $version, $pods, $window; null: not watched.')
}

export interface ThresholdChange {
  readonly target?: number | undefined
  readonly warning?: number | undefined
  readonly critical?: number | undefined
  readonly validation?: number | undefined
  readonly report?: number | undefined
  readonly query?: string | null | undefined
}
export type ThresholdChanges = Readonly<Partial<Record<MetricName, ThresholdChange | undefined>>>

/** Built from the table itself, so that a tenth row needs no second list. */
export function thresholdOptions() {
  const shape = Object.fromEntries(DEFAULT_THRESHOLDS.map((row) => [row.metric, rowOptions(row)]))
  const allowed = `a group of ${DEFAULT_THRESHOLDS.map((row) => row.metric).join(', ')}`
  return group(shape, allowed)
    .transform((changes): ThresholdChanges | undefined => changes)
    .optional()
    .describe('The nine metrics of the playbook; say only what differs.')
}

/** The table with a service's changes. Phase 6 and the report are never stricter than the row's own target by default. */
export function changedThresholds(rows: readonly Threshold[], changes: ThresholdChanges): readonly Threshold[] {
  return rows.map((row) => {
    const change = changes[row.metric]
    if (!change) return row
    const target = change.target ?? row.target
    const laxer = (value: number | undefined) =>
      value === undefined ? undefined : row.good === 'low' ? Math.max(value, target) : Math.min(value, target)
    const validation = change.validation ?? laxer(row.validation)
    const report = change.report ?? laxer(row.report)
    return {
      ...row,
      target,
      warning: change.warning ?? row.warning,
      critical: change.critical ?? row.critical,
      query: change.query === undefined ? row.query : change.query,
      ...(validation === undefined ? {} : { validation }),
      ...(report === undefined ? {} : { report }),
    }
  })
}
