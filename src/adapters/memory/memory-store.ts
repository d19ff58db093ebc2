/** The Store port in memory, for rehearsals and stories: nothing outlives the process. */
import { type Block, blockKey, blockOf } from '../../playbook/block.ts'
import type { Deployment, TimelineEntry } from '../../playbook/deployment.ts'
import { type Store, StoreUnavailable, type Told } from '../../ports/store.ts'
import { frozenCopy } from './frozen-copy.ts'
import { DURATIONS_KEPT, newestFirst, recordFacts } from './record-facts.ts'

interface Shelf {
  deployment: Deployment
  readonly timeline: TimelineEntry[]
  told: Told | undefined
}

/** What is known of one service beside its records. */
interface ServiceShelf {
  lastNumber: number
  live: string | undefined
  latest: string | undefined
  /** Newest first. */
  completed: { readonly id: string; readonly ms: number }[]
  readonly blocked: Map<string, Block>
}

/**
 * A store whose records are frozen copies: changing what was handed in, or what came out, changes nothing here. Every
 * call throws StoreUnavailable after `close`.
 */
export function memoryStore(): Store {
  const shelves = new Map<string, Shelf>()
  const services = new Map<string, ServiceShelf>()
  let closed = false

  const serviceShelf = (service: string): ServiceShelf => {
    const known = services.get(service)
    if (known) return known
    const fresh: ServiceShelf = { lastNumber: 0, live: undefined, latest: undefined, completed: [], blocked: new Map() }
    services.set(service, fresh)
    return fresh
  }

  /** Runs in one go, as a Redis script does: nothing else happens between its lines. */
  const atOnce = async <T>(run: () => T): Promise<T> => {
    if (closed) throw new StoreUnavailable('The store is closed.')
    return run()
  }

  return {
    create: (deployment, entries) =>
      atOnce(() => {
        const service = serviceShelf(deployment.service)
        if (service.live !== undefined) return { live: service.live }
        if (shelves.has(deployment.id)) throw new Error(`Deployment ${deployment.id} is recorded already.`)
        const shelf: Shelf = {
          deployment: frozenCopy(deployment),
          timeline: entries.map((entry) => frozenCopy(entry)),
          told: undefined,
        }
        shelves.set(deployment.id, shelf)
        service.latest = deployment.id
        index(service, shelf.deployment)
        return 'created'
      }),
    nextNumber: (service) => atOnce(() => ++serviceShelf(service).lastNumber),
    load: (id) => atOnce(() => shelves.get(id)?.deployment),
    save: (deployment, entries, expected) =>
      atOnce(() => {
        const shelf = shelves.get(deployment.id)
        if (shelf?.deployment.revision !== expected) return 'conflict'
        shelf.deployment = frozenCopy(deployment)
        shelf.timeline.push(...entries.map((entry) => frozenCopy(entry)))
        const service = serviceShelf(deployment.service)
        index(service, shelf.deployment)
        const block = blockOf(shelf.deployment)
        if (block) service.blocked.set(blockKey(block), block)
        return 'saved'
      }),
    timeline: (id, from = 0) => atOnce(() => shelves.get(id)?.timeline.slice(from) ?? []),
    live: (service) => atOnce(() => services.get(service)?.live),
    open: () =>
      atOnce(() =>
        [...shelves.values()]
          .filter((one) => recordFacts(one.deployment).open || one.timeline.length > (one.told?.cursor ?? 0))
          .map((one) => one.deployment.id),
      ),
    latest: (service) => atOnce(() => services.get(service)?.latest),
    durations: (service) => atOnce(() => services.get(service)?.completed.map((one) => one.ms) ?? []),
    blocked: (service) => atOnce(() => newestFirst([...(services.get(service)?.blocked.values() ?? [])])),
    block: (block) => atOnce(() => void serviceShelf(block.service).blocked.set(blockKey(block), frozenCopy(block))),
    unblock: (block) => atOnce(() => serviceShelf(block.service).blocked.delete(blockKey(block))),
    told: (id) => atOnce(() => shelves.get(id)?.told),
    saveTold: (id, told) =>
      atOnce(() => {
        const shelf = shelves.get(id)
        if (shelf) shelf.told = frozenCopy(told)
      }),
    close: async () => {
      closed = true
    },
  }
}

/** Brings the service's lock and durations up to date with a record just written. */
function index(service: ServiceShelf, deployment: Deployment): void {
  const facts = recordFacts(deployment)
  // Somebody else's lock is respected both ways: neither taken over nor released.
  if (facts.live) service.live ??= deployment.id
  else if (service.live === deployment.id) service.live = undefined

  const known = service.completed.some((one) => one.id === deployment.id)
  if (facts.completedMs === null) service.completed = service.completed.filter((one) => one.id !== deployment.id)
  else if (!known)
    service.completed = [{ id: deployment.id, ms: facts.completedMs }, ...service.completed].slice(0, DURATIONS_KEPT)
}
