/** Label selectors. */
import { isObject, type JsonObject, listAt, textAt, textMapAt } from './json.ts'

type Labels = Readonly<Record<string, string>>

/** Do these labels carry every pair of the selector? An empty selector selects nothing, as with Services. */
export function matches(selector: Labels, labels: Labels): boolean {
  const pairs = Object.entries(selector)
  return pairs.length > 0 && pairs.every(([key, value]) => labels[key] === value)
}

export function sameLabels(a: Labels, b: Labels): boolean {
  return Object.keys(a).length === Object.keys(b).length && Object.entries(a).every(([key, value]) => b[key] === value)
}

/** For sentences and queries: `app=api,track=stable`. */
export function writeLabels(labels: Labels): string {
  return Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

/** A `metav1.LabelSelector` with expressions, matched. An empty one matches everything. */
export function matchesLabelSelector(selector: JsonObject, labels: Labels): boolean {
  const pairs = Object.entries(textMapAt(selector, 'matchLabels'))
  return (
    pairs.every(([key, value]) => labels[key] === value) &&
    listAt(selector, 'matchExpressions').every((row) => matchesExpression(row, labels))
  )
}

function matchesExpression(expression: unknown, labels: Labels): boolean {
  const value = labels[textAt(expression, 'key') ?? '']
  const values = listAt(expression, 'values')
  switch (textAt(expression, 'operator')) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      return false
  }
}

/** The query form of a `metav1.LabelSelector`. */
export function selectorQuery(selector: JsonObject): string {
  const pairs = Object.entries(textMapAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${value}`)
  const expressions = listAt(selector, 'matchExpressions')
    .filter(isObject)
    .map((row) => {
      const key = String(row.key)
      const values = listAt(row, 'values').join(',')
      const operator = row.operator
      if (operator === 'Exists') return key
      if (operator === 'DoesNotExist') return `!${key}`
      return `${key} ${operator === 'NotIn' ? 'notin' : 'in'} (${values})`
    })
  return [...pairs, ...expressions].join(',')
}
