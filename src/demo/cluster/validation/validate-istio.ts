/** The rules of Istio's custom resources that their schema (not Istio's webhook) holds, and the weights' range. */
import { isObject, type JsonObject } from '../store/json.ts'
import { countFaults, type Faults, listAt, objectAt, required, wrongType } from './faults.ts'

export function virtualServiceFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const http = spec.http
  if (http !== undefined && !Array.isArray(http)) return [wrongType('spec.http', http, 'array')]
  return [
    ...stringsFaults('spec.hosts', spec.hosts),
    ...listAt(spec, 'http').flatMap((route, index) => routeFaults(`spec.http[${index}].route`, route.route)),
  ]
}

function routeFaults(at: string, route: unknown): Faults {
  if (route === undefined) return []
  if (!Array.isArray(route)) return [wrongType(at, route, 'array')]
  return route.flatMap((item: unknown, index): Faults => {
    const field = `${at}[${index}]`
    if (!isObject(item)) return [wrongType(field, item, 'object')]
    const destination = item.destination
    if (!isObject(destination)) return [required(`${field}.destination`)]
    const host = typeof destination.host === 'string' ? [] : [required(`${field}.destination.host`)]
    return [...host, ...countFaults(`${field}.weight`, item.weight)]
  })
}

export function destinationRuleFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const host = typeof spec.host === 'string' ? [] : [required('spec.host')]
  const unnamed = listAt(spec, 'subsets').findIndex((subset) => typeof subset.name !== 'string')
  return [...host, ...(unnamed < 0 ? [] : [required(`spec.subsets[${unnamed}].name`)])]
}

function stringsFaults(field: string, list: unknown): Faults {
  if (list === undefined) return []
  if (!Array.isArray(list)) return [wrongType(field, list, 'array')]
  const wrong = list.findIndex((item) => typeof item !== 'string')
  return wrong < 0 ? [] : [wrongType(`${field}[${wrong}]`, list[wrong], 'string')]
}
