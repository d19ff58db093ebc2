/** Routers whose shares stand in one object of the API: what is read of it, what is changed in it. The rest of it is not ours. */
import type { Pin } from '../../../playbook/deployment.ts'
import type { JsonObject } from '../json.ts'
import type { RouteKind } from './route-kinds.ts'

export interface Weights {
  readonly stable: number
  readonly canary: number
}

/** What the pin keeps of the router's object. */
export type RoutePin = Pick<Pin, 'weights' | 'annotations'>

export interface PinnedPlace {
  readonly path: string
  readonly value: string | number
}

export interface WeightedRouter {
  /** For sentences: `VirtualService "api"`. */
  readonly title: string
  readonly kind: RouteKind
  /** Name of the object. */
  readonly name: string
  /** How it is written; see EditOptions. */
  readonly by: 'put' | 'patch'
  /** Where the shares are in `metadata.managedFields`; a list that is one value there stands for all in it. */
  readonly ownedAt: readonly string[]
  /** What is wrong with the object, as one sentence; undefined when its shares can be moved. */
  fault(object: JsonObject): string | undefined
  /** Weights as written, on any scale; null when they cannot be found. */
  weights(object: JsonObject): Weights | null
  /** What the way back needs; null when there is nothing that could be pinned. */
  pinned(object: JsonObject): RoutePin | null
  /** The object with `percent` for the canary and the rest for stable. Throws ClusterError `refused` with the fault. */
  withShare(object: JsonObject, percent: number): JsonObject
  /** The object as pinned. The way back is not refused for an object that somebody changed meanwhile, as long as both sides are found. */
  withPinned(object: JsonObject, pin: RoutePin): JsonObject
  /** What `withPinned` makes of the shares, each with its JSON pointer, for people who have to type it; null when a side cannot be found. */
  pinnedPlaces(object: JsonObject, pin: RoutePin): readonly PinnedPlace[] | null
  /** Why what is written is not yet what flows, as one sentence; undefined when it is, or the router never says. */
  pending(object: JsonObject): string | undefined
  /** The object exists for the run only, unless the team has one: then that is used. Absent: it must be there. */
  readonly passing?: PassingObject
}

export interface PassingObject {
  /** What it is made from. */
  readonly source: { readonly title: string; readonly name: string }
  /** What keeps it from being made, as one sentence; undefined when nothing does. */
  sourceFault(source: JsonObject): string | undefined
  /** The object as we make it, with nothing for the canary. */
  make(source: JsonObject): JsonObject
  /** Did we make it? */
  isOurs(object: JsonObject): boolean
}

/** Where the object is one for the run and is not there, nothing goes to the canary. */
export const ALL_STABLE: Weights = { stable: 100, canary: 0 }

/** Weights of what was read; null when they cannot be known. */
export function weightsOf(router: WeightedRouter, object: JsonObject | null): Weights | null {
  if (object) return router.weights(object)
  return router.passing ? ALL_STABLE : null
}
