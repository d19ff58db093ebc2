/** The rules of Services, EndpointSlices, autoscalers, budgets and events. */
import { isObject, type JsonObject } from '../store/json.ts'
import {
  countFaults,
  countOrPercentFaults,
  type Faults,
  invalidValue,
  labelFaults,
  listAt,
  notSupported,
  objectAt,
  required,
} from './faults.ts'

export function serviceFaults(object: JsonObject, old: JsonObject | undefined): Faults {
  const spec = objectAt(object, 'spec')
  const type = spec.type
  const ports = listAt(spec, 'ports')
  const faults: Faults = [...labelFaults('spec.selector', spec.selector)]
  if (type !== 'ExternalName' && ports.length === 0 && spec.clusterIP !== 'None') faults.push(required('spec.ports'))
  const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
  if (typeof type !== 'string' || !types.includes(type)) faults.push(notSupported('spec.type', type, types))
  const seen = new Set<string>()
  for (const [index, port] of ports.entries()) {
    const at = `spec.ports[${index}]`
    if (!isPort(port.port)) faults.push(invalidValue(`${at}.port`, port.port, 'must be between 1 and 65535, inclusive'))
    if (ports.length > 1 && typeof port.name !== 'string') faults.push(required(`${at}.name`))
    const key = `${String(port.port)}/${String(port.protocol)}`
    if (seen.has(key)) faults.push({ field: at, type: 'Invalid', message: `Duplicate value: ${JSON.stringify(port)}` })
    seen.add(key)
  }
  const before = old && objectAt(old, 'spec').clusterIP
  if (before !== undefined && spec.clusterIP !== before) {
    faults.push(invalidValue('spec.clusterIPs[0]', spec.clusterIP, 'may not change once set'))
  }
  return faults
}

function isPort(value: unknown): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
}

export function endpointSliceFaults(object: JsonObject): Faults {
  const faults: Faults = []
  const types = ['FQDN', 'IPv4', 'IPv6']
  const type = object.addressType
  if (type === undefined) faults.push(required('addressType'))
  else if (typeof type !== 'string' || !types.includes(type)) faults.push(notSupported('addressType', type, types))
  for (const [index, endpoint] of listAt(object, 'endpoints').entries()) {
    const addresses = endpoint.addresses
    const at = `endpoints[${index}].addresses`
    if (!Array.isArray(addresses) || addresses.length === 0)
      faults.push(required(at, 'must contain at least 1 address'))
    else if (addresses.some((address) => String(address).startsWith('127.'))) {
      faults.push(invalidValue(`${at}[0]`, addresses[0], 'may not be in the loopback range (127.0.0.0/8, ::1/128)'))
    }
  }
  return faults
}

export function autoscalerFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const target = objectAt(spec, 'scaleTargetRef')
  const { minReplicas, maxReplicas } = spec
  const faults: Faults = []
  for (const field of ['kind', 'name']) {
    if (typeof target[field] !== 'string' || target[field] === '') faults.push(required(`spec.scaleTargetRef.${field}`))
  }
  faults.push(...countFaults('spec.minReplicas', minReplicas, 1))
  if (typeof maxReplicas !== 'number' || maxReplicas < 1) {
    faults.push(invalidValue('spec.maxReplicas', maxReplicas ?? 0, 'must be greater than 0'))
  } else if (typeof minReplicas === 'number' && maxReplicas < minReplicas) {
    faults.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than or equal to `minReplicas`'))
  }
  return faults
}

export function budgetFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const { minAvailable, maxUnavailable } = spec
  const both = minAvailable !== undefined && maxUnavailable !== undefined
  return [
    ...(both ? [invalidValue('spec', spec, 'minAvailable and maxUnavailable cannot be both set')] : []),
    ...countOrPercentFaults('spec.minAvailable', minAvailable),
    ...countOrPercentFaults('spec.maxUnavailable', maxUnavailable),
  ]
}

export function eventFaults(object: JsonObject): Faults {
  const involved = object.involvedObject
  if (!isObject(involved)) return [required('involvedObject')]
  const namespace = objectAt(object, 'metadata').namespace
  if (involved.namespace === undefined || involved.namespace === namespace) return []
  return [invalidValue('involvedObject.namespace', involved.namespace, 'does not match event.namespace')]
}
