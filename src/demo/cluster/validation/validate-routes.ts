/** The rules that the schema of the Gateway API's HTTPRoute and the API server's own of Ingress hold, as far as a router needs them. */
import type { JsonObject } from '../store/json.ts'
import { countFaults, type Faults, invalidValue, listAt, objectAt, required, wrongType } from './faults.ts'

const MOST_WEIGHT = 1_000_000

export function httpRouteFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  if (spec.rules !== undefined && !Array.isArray(spec.rules)) return [wrongType('spec.rules', spec.rules, 'array')]
  const parents = listAt(spec, 'parentRefs').flatMap(
    (parent, index): Faults => (typeof parent.name === 'string' ? [] : [required(`spec.parentRefs[${index}].name`)]),
  )
  const backends = listAt(spec, 'rules').flatMap((rule, place) =>
    listAt(rule, 'backendRefs').flatMap((backend, index): Faults => {
      const at = `spec.rules[${place}].backendRefs[${index}]`
      const { weight } = backend
      const tooMuch = typeof weight === 'number' && weight > MOST_WEIGHT
      return [
        ...(typeof backend.name === 'string' ? [] : [required(`${at}.name`)]),
        ...countFaults(`${at}.weight`, weight),
        ...(tooMuch ? [invalidValue(`${at}.weight`, weight, `should be less than or equal to ${MOST_WEIGHT}`)] : []),
      ]
    }),
  )
  return [...parents, ...backends]
}

const PATH_TYPES = ['Exact', 'Prefix', 'ImplementationSpecific']

export function ingressFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const rules = listAt(spec, 'rules')
  if (rules.length === 0 && spec.defaultBackend === undefined) {
    return [invalidValue('spec', spec, 'either `defaultBackend` or `rules` must be specified')]
  }
  return rules.flatMap((rule, place) =>
    listAt(objectAt(rule, 'http'), 'paths').flatMap((path, index): Faults => {
      const at = `spec.rules[${place}].http.paths[${index}]`
      const service = objectAt(objectAt(path, 'backend'), 'service')
      return [
        ...(PATH_TYPES.some((type) => type === path.pathType)
          ? []
          : [required(`${at}.pathType`, 'pathType must be specified')]),
        ...(typeof service.name === 'string' ? [] : [required(`${at}.backend`)]),
      ]
    }),
  )
}
