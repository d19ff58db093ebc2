/** Watches: the objects as they are, then every change, one JSON document per line, for as long as the client listens. */
import type { ClusterContext } from '../cluster-context.ts'
import { ApiError, statusOf } from '../store/api-error.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { StoreEvent } from '../store/object-store.ts'
import { apiVersionOf, type ResourceDefinition } from '../store/resources.ts'
import type { Matcher } from '../store/selectors.ts'
import type { Exchange } from './exchange.ts'

export interface WatchRequest {
  readonly definition: ResourceDefinition
  readonly namespace: string | undefined
  readonly matches: Matcher
  /** How an object is written: as it is, or as a Table. */
  readonly write: (object: KubeObject) => unknown
}

/** A watcher that allowed bookmarks gets one when it has seen nothing for this many changes of the cluster. */
const BOOKMARK_EVERY = 100

/** Streams until the client goes or `timeoutSeconds` (deployment time) are over. Returns what ends it from our side. */
export function streamWatch(context: ClusterContext, exchange: Exchange, request: WatchRequest): () => void {
  const { store, clock } = context
  const { query, response } = exchange
  const bookmarks = query.get('allowWatchBookmarks') === 'true'
  const send = (type: string, object: unknown) => void response.write(`${JSON.stringify({ type, object })}\n`)
  let seen = store.version()
  const bookmark = (annotations?: Readonly<Record<string, string>>) => {
    seen = store.version()
    send('BOOKMARK', bookmarkOf(request.definition, seen, annotations))
  }
  const forward = (event: StoreEvent) => {
    const change = visibleChange(event, request)
    if (change) {
      seen = event.version
      send(change.type, request.write(change.object))
    } else if (bookmarks && event.version - seen >= BOOKMARK_EVERY) bookmark()
  }
  response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-cache, private' })
  response.flushHeaders()
  const from = query.get('resourceVersion') ?? ''
  const initial = from === '' || from === '0' || query.get('sendInitialEvents') === 'true'
  if (initial) {
    const objects = store.list(request.definition.plural, request.namespace).filter(request.matches)
    for (const object of objects) send('ADDED', request.write(object))
    if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' })
  } else {
    const past = store.since(Number(from))
    if (!past) {
      send('ERROR', statusOf(new ApiError(410, 'Expired', `too old resource version: ${from} (${store.version()})`)))
      response.end()
      return () => {}
    }
    for (const event of past) forward(event)
  }
  return follow({ context, exchange, forward, now: clock.now() })
}

interface Following {
  readonly context: ClusterContext
  readonly exchange: Exchange
  readonly forward: (event: StoreEvent) => void
  readonly now: number
}

function follow({ context, exchange, forward, now }: Following): () => void {
  const { response, query } = exchange
  const unsubscribe = context.store.subscribe(forward)
  const seconds = Number(query.get('timeoutSeconds') ?? 0)
  const end = () => void response.end()
  const cancel = seconds > 0 ? context.clock.schedule(now + seconds * 1000, end) : () => {}
  response.on('close', () => {
    unsubscribe()
    cancel()
  })
  return () => void response.destroy()
}

function bookmarkOf(definition: ResourceDefinition, version: number, annotations?: Readonly<Record<string, string>>) {
  const metadata = { resourceVersion: String(version), ...(annotations ? { annotations } : {}) }
  return { kind: definition.kind, apiVersion: apiVersionOf(definition), metadata }
}

/** The change as this watcher sees it: an object that comes to match is ADDED, one that no longer does is DELETED. */
function visibleChange(event: StoreEvent, { definition, namespace, matches }: WatchRequest) {
  if (event.resource !== definition.plural) return undefined
  if (namespace !== undefined && event.object.metadata.namespace !== namespace) return undefined
  const now = event.type !== 'DELETED' && matches(event.object)
  const before = event.previous !== undefined && matches(event.previous)
  if (!now && !before) return undefined
  const type = now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED'
  return { type, object: event.object }
}
