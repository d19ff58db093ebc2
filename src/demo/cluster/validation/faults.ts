/** The words in which the API server refuses a field, and the checks that many resources share. */
import type { FieldFault } from '../store/api-error.ts'
import { isObject, type JsonObject } from '../store/json.ts'

export type Faults = FieldFault[]

export function required(field: string, detail = ''): FieldFault {
  return { field, type: 'Required', message: `Required value${detail === '' ? '' : `: ${detail}`}` }
}

export function invalidValue(field: string, value: unknown, detail: string): FieldFault {
  return { field, type: 'Invalid', message: `Invalid value: ${JSON.stringify(value)}: ${detail}` }
}

export function notSupported(field: string, value: unknown, allowed: readonly string[]): FieldFault {
  const list = allowed.map((item) => JSON.stringify(item)).join(', ')
  return {
    field,
    type: 'NotSupported',
    message: `Unsupported value: ${JSON.stringify(value)}: supported values: ${list}`,
  }
}

export function wrongType(field: string, value: unknown, wanted: string): FieldFault {
  const kind = Array.isArray(value) ? 'array' : value === null ? 'null' : typeof value
  const message = `Invalid value: ${JSON.stringify(kind)}: ${field} in body must be of type ${wanted}: ${JSON.stringify(kind)}`
  return { field, type: 'TypeInvalid', message }
}

const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/
const LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/
const SERVICE_LABEL = /^[a-z]([-a-z0-9]*[a-z0-9])?$/

const SUBDOMAIN_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const LABEL_RULE =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
const SERVICE_RULE =
  "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')"

/** The fault of a name, if it has one: `service` and `label` names are at most 63 characters, others 253. */
export function nameFault(
  field: string,
  name: string,
  form: 'subdomain' | 'label' | 'service',
): FieldFault | undefined {
  const limit = form === 'subdomain' ? 253 : 63
  if (name.length > limit) return invalidValue(field, name, `must be no more than ${limit} characters`)
  const [pattern, rule] = {
    subdomain: [SUBDOMAIN, SUBDOMAIN_RULE] as const,
    label: [LABEL, LABEL_RULE] as const,
    service: [SERVICE_LABEL, SERVICE_RULE] as const,
  }[form]
  return pattern.test(name) ? undefined : invalidValue(field, name, rule)
}

const QUALIFIED = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)$/
const VALUE = /^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$/
const VALUE_RULE =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')"

export function labelFaults(field: string, labels: unknown): Faults {
  if (labels === undefined || labels === null) return []
  if (!isObject(labels)) return [wrongType(field, labels, 'object')]
  return Object.entries(labels).flatMap(([key, value]) => {
    if (!QUALIFIED.test(key)) return [invalidValue(field, key, 'name part must consist of alphanumeric characters')]
    if (typeof value !== 'string') return [wrongType(`${field}.${key}`, value, 'string')]
    return VALUE.test(value) ? [] : [invalidValue(field, value, VALUE_RULE)]
  })
}

/** Annotations: keys like labels', any text as value. */
export function annotationFaults(field: string, annotations: unknown): Faults {
  if (annotations === undefined || annotations === null) return []
  if (!isObject(annotations)) return [wrongType(field, annotations, 'object')]
  return Object.entries(annotations).flatMap(([key, value]) => {
    if (!QUALIFIED.test(key.toLowerCase())) {
      return [invalidValue(field, key, 'name part must consist of alphanumeric characters')]
    }
    return typeof value === 'string' ? [] : [wrongType(`${field}.${key}`, value, 'string')]
  })
}

/** A whole number of at least `least`; absent is fine. */
export function countFaults(field: string, value: unknown, least = 0): Faults {
  if (value === undefined) return []
  if (typeof value !== 'number' || !Number.isInteger(value)) return [wrongType(field, value, 'integer')]
  const rule = least === 0 ? 'must be greater than or equal to 0' : `must be greater than or equal to ${least}`
  return value < least ? [invalidValue(field, value, rule)] : []
}

/** `25%` or a whole number of at least 0; absent is fine. */
export function countOrPercentFaults(field: string, value: unknown): Faults {
  if (typeof value !== 'string') return countFaults(field, value)
  if (/^\d+%$/.test(value)) return []
  return [invalidValue(field, value, "a valid percent string must be a numeric string followed by an ending '%'")]
}

export function objectAt(parent: JsonObject, key: string): JsonObject {
  const value = parent[key]
  return isObject(value) ? value : {}
}

export function listAt(parent: JsonObject, key: string): readonly JsonObject[] {
  const value = parent[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}
