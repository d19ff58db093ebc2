/** Label and field selectors, from objects and from query strings. */
import { badRequest } from './api-error.ts'
import { isObject } from './json.ts'
import type { KubeObject, LabelSelector, StringMap } from './object-meta.ts'

export type Matcher = (object: KubeObject) => boolean

/** True when every label of `wanted` is there with its value; an empty map matches everything. */
export function hasLabels(labels: StringMap | undefined, wanted: StringMap): boolean {
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value)
}

/** A selector of a Deployment, ReplicaSet or budget; an absent one matches nothing, an empty one everything. */
export function selects(selector: LabelSelector | undefined, labels: StringMap | undefined): boolean {
  if (!selector) return false
  const expressions = selector.matchExpressions ?? []
  return (
    hasLabels(labels, selector.matchLabels ?? {}) &&
    expressions.every(({ key, operator, values }) => holds(labels?.[key], operator.toLowerCase(), values ?? []))
  )
}

function holds(value: string | undefined, operator: string, values: readonly string[]): boolean {
  if (operator === 'exists') return value !== undefined
  if (operator === 'doesnotexist') return value === undefined
  if (operator === 'in') return value !== undefined && values.includes(value)
  return value === undefined || !values.includes(value)
}

const TERM =
  /^\s*(?:(?<set>[\w./-]+)\s+(?<operator>in|notin)\s*\((?<values>[^)]*)\)|(?<key>[\w./-]+)\s*(?<sign>==|=|!=)\s*(?<value>[\w.-]*)|(?<not>!?)\s*(?<has>[\w./-]+))\s*(?:,|$)/

/** `app=api,track in (a,b),!old`: the `labelSelector` of a query. Throws 400 on text that is no selector. */
export function parseLabelSelector(text: string): Matcher {
  const terms: ((labels: StringMap) => boolean)[] = []
  for (let rest = text.trim(); rest !== ''; ) {
    const match = TERM.exec(rest)
    if (!match?.groups) throw badRequest(`unable to parse requirement: found '${rest}', expected a label selector`)
    terms.push(term(match.groups))
    rest = rest.slice(match[0].length).trim()
  }
  return (object) => terms.every((test) => test(object.metadata.labels ?? {}))
}

function term(groups: Record<string, string | undefined>): (labels: StringMap) => boolean {
  const { set, operator, values = '', key, sign, value = '', not, has = '' } = groups
  if (set !== undefined) {
    const list = values.split(',').map((item) => item.trim())
    return (labels) => holds(labels[set], operator ?? 'in', list)
  }
  if (key !== undefined) return (labels) => (sign === '!=' ? labels[key] !== value : labels[key] === value)
  return (labels) => (labels[has] === undefined) === (not === '!')
}

/** `metadata.name=api,involvedObject.kind!=Pod`: any path into the object may be named. Throws 400 on bad text. */
export function parseFieldSelector(text: string): Matcher {
  const terms = text
    .split(',')
    .filter((part) => part.trim() !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim())
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
      const [, path = '', sign, value = ''] = match
      return (object: KubeObject) => (fieldText(object, path) === value) === (sign !== '!=')
    })
  return (object) => terms.every((test) => test(object))
}

function fieldText(object: KubeObject, path: string): string {
  let at: unknown = object
  for (const key of path.split('.')) at = isObject(at) ? at[key] : undefined
  return at === undefined || at === null ? '' : String(at)
}
