/** How checks write amounts, lists and commands; counting is in playbook/sentence.ts. */
import type { Service } from '../playbook/service.ts'

/** CPU cores: `2 cores`, `0.25 cores`, `1 core`. */
export function cores(amount: number): string {
  const rounded = Number(amount.toFixed(2))
  return `${rounded} ${rounded === 1 ? 'core' : 'cores'}`
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes in the unit that reads best: `512 MiB`, `1.5 GiB`. */
export function bytes(amount: number): string {
  const size = Math.abs(amount)
  const power = size < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(size) / Math.log(1024)))
  return `${Number((amount / 1024 ** power).toFixed(1))} ${UNITS[power] ?? 'B'}`
}

/** 0..1 as `84 %`. */
export function percent(ratio: number): string {
  return `${Math.round(ratio * 100)} %`
}

/** The first few, and how many more there are. */
export function some(items: readonly string[], most = 5): string {
  const more = items.length - most
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ')
}

/** `app=api, tier=web`; `(none)` when there is no label. */
export function labelList(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`)
  return pairs.length === 0 ? '(none)' : pairs.join(', ')
}

/** The command to type, in the service's cluster and namespace, as code. */
export function kubectl(service: Service, rest: string): string {
  const context = service.context === null ? '' : ` --context ${service.context}`
  return `\`kubectl${context} -n ${service.namespace} ${rest}\``
}
