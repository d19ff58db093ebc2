/**
 * Two weighted backends in one list of one object: what a VirtualService's route and an HTTPRoute's rule have in common.
 * A kind says where the list is and which two of its rows are meant; nothing but their weights is changed.
 */
import { ClusterError } from '../../../ports/cluster.ts'
import { at, isObject, type JsonObject, listAt, numberAt } from '../json.ts'
import type { RoutePin, WeightedRouter } from './weighted-router.ts'

type Path = readonly (string | number)[]

export interface Backends {
  /** Where the list is in the object. */
  readonly path: Path
  /** Which of its rows. */
  readonly stable: number
  readonly canary: number
}

export interface BackendList {
  /** For sentences: `The http route of VirtualService "api"`. */
  readonly place: string
  /** What its rows are called: `destination`. */
  readonly row: string
  /** The weight of a row that names none. */
  readonly absent: number
  /** Where the two are, or what is wrong, as one sentence. */
  find(object: JsonObject): Backends | string
}

type WeightedBackends = Pick<
  WeightedRouter,
  'fault' | 'weights' | 'pinned' | 'withShare' | 'withPinned' | 'pinnedPlaces'
>

export function weightedBackends(list: BackendList): WeightedBackends {
  const weightOf = (row: unknown) => numberAt(row, 'weight') ?? list.absent
  const rowsOf = (object: JsonObject, { path }: Backends) => listAt(object, ...path)
  const inOrder = (object: JsonObject, found: Backends) => rowsOf(object, found).map(weightOf)
  const fault = (object: JsonObject) => {
    const found = list.find(object)
    if (typeof found === 'string') return found
    const { length } = rowsOf(object, found)
    if (length === 2) return undefined
    return `${list.place} has ${length} ${list.row}s; shares can be divided between two only.`
  }
  /** Undefined: the row stays as it is. */
  const withWeights = (object: JsonObject, found: Backends, weightAt: (index: number) => number | undefined) => {
    const rows = rowsOf(object, found).map((row, index) => {
      const weight = weightAt(index)
      const same = weight === undefined || weight === weightOf(row)
      return same || !isObject(row) ? row : { ...row, weight }
    })
    return withListAt(object, found.path, rows)
  }
  const withPinnedAt = (object: JsonObject, found: Backends, { weights: pinned }: RoutePin) => {
    const now = inOrder(object, found)
    if (pinned?.length === now.length) return withWeights(object, found, (index) => pinned[index])
    // Somebody added or took a row: stable gets what is not a third one's.
    const isOther = (index: number) => index !== found.stable && index !== found.canary
    const others = now.reduce((sum, weight, index) => (isOther(index) ? sum + weight : sum), 0)
    return withWeights(object, found, (index) => {
      if (isOther(index)) return undefined
      return index === found.stable ? Math.max(1, 100 - others) : 0
    })
  }
  return {
    fault,
    weights(object) {
      const found = list.find(object)
      if (typeof found === 'string') return null
      const weights = inOrder(object, found)
      return { stable: weights[found.stable] ?? 0, canary: weights[found.canary] ?? 0 }
    },
    pinned(object) {
      const found = list.find(object)
      return typeof found === 'string' ? null : { weights: inOrder(object, found) }
    },
    withShare(object, percent) {
      const found = list.find(object)
      const wrong = fault(object)
      if (wrong !== undefined || typeof found === 'string') {
        throw new ClusterError('refused', wrong ?? `${list.place} cannot be found.`)
      }
      return withWeights(object, found, (index) => (index === found.canary ? percent : 100 - percent))
    },
    withPinned(object, pin) {
      const found = list.find(object)
      if (typeof found === 'string') throw new ClusterError('refused', found)
      return withPinnedAt(object, found, pin)
    },
    pinnedPlaces(object, pin) {
      const found = list.find(object)
      if (typeof found === 'string') return null
      return inOrder(withPinnedAt(object, found, pin), found).map((value, index) => ({
        path: `/${[...found.path, index, 'weight'].join('/')}`,
        value,
      }))
    },
  }
}

/** A copy with another list at a path of keys and indices that is there. */
function withListAt(object: JsonObject, path: Path, list: readonly unknown[]): JsonObject {
  const replaced = (value: unknown, [key, ...rest]: Path): unknown => {
    if (key === undefined) return list
    const inner = replaced(at(value, key), rest)
    if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? inner : item))
    return isObject(value) ? { ...value, [key]: inner } : value
  }
  const changed = replaced(object, path)
  return isObject(changed) ? changed : object
}
