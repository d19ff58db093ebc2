/** One list and watch of a collection, kept alive: copies by name, by uid and by a key, and a call for each change. */
import { performance } from 'node:perf_hooks'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../../ports/clock.ts'
import type { ApiClient } from './api-client.ts'
import { isStatus } from './api-failure.ts'
import { type JsonObject, numberAt, objectAt, textAt } from './json.ts'
import { isNewer } from './resource-version.ts'
import type { Target } from './target.ts'

export interface ResourceWatch {
  /** False while the copies may be old: before the first list, and while the stream is broken. */
  isLive(): boolean
  get(name: string): JsonObject | undefined
  byUid(uid: string): JsonObject | undefined
  byKey(key: string): readonly JsonObject[]
  /** A newer copy from elsewhere; null: it is gone. */
  put(name: string, object: JsonObject | null): void
  stop(): void
}

export interface ResourceWatchOptions {
  readonly api: ApiClient
  readonly clock: Clock
  readonly target: Target
  /** Key under which `byKey` finds an object; undefined: none. */
  readonly keyOf: (object: JsonObject) => string | undefined
  /** What is kept of an object: a cluster has many pods, and most of a pod is never looked at. */
  readonly slim: (object: JsonObject) => JsonObject
  /** Called with an object that is new, different or gone. */
  readonly changed: (object: JsonObject) => void
  /** Called when it broke and could not be begun anew at once: whoever relies on it should look for themselves. */
  readonly lost: () => void
}

/** A stream that ends sooner than this, having said nothing, is sick; real ms. */
const SHORTEST_STREAM_MS = 1_000
const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 30_000

export function watchResource(options: ResourceWatchOptions): ResourceWatch {
  const copies = copiesOf(options)
  const stopping = new AbortController()
  let live = false
  void keepWatching(options, copies, stopping.signal, (now) => {
    live = now
  })
  return {
    isLive: () => live,
    get: copies.get,
    byUid: copies.byUid,
    byKey: copies.byKey,
    put: (name, object) => (object ? copies.set(object) : copies.remove(name)),
    stop: () => stopping.abort(),
  }
}

type Copies = ReturnType<typeof copiesOf>

function copiesOf({ keyOf, changed, slim }: Pick<ResourceWatchOptions, 'keyOf' | 'changed' | 'slim'>) {
  const byName = new Map<string, JsonObject>()
  const byUid = new Map<string, JsonObject>()
  const byKey = new Map<string, Map<string, JsonObject>>()
  const drop = (name: string, object: JsonObject) => {
    byName.delete(name)
    byUid.delete(textAt(object, 'metadata', 'uid') ?? '')
    const key = keyOf(object)
    const group = key === undefined ? undefined : byKey.get(key)
    group?.delete(name)
    if (key !== undefined && group?.size === 0) byKey.delete(key)
  }
  const remove = (name: string) => {
    const known = byName.get(name)
    if (!known) return
    drop(name, known)
    changed(known)
  }
  return {
    names: () => [...byName.keys()],
    get: (name: string) => byName.get(name),
    byUid: (uid: string) => byUid.get(uid),
    byKey: (key: string) => [...(byKey.get(key)?.values() ?? [])],
    remove,
    set(object: JsonObject) {
      const name = textAt(object, 'metadata', 'name') ?? ''
      const known = byName.get(name)
      if (known && !isNewer(object, known)) return
      if (known) drop(name, known)
      const copy = slim(object)
      byName.set(name, copy)
      byUid.set(textAt(object, 'metadata', 'uid') ?? '', copy)
      const key = keyOf(object)
      if (key !== undefined) byKey.set(key, (byKey.get(key) ?? new Map()).set(name, copy))
      changed(copy)
    },
  }
}

async function keepWatching(
  options: ResourceWatchOptions,
  copies: Copies,
  signal: AbortSignal,
  setLive: (live: boolean) => void,
): Promise<void> {
  const { api, clock, target, lost } = options
  let version: string | undefined
  let failures = 0
  const failed = () => {
    if (++failures === 1) lost()
    return pause(clock, failures, signal)
  }
  while (!signal.aborted) {
    try {
      version ??= await relist(api, target, copies, signal)
      const begun = performance.now()
      const query = { watch: 'true', resourceVersion: version, allowWatchBookmarks: 'true' }
      const opened = () => setLive(true)
      let heard = false
      for await (const line of api.lines(target, { query, signal }, opened)) {
        heard = true
        failures = 0
        version = take(line, copies) ?? version
      }
      setLive(false)
      if (heard || performance.now() - begun >= SHORTEST_STREAM_MS) failures = 0
      else await failed()
    } catch (error) {
      setLive(false)
      if (isExpired(error)) {
        version = undefined
        await nextTurn()
        continue
      }
      await failed()
    }
  }
  setLive(false)
}

/** Takes the whole collection anew and drops what is no longer in it. */
async function relist(api: ApiClient, target: Target, copies: Copies, signal: AbortSignal): Promise<string> {
  const { items, resourceVersion } = await api.list(target, { signal })
  const names = new Set(items.map((item) => textAt(item, 'metadata', 'name') ?? ''))
  for (const name of copies.names()) if (!names.has(name)) copies.remove(name)
  for (const item of items) copies.set(item)
  return resourceVersion
}

class ExpiredWatch extends Error {}

function isExpired(error: unknown): boolean {
  return error instanceof ExpiredWatch || isStatus(error, 410)
}

/** Applies one event; returns the version to go on from. Throws ExpiredWatch when the server has forgotten ours. */
function take(line: string, copies: Copies): string | undefined {
  const event: unknown = JSON.parse(line)
  const object = objectAt(event, 'object')
  const type = textAt(event, 'type')
  if (type === 'ERROR') {
    if (numberAt(object, 'code') === 410) throw new ExpiredWatch('the watch is too old')
    throw new Error(textAt(object, 'message') ?? 'the watch failed')
  }
  if (type === 'DELETED') {
    // Unless one of the same name has been made meanwhile, which our own write told us already.
    const name = textAt(object, 'metadata', 'name') ?? ''
    const known = copies.get(name)
    if (known && textAt(known, 'metadata', 'uid') === textAt(object, 'metadata', 'uid')) copies.remove(name)
  } else if (type !== 'BOOKMARK') copies.set(object)
  return textAt(object, 'metadata', 'resourceVersion')
}

/** Waits longer after each failure. Ends early when the watch is stopped. */
function pause(clock: Clock, failures: number, signal: AbortSignal): Promise<void> {
  const ms = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures - 1))
  return new Promise((resolve) => {
    const done = () => {
      cancel()
      signal.removeEventListener('abort', done)
      resolve()
    }
    const cancel = clock.schedule(clock.now() + ms, done)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done)
  })
}
