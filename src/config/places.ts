/** Where services run, named where there is more than one place to run. */
import type { Service } from '../playbook/service.ts'

/** What the cluster without a name is called beside others: the current context, or the one the bot runs in. */
const UNNAMED = 'default'

/** Each with the cluster where there are several, and the namespace where there are several of either. */
export function withPlaces(services: readonly Service[]): Service[] {
  const clusters = new Set(services.map(({ context }) => context))
  const namespaces = new Set(services.map(({ namespace }) => namespace))
  if (clusters.size <= 1 && namespaces.size <= 1) return [...services]
  return services.map((service) => ({
    ...service,
    place: clusters.size > 1 ? `${service.context ?? UNNAMED}/${service.namespace}` : service.namespace,
  }))
}
