/**
 * How Kubernetes tells the items of a list apart, by the name of the list. Kubernetes' own types carry this per field;
 * the names are unambiguous enough for the resources served here. Lists that are not named are replaced whole.
 */

/** The one key of a strategic merge patch. `ports` has two makes: a container's and a Service's. */
export function mergeKeyOf(listName: string, items: readonly unknown[]): string | undefined {
  if (listName === 'ports') return items.some((item) => has(item, 'containerPort')) ? 'containerPort' : 'port'
  return MERGE_KEYS.get(listName)
}

/** The keys of server-side apply: they tell apart two ports of the same number and different protocol. */
export function applyKeysOf(listName: string, items: readonly unknown[]): readonly string[] | undefined {
  const key = mergeKeyOf(listName, items)
  if (key === undefined) return undefined
  return listName === 'ports' ? [key, 'protocol'] : [key]
}

/** Lists of plain values that are merged as sets instead of replaced. */
export const SET_LISTS: ReadonlySet<string> = new Set(['finalizers'])

/** Maps that are one value to server-side apply: whoever sets one of their keys owns all of them. */
export const ATOMIC_MAPS: ReadonlySet<string> = new Set(['selector', 'nodeSelector'])

const MERGE_KEYS: ReadonlyMap<string, string> = new Map([
  ['containers', 'name'],
  ['initContainers', 'name'],
  ['ephemeralContainers', 'name'],
  ['env', 'name'],
  ['volumes', 'name'],
  ['volumeMounts', 'mountPath'],
  ['volumeDevices', 'devicePath'],
  ['imagePullSecrets', 'name'],
  ['hostAliases', 'ip'],
  ['topologySpreadConstraints', 'topologyKey'],
  ['conditions', 'type'],
  ['ownerReferences', 'uid'],
  ['taints', 'key'],
])

function has(item: unknown, key: string): boolean {
  return typeof item === 'object' && item !== null && key in item
}
