/** Reading and writing single objects: read, change, write back what differs on the same resourceVersion, fenced. */
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import type { ApiClient, Ask } from './api-client.ts'
import { isStatus } from './api-failure.ts'
import { isStamped, type PinnedContext, refuseIfFenced, stamped, tokenNumber } from './fencing.ts'
import { type JsonObject, textAt, withAt } from './json.ts'
import { mergeDiff } from './merge-diff.ts'
import { isNewer } from './resource-version.ts'
import { describeTarget, pathOf, type Target } from './target.ts'

export interface EditOptions {
  /**
   * `put`: the whole object back, for custom resources, whose lists a patch would replace anyway. Default: a JSON merge
   * patch of what differs.
   */
  readonly by?: 'patch' | 'put'
  /** Start from the copy last seen: one round trip in the common case. */
  readonly fromMemory?: boolean
  /** Write the token also where nothing else differs, so that older decisions are refused from now on. */
  readonly alwaysStamp?: boolean
  /** The change takes our annotations off: no token is written. */
  readonly unstamped?: boolean
}

export interface Objects {
  /** Null when there is no such object. Throws ClusterError for everything else. */
  read(target: Target, signal: AbortSignal): Promise<JsonObject | null>
  /**
   * The object as it is after the change. Conflicts are tried again at once, a few times. Nothing is written when
   * nothing differs. Throws ClusterError: `fenced`, `refused` with status 404 when there is no such object.
   */
  edit(
    target: Target,
    context: WriteContext | PinnedContext,
    change: (current: JsonObject) => JsonObject,
    options?: EditOptions,
  ): Promise<JsonObject>
  /** The created object; null when one of that name is there already. */
  create(target: Target, body: JsonObject, context: WriteContext): Promise<JsonObject | null>
  /** True when it was there. Its own objects go after it, in the background. */
  remove(target: Target, context: WriteContext): Promise<boolean>
  /** The copy last seen, however old; undefined when there is none. */
  recall(target: Target): JsonObject | undefined
}

const CONFLICTS_TRIED = 8

/** Kinds that edits start from memory for. */
const REMEMBERED: ReadonlySet<string> = new Set([
  'deployments',
  'services',
  'virtualservices',
  'httproutes',
  'ingresses',
])

type Remember = (target: Target, object: JsonObject | null) => void

export interface WatchedCopies {
  /** A watch's copy, while it is up to date. */
  copyOf(target: Target): JsonObject | undefined
  /** Told of every object read or written (null: it is gone), so that a watch's copies do not lag behind our own writes. */
  seen(target: Target, object: JsonObject | null): void
}

export function objectsOf(api: ApiClient, onWrite: (what: string) => void, copies: WatchedCopies): Objects {
  const memory = new Map<string, JsonObject>()
  const remember: Remember = (target, object) => {
    if (object === null) memory.delete(pathOf(target))
    // Without managedFields, half of its size: the server keeps them when a write leaves them out.
    else if (REMEMBERED.has(target.resource))
      memory.set(pathOf(target), withAt(object, ['metadata', 'managedFields'], undefined))
    copies.seen(target, object)
  }
  const recall = (target: Target) => {
    if (!REMEMBERED.has(target.resource)) return undefined
    const [own, watched] = [memory.get(pathOf(target)), copies.copyOf(target)]
    return own && watched ? (isNewer(watched, own) ? watched : own) : (own ?? watched)
  }
  const read = async (target: Target, signal: AbortSignal) => {
    try {
      const object = await api.json('get', target, { signal })
      remember(target, object)
      return object
    } catch (error) {
      if (!isStatus(error, 404)) throw error
      remember(target, null)
      return null
    }
  }
  const need = async (target: Target, signal: AbortSignal) => {
    const object = await read(target, signal)
    if (object) return object
    throw new ClusterError('refused', `There is no ${describeTarget(target)}.`, { status: 404 })
  }
  return {
    read,
    recall,
    async edit(target, context, change, options = {}) {
      let known = options.fromMemory ? recall(target) : undefined
      for (let attempt = 1; ; attempt++) {
        const remembered = known !== undefined
        const current = known ?? (await need(target, context.signal))
        known = undefined
        const wanted = wantedOf(target, current, context, change, options, remembered)
        if (wanted === 'look again') continue
        if (wanted === 'nothing') return current
        if ('stillOn' in context && tokenNumber(current) === 0) await context.stillOn()
        try {
          const written = await write(api, target, current, wanted, options, context.signal)
          remember(target, written)
          onWrite(`${options.by === 'put' ? 'update' : 'patch'} ${describeTarget(target)}`)
          return written
        } catch (error) {
          memory.delete(pathOf(target))
          const again = isStatus(error, 409) || (remembered && isStatus(error, 404))
          if (!again || attempt >= CONFLICTS_TRIED) throw error
        }
      }
    },
    async create(target, body, context) {
      const ask: Ask = { body: stamped(body, context), signal: context.signal }
      try {
        const created = await api.json('create', { ...target, name: null }, ask)
        remember(target, created)
        onWrite(`create ${describeTarget(target)}`)
        return created
      } catch (error) {
        if (isStatus(error, 409)) return null
        throw error
      }
    },
    remove: (target, context) => remove(api, target, context, read, remember, onWrite),
  }
}

/**
 * What to write. A copy from memory may be old: it may be the base of a write (the server checks its resourceVersion),
 * but not of the conclusion that nothing needs writing or that we are fenced or refused.
 */
function wantedOf(
  target: Target,
  current: JsonObject,
  context: WriteContext,
  change: (current: JsonObject) => JsonObject,
  options: EditOptions,
  remembered: boolean,
): JsonObject | 'nothing' | 'look again' {
  try {
    refuseIfFenced(target, current, context)
    const changed = change(current)
    const stampOnly = options.alwaysStamp === true && !isStamped(current, context)
    if (!stampOnly && !mergeDiff(current, changed)) return remembered ? 'look again' : 'nothing'
    return options.unstamped ? changed : stamped(changed, context)
  } catch (error) {
    if (remembered && error instanceof ClusterError) return 'look again'
    throw error
  }
}

async function write(
  api: ApiClient,
  target: Target,
  current: JsonObject,
  wanted: JsonObject,
  options: EditOptions,
  signal: AbortSignal,
): Promise<JsonObject> {
  if (options.by === 'put') return api.json('update', target, { body: wanted, signal })
  const diff = mergeDiff(current, wanted)
  if (!diff) return current
  const resourceVersion = textAt(current, 'metadata', 'resourceVersion')
  return api.json('patch', target, { body: withAt(diff, ['metadata', 'resourceVersion'], resourceVersion), signal })
}

async function remove(
  api: ApiClient,
  target: Target,
  context: WriteContext,
  read: Objects['read'],
  remember: Remember,
  onWrite: (what: string) => void,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const current = await read(target, context.signal)
    if (!current) return false
    refuseIfFenced(target, current, context)
    const preconditions = {
      uid: textAt(current, 'metadata', 'uid'),
      resourceVersion: textAt(current, 'metadata', 'resourceVersion'),
    }
    try {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: 'Background', preconditions }
      await api.json('delete', target, { body, signal: context.signal })
      remember(target, null)
      onWrite(`delete ${describeTarget(target)}`)
      return true
    } catch (error) {
      if (isStatus(error, 404)) return false
      if (!isStatus(error, 409) || attempt >= CONFLICTS_TRIED) throw error
    }
  }
}
