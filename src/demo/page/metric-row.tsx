import type { PanelMetric } from '../workspace/panels.ts'

const WIDTH = 60
const HEIGHT = 26
const SIGNS = { ok: '✓', warning: '!', critical: '✕', 'no data': '?' } as const

/** One metric: number, level in words, and where it comes from as a line. */
export function MetricRow({ metric }: { readonly metric: PanelMetric }) {
  const look = metric.level.replace(' ', '-')
  return (
    <div className={`metric ${look}`}>
      <span className="metric-label">{metric.label}</span>
      <Sparkline metric={metric} />
      <span className="metric-value">
        {metric.value === null ? '–' : tidy(metric.value)}
        <small> {metric.unit}</small>
      </span>
      <span className="metric-level">
        <span aria-hidden="true">{SIGNS[metric.level]}</span> {metric.level}
      </span>
      <span className="metric-limits">{limits(metric)}</span>
    </div>
  )
}

function limits(metric: PanelMetric): string {
  const parts = [
    metric.target === undefined ? '' : `target ${tidy(metric.target)}`,
    metric.critical === undefined ? '' : `critical ${tidy(metric.critical)}`,
  ]
  return parts.filter(Boolean).join(' · ')
}

function tidy(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return String(Number(value.toFixed(digits)))
}

/** Decorative: the number and the level say the same in words. */
function Sparkline({ metric }: { readonly metric: PanelMetric }) {
  const points = metric.history
  const known = [...points, ...[metric.warning, metric.critical].filter((limit) => limit !== undefined)]
  const low = Math.min(...known)
  const high = Math.max(...known)
  const y = (value: number) => HEIGHT - 2 - ((value - low) / (high - low || 1)) * (HEIGHT - 4)
  const step = WIDTH / Math.max(1, points.length - 1)
  const path = points.map(
    (value, index) => `${index === 0 ? 'M' : 'L'}${(index * step).toFixed(1)} ${y(value).toFixed(1)}`,
  )
  return (
    <svg className="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} aria-hidden="true">
      {metric.critical !== undefined && points.length > 0 && (
        <line x1="0" x2={WIDTH} y1={y(metric.critical)} y2={y(metric.critical)} className="spark-limit" />
      )}
      <path d={path.join('')} className="spark-line" />
    </svg>
  )
}
