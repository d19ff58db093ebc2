/**
 * What etcd and the watch cache are in a real cluster: every object, one counter of versions for all of them, and the
 * changes of the recent past for watches. Objects are never changed in place: a write puts a new object.
 */

import type { ResourceName, ResourceObjects } from './kube-objects.ts'
import type { KubeObject, StringMap } from './object-meta.ts'
import { hasLabels } from './selectors.ts'

export interface StoreEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly version: number
  readonly resource: ResourceName
  /** The object as it is now; the last that was seen when it is gone (with the version of the deletion). */
  readonly object: KubeObject
  readonly previous: KubeObject | undefined
}

export interface ObjectStore {
  /** The version of the newest change of anything. */
  version(): number
  get<R extends ResourceName>(resource: R, namespace: string | undefined, name: string): ResourceObjects[R] | undefined
  /** All objects of a resource, of one namespace or of all, in order of creation. */
  list<R extends ResourceName>(resource: R, namespace?: string): readonly ResourceObjects[R][]
  /** The objects of a resource with an ownerReference to this uid. */
  ownedBy<R extends ResourceName>(resource: R, uid: string): readonly ResourceObjects[R][]
  /** The objects of a namespace that have all of these labels (at least one must be asked for). */
  labelled<R extends ResourceName>(resource: R, namespace: string, labels: StringMap): readonly ResourceObjects[R][]
  /** Adds or replaces an object and gives it the next version; the stored object comes back. */
  put<R extends ResourceName>(resource: R, object: ResourceObjects[R]): ResourceObjects[R]
  remove(resource: ResourceName, namespace: string | undefined, name: string): void
  /** The changes after a version, oldest first; undefined when the past does not reach back that far. */
  since(version: number): readonly StoreEvent[] | undefined
  /** Forgets the changes kept for watches, as a compaction does. */
  compact(): void
  subscribe(listener: (event: StoreEvent) => void): () => void
}

/** How many changes watches may look back on. */
const HISTORY = 8_192

type Bucket = Map<string, KubeObject>

export function createStore(): ObjectStore {
  return new MemoryStore()
}

class MemoryStore implements ObjectStore {
  #version = 1000
  #oldest = 1000
  #history: StoreEvent[] = []
  readonly #objects = new Map<ResourceName, Map<string, Bucket>>()
  readonly #owned = new Map<string, Map<string, [ResourceName, KubeObject]>>()
  readonly #byLabel = new Map<string, Bucket>()
  readonly #listeners = new Set<(event: StoreEvent) => void>()

  version() {
    return this.#version
  }

  get<R extends ResourceName>(resource: R, namespace: string | undefined, name: string) {
    return this.#objects
      .get(resource)
      ?.get(namespace ?? '')
      ?.get(name) as ResourceObjects[R] | undefined
  }

  list<R extends ResourceName>(resource: R, namespace?: string) {
    const spaces = this.#objects.get(resource)
    const buckets = namespace === undefined ? [...(spaces?.values() ?? [])] : [spaces?.get(namespace)]
    return buckets.flatMap((bucket) => [...(bucket?.values() ?? [])]) as ResourceObjects[R][]
  }

  ownedBy<R extends ResourceName>(resource: R, uid: string) {
    const found = [...(this.#owned.get(uid)?.values() ?? [])]
    return found.filter(([kind]) => kind === resource).map(([, object]) => object) as ResourceObjects[R][]
  }

  labelled<R extends ResourceName>(resource: R, namespace: string, labels: StringMap) {
    const [[key, value] = ['', '']] = Object.entries(labels)
    const found = [...(this.#byLabel.get(`${resource}/${namespace}/${key}=${value}`)?.values() ?? [])]
    return found.filter(({ metadata }) => hasLabels(metadata.labels, labels)) as ResourceObjects[R][]
  }

  put<R extends ResourceName>(resource: R, object: ResourceObjects[R]) {
    const bucket = this.#bucket(resource, object.metadata.namespace)
    const previous = bucket.get(object.metadata.name)
    const stored: ResourceObjects[R] = {
      ...object,
      metadata: { ...object.metadata, resourceVersion: String(this.#version + 1) },
    }
    bucket.set(stored.metadata.name, stored)
    if (previous) this.#disown(previous)
    this.#indexLabels(resource, previous, stored)
    for (const owner of stored.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(owner.uid) ?? new Map<string, [ResourceName, KubeObject]>()
      this.#owned.set(owner.uid, owned.set(stored.metadata.uid, [resource, stored]))
    }
    this.#publish(previous ? 'MODIFIED' : 'ADDED', resource, stored, previous)
    return stored
  }

  remove(resource: ResourceName, namespace: string | undefined, name: string) {
    const bucket = this.#bucket(resource, namespace)
    const previous = bucket.get(name)
    if (!previous) return
    bucket.delete(name)
    this.#disown(previous)
    this.#indexLabels(resource, previous, undefined)
    const last = { ...previous, metadata: { ...previous.metadata, resourceVersion: String(this.#version + 1) } }
    this.#publish('DELETED', resource, last, previous)
  }

  since(version: number) {
    if (version < this.#oldest) return undefined
    const first = this.#history.findIndex((event) => event.version > version)
    return first < 0 ? [] : this.#history.slice(first)
  }

  compact() {
    this.#history = []
    this.#oldest = this.#version
  }

  subscribe(listener: (event: StoreEvent) => void) {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  #bucket(resource: ResourceName, namespace = ''): Bucket {
    const spaces = this.#objects.get(resource) ?? new Map<string, Bucket>()
    this.#objects.set(resource, spaces)
    const bucket = spaces.get(namespace) ?? new Map<string, KubeObject>()
    spaces.set(namespace, bucket)
    return bucket
  }

  #indexLabels(resource: ResourceName, previous: KubeObject | undefined, stored: KubeObject | undefined) {
    const place = ({ metadata }: KubeObject, label: readonly string[]) =>
      `${resource}/${metadata.namespace ?? ''}/${label.join('=')}`
    const labels = stored?.metadata.labels ?? {}
    for (const [key, value] of Object.entries(previous?.metadata.labels ?? {})) {
      if (!previous || labels[key] === value) continue
      const bucket = this.#byLabel.get(place(previous, [key, value]))
      bucket?.delete(previous.metadata.name)
      if (bucket?.size === 0) this.#byLabel.delete(place(previous, [key, value]))
    }
    if (!stored) return
    for (const label of Object.entries(labels)) {
      const bucket = this.#byLabel.get(place(stored, label)) ?? new Map<string, KubeObject>()
      this.#byLabel.set(place(stored, label), bucket.set(stored.metadata.name, stored))
    }
  }

  #disown(object: KubeObject) {
    for (const owner of object.metadata.ownerReferences ?? []) {
      const owned = this.#owned.get(owner.uid)
      owned?.delete(object.metadata.uid)
      if (owned?.size === 0) this.#owned.delete(owner.uid)
    }
  }

  #publish(type: StoreEvent['type'], resource: ResourceName, object: KubeObject, previous: KubeObject | undefined) {
    this.#version += 1
    const event: StoreEvent = { type, version: this.#version, resource, object, previous }
    this.#history.push(event)
    // trimmed in halves, so that a busy store does not shift the array at every write
    if (this.#history.length > HISTORY * 2) {
      this.#history = this.#history.slice(-HISTORY)
      this.#oldest = (this.#history[0]?.version ?? this.#version) - 1
    }
    for (const listener of this.#listeners) listener(event)
  }
}
