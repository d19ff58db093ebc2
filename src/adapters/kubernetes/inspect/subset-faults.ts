/** One Service, two subsets of a DestinationRule, told apart by labels. The mesh sends a subset's share to pods that carry them, and to nobody else. */
import type { IstioSettings, Service } from '../../../playbook/service.ts'
import type { Connection } from '../connection.ts'
import { isObject, type JsonObject, listAt, textAt, textMapAt } from '../json.ts'
import { virtualServiceRouter } from '../routers/virtual-service.ts'
import { matches, writeLabels } from '../selectors.ts'
import type { PodLabels } from './router-faults.ts'

type Labels = Readonly<Record<string, string>>

interface Subset {
  /** `Subset "stable" of DestinationRule "api" (track=stable)`. */
  readonly written: string
  readonly labels: Labels
}

/** A canary: each subset finds its own pods only, and the old version's finds them wherever they stand later. */
export async function subsetFaults(
  connection: Connection,
  service: Service,
  router: IstioSettings,
  route: JsonObject,
  labels: PodLabels,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const find = await readSubsets(connection, service, router, route, signal)
  if (typeof find === 'string') return [find]
  const [stable, canary] = [find(router.stable), find(router.canary)]
  if (typeof stable === 'string' || typeof canary === 'string')
    return [stable, canary].filter((found) => typeof found === 'string')
  const old = [...missed(stable, labels.stable, 'the old'), ...mixed(stable, labels.canary, 'the new')]
  const later =
    old.length > 0
      ? []
      : [...missed(stable, labels.promoted, 'the promoted'), ...missed(stable, labels.kept, 'the kept')]
  return [...old, ...later, ...missed(canary, labels.canary, 'the new'), ...mixed(canary, labels.stable, 'the old')]
}

/** Blue-green and rolling leave the route alone: all of it goes to the old version's subset, which must find the new pods as well. */
export async function meshFaults(
  connection: Connection,
  service: Service,
  labels: PodLabels | null,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { router } = service
  if ((router.kind !== 'switch' && router.kind !== 'rolling') || !router.mesh || !labels) return []
  const target = await connection.routeTarget(service, virtualServiceRouter(service, router.mesh), signal)
  const route = await connection.objects.read(target, signal)
  const find = await readSubsets(connection, service, router.mesh, route ?? {}, signal)
  if (typeof find === 'string') return [find]
  const stable = find(router.mesh.stable)
  if (typeof stable === 'string') return [stable]
  const beside =
    router.kind === 'switch'
      ? [...missed(stable, labels.canary, 'the new'), ...missed(stable, labels.kept, 'the kept')]
      : []
  return [...missed(stable, labels.promoted, 'the promoted'), ...beside]
}

function missed({ written, labels }: Subset, pods: Labels, which: string): readonly string[] {
  return matches(labels, pods) ? [] : [`${written} does not select pods of ${which} version.`]
}

function mixed({ written, labels }: Subset, pods: Labels, which: string): readonly string[] {
  return matches(labels, pods) ? [`${written} also selects pods of ${which} version.`] : []
}

/** How a subset is found by its name, or a sentence where it is not; a sentence where nothing defines any. */
async function readSubsets(
  connection: Connection,
  service: Service,
  router: IstioSettings,
  route: JsonObject,
  signal: AbortSignal,
): Promise<((name: string) => Subset | string) | string> {
  const host = hostOfSubset(route, router.stable) ?? service.serviceName
  const { items } = await connection.api.list(await connection.destinationRules(service.namespace, signal), { signal })
  const rule = items.find((item) => (textAt(item, 'spec', 'host') ?? '').split('.')[0] === host.split('.')[0])
  if (!rule) return `No DestinationRule defines the subsets of host ${host}.`
  const named = `DestinationRule "${textAt(rule, 'metadata', 'name')}"`
  return (name) => {
    const found = listAt(rule, 'spec', 'subsets').find((row) => textAt(row, 'name') === name)
    if (!isObject(found)) return `${named} has no subset "${name}".`
    const labels = textMapAt(found, 'labels')
    return { labels, written: `Subset "${name}" of ${named} (${writeLabels(labels)})` }
  }
}

function hostOfSubset(route: JsonObject, subset: string): string | undefined {
  const destinations = listAt(route, 'spec', 'http').flatMap((http) => listAt(http, 'route'))
  return textAt(
    destinations.find((row) => textAt(row, 'destination', 'subset') === subset),
    'destination',
    'host',
  )
}
