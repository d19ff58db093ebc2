/** What one pod asks for. */
import { isObject, type JsonObject, listAt, textAt } from '../json.ts'
import { parseQuantity } from '../quantity.ts'

type Resource = 'cpu' | 'memory'

function requestOf(container: JsonObject, resource: Resource): number | undefined {
  const named = (kind: 'requests' | 'limits') => {
    const resources = container.resources
    const table = isObject(resources) ? resources[kind] : undefined
    return isObject(table) ? parseQuantity(table[resource]) : undefined
  }
  // A limit without a request is the request: that is how the API server defaults it.
  return named('requests') ?? named('limits')
}

/** Sum over the containers (sidecars among the init containers too), cores or bytes; null where a container names none. */
export function podRequest(spec: JsonObject, resource: Resource): number | null {
  const sidecars = listAt(spec, 'initContainers').filter((row) => textAt(row, 'restartPolicy') === 'Always')
  const requests = [...listAt(spec, 'containers'), ...sidecars]
    .filter(isObject)
    .map((container) => requestOf(container, resource))
  return requests.reduce<number | null>((sum, one) => (sum === null || one === undefined ? null : sum + one), 0)
}

/** What a pod that runs takes from its node: containers that name nothing take nothing as far as the scheduler knows. */
export function takenByPod(spec: JsonObject, resource: Resource): number {
  return [
    ...listAt(spec, 'containers'),
    ...listAt(spec, 'initContainers').filter((row) => textAt(row, 'restartPolicy') === 'Always'),
  ]
    .filter(isObject)
    .reduce((sum, container) => sum + (requestOf(container, resource) ?? 0), 0)
}
