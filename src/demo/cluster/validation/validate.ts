/** Refuses what the API server would refuse (422), with the same field names. */
import { type FieldFault, invalid } from '../store/api-error.ts'
import { isObject, type JsonObject, sameJson } from '../store/json.ts'
import type { ResourceName } from '../store/kube-objects.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { annotationFaults, type Faults, labelFaults, nameFault, objectAt, required } from './faults.ts'
import { destinationRuleFaults, virtualServiceFaults } from './validate-istio.ts'
import { httpRouteFaults, ingressFaults } from './validate-routes.ts'
import { autoscalerFaults, budgetFaults, endpointSliceFaults, eventFaults, serviceFaults } from './validate-services.ts'
import { deploymentFaults, podFaults, replicaSetFaults } from './validate-workloads.ts'

type Rule = (object: JsonObject, old: JsonObject | undefined) => Faults

const RULES: Partial<Record<ResourceName, Rule>> = {
  deployments: deploymentFaults,
  replicasets: replicaSetFaults,
  pods: podFaults,
  services: serviceFaults,
  endpointslices: endpointSliceFaults,
  events: eventFaults,
  horizontalpodautoscalers: autoscalerFaults,
  poddisruptionbudgets: budgetFaults,
  virtualservices: virtualServiceFaults,
  destinationrules: destinationRuleFaults,
  httproutes: httpRouteFaults,
  ingresses: ingressFaults,
}

/** Throws 422 with every fault of the object at once; `old` is what it replaces. */
export function validate(definition: ResourceDefinition, object: JsonObject, old?: JsonObject): void {
  const metadata = objectAt(object, 'metadata')
  const name = typeof metadata.name === 'string' ? metadata.name : ''
  const faults = [
    ...metadataFaults(definition, metadata, old && objectAt(old, 'metadata')),
    ...(RULES[definition.plural]?.(object, old) ?? []),
  ]
  if (faults.length > 0) throw invalid(definition, name, faults)
}

function metadataFaults(
  definition: ResourceDefinition,
  metadata: JsonObject,
  old: JsonObject | undefined,
): readonly FieldFault[] {
  const name = metadata.name
  const faults: Faults = []
  if (typeof name !== 'string' || name === '') {
    faults.push(required('metadata.name', 'name or generateName is required'))
  } else {
    const form =
      definition.plural === 'services' ? 'service' : definition.plural === 'namespaces' ? 'label' : 'subdomain'
    const fault = nameFault('metadata.name', name, form)
    if (fault) faults.push(fault)
  }
  faults.push(...labelFaults('metadata.labels', metadata.labels))
  faults.push(...annotationFaults('metadata.annotations', metadata.annotations))
  for (const field of ['uid', 'creationTimestamp']) {
    if (old && metadata[field] !== undefined && !sameJson(metadata[field], old[field])) {
      const message = `Invalid value: ${JSON.stringify(metadata[field])}: field is immutable`
      faults.push({ field: `metadata.${field}`, type: 'Invalid', message })
    }
  }
  const owners = metadata.ownerReferences
  for (const [index, owner] of (Array.isArray(owners) ? owners : []).entries()) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid']) {
      if (!isObject(owner) || typeof owner[field] !== 'string' || owner[field] === '') {
        faults.push(required(`metadata.ownerReferences[${index}].${field}`, 'must not be empty'))
      }
    }
  }
  return faults
}
