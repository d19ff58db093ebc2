/** The rules of pods, ReplicaSets and Deployments that an apply can break. */
import { isObject, type JsonObject, sameJson } from '../store/json.ts'
import { parseQuantity } from '../store/quantities.ts'
import { selects } from '../store/selectors.ts'
import {
  annotationFaults,
  countFaults,
  countOrPercentFaults,
  type Faults,
  invalidValue,
  labelFaults,
  listAt,
  nameFault,
  notSupported,
  objectAt,
  required,
  wrongType,
} from './faults.ts'

export function deploymentFaults(object: JsonObject, old: JsonObject | undefined): Faults {
  const spec = objectAt(object, 'spec')
  return [
    ...countFaults('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...countFaults('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
    ...deadlineFaults(spec),
    ...strategyFaults(objectAt(spec, 'strategy')),
    ...replicaSetFaults(object, old),
  ]
}

function deadlineFaults(spec: JsonObject): Faults {
  const deadline = spec.progressDeadlineSeconds
  const minReady = spec.minReadySeconds ?? 0
  if (typeof deadline !== 'number' || typeof minReady !== 'number' || deadline > minReady) return []
  return [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
}

function strategyFaults(strategy: JsonObject): Faults {
  const type = strategy.type
  if (type === 'Recreate') {
    if (strategy.rollingUpdate === undefined) return []
    const message = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
    return [{ field: 'spec.strategy.rollingUpdate', type: 'Forbidden', message }]
  }
  if (type !== 'RollingUpdate') return [notSupported('spec.strategy', strategy, ['Recreate', 'RollingUpdate'])]
  const { maxSurge, maxUnavailable } = objectAt(strategy, 'rollingUpdate')
  const field = 'spec.strategy.rollingUpdate'
  const faults = [
    ...countOrPercentFaults(`${field}.maxSurge`, maxSurge),
    ...countOrPercentFaults(`${field}.maxUnavailable`, maxUnavailable),
  ]
  const isZero = (value: unknown) => value === 0 || value === '0%' || value === '0'
  if (isZero(maxSurge) && isZero(maxUnavailable)) {
    faults.push(invalidValue(`${field}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'))
  }
  return faults
}

export function replicaSetFaults(object: JsonObject, old: JsonObject | undefined): Faults {
  const spec = objectAt(object, 'spec')
  const template = objectAt(spec, 'template')
  const faults = [
    ...countFaults('spec.replicas', spec.replicas),
    ...countFaults('spec.minReadySeconds', spec.minReadySeconds),
    ...selectorFaults(spec, template),
    ...labelFaults('spec.template.metadata.labels', objectAt(template, 'metadata').labels),
    ...annotationFaults('spec.template.metadata.annotations', objectAt(template, 'metadata').annotations),
    ...podSpecFaults('spec.template.spec', template.spec),
  ]
  if (old && !sameJson(objectAt(old, 'spec').selector, spec.selector)) {
    faults.push(invalidValue('spec.selector', spec.selector, 'field is immutable'))
  }
  return faults
}

function selectorFaults(spec: JsonObject, template: JsonObject): Faults {
  const selector = spec.selector
  if (!isObject(selector)) return [required('spec.selector')]
  const matchLabels = objectAt(selector, 'matchLabels')
  const expressions = listAt(selector, 'matchExpressions')
  if (Object.keys(matchLabels).length === 0 && expressions.length === 0) {
    return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')]
  }
  const faults = labelFaults('spec.selector.matchLabels', matchLabels)
  if (faults.length > 0) return faults
  const labels = objectAt(objectAt(template, 'metadata'), 'labels')
  if (selects(selector, labels as Readonly<Record<string, string>>)) return []
  return [invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]
}

export function podFaults(object: JsonObject, old: JsonObject | undefined): Faults {
  if (!old) return podSpecFaults('spec', object.spec)
  const frozen = (pod: JsonObject) => {
    const spec = objectAt(pod, 'spec')
    const containers = listAt(spec, 'containers').map((container) => ({ ...container, image: '', resources: {} }))
    return { ...spec, containers, activeDeadlineSeconds: 0, tolerations: [], terminationGracePeriodSeconds: 0 }
  }
  if (sameJson(frozen(object), frozen(old))) return podSpecFaults('spec', object.spec)
  const message =
    'Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)'
  return [{ field: 'spec', type: 'Forbidden', message }]
}

function podSpecFaults(field: string, spec: unknown): Faults {
  if (!isObject(spec)) return [required(`${field}.containers`)]
  const containers = listAt(spec, 'containers')
  if (containers.length === 0) return [required(`${field}.containers`)]
  const names = new Set<unknown>()
  return [
    ...countFaults(`${field}.terminationGracePeriodSeconds`, spec.terminationGracePeriodSeconds),
    ...containers.flatMap((container, index) => {
      const at = `${field}.containers[${index}]`
      const faults = containerFaults(at, container)
      const name = container.name
      if (names.has(name)) {
        faults.push({ field: `${at}.name`, type: 'Invalid', message: `Duplicate value: ${JSON.stringify(name)}` })
      }
      names.add(name)
      return faults
    }),
  ]
}

function containerFaults(at: string, container: JsonObject): Faults {
  const { name, image } = container
  const faults: Faults = []
  if (typeof name !== 'string' || name === '') faults.push(required(`${at}.name`))
  else {
    const fault = nameFault(`${at}.name`, name, 'label')
    if (fault) faults.push(fault)
  }
  if (image !== undefined && typeof image !== 'string') faults.push(wrongType(`${at}.image`, image, 'string'))
  else if (image === undefined || image === '') faults.push(required(`${at}.image`))
  else if (image.trim() !== image) {
    faults.push(invalidValue(`${at}.image`, image, 'must not have leading or trailing whitespace'))
  }
  for (const [index, port] of listAt(container, 'ports').entries()) {
    const number = port.containerPort
    if (typeof number !== 'number' || number < 1 || number > 65_535) {
      faults.push(invalidValue(`${at}.ports[${index}].containerPort`, number, 'must be between 1 and 65535, inclusive'))
    }
  }
  return [...faults, ...resourceFaults(`${at}.resources`, objectAt(container, 'resources'))]
}

function resourceFaults(at: string, resources: JsonObject): Faults {
  const limits = objectAt(resources, 'limits')
  const requests = objectAt(resources, 'requests')
  const faults: Faults = []
  for (const [kind, map] of Object.entries({ limits, requests })) {
    for (const [key, value] of Object.entries(map)) {
      if (parseQuantity(value) === undefined) {
        faults.push(
          invalidValue(
            `${at}.${kind}.${key}`,
            value,
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
          ),
        )
      }
    }
  }
  for (const [key, value] of Object.entries(requests)) {
    const limit = parseQuantity(limits[key])
    const wanted = parseQuantity(value)
    if (limit !== undefined && wanted !== undefined && wanted > limit) {
      faults.push(
        invalidValue(`${at}.requests`, value, `must be less than or equal to ${key} limit of ${String(limits[key])}`),
      )
    }
  }
  return faults
}
