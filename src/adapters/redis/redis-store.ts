/** The Store port on Redis: record, timeline, lock and indexes under one hash tag, written in one go. */
import type { Redis } from 'ioredis'
import { z } from 'zod'
import { blockKey, blockOf } from '../../playbook/block.ts'
import type { Deployment } from '../../playbook/deployment.ts'
import type { Store } from '../../ports/store.ts'
import { DURATIONS_KEPT, newestFirst, recordFacts } from '../memory/record-facts.ts'
import { answerInTime } from './answer-in-time.ts'
import { connectRedis } from './connect-redis.ts'
import { packed, unpackBlock, unpackEntry, unpackRecord, unpackTold } from './record-schema.ts'
import { runScript } from './redis-script.ts'
import { CREATE, SAVE, SAVE_TOLD } from './store-scripts.ts'

export interface RedisStoreSettings {
  readonly url: string
  /** In front of every key. The braces make it one hash tag: all keys in one slot of a Redis Cluster. Default `{tminus}`. */
  readonly prefix?: string
  /** Every call has answered, or thrown StoreUnavailable, after so many real ms. Default 500. */
  readonly commandTimeoutMs?: number
  /** Hears of each outage once. */
  readonly onError?: (error: unknown) => void
}

const CREATED = z.tuple([z.enum(['created', 'taken', 'live'])], z.string())
const SAVED = z.enum(['saved', 'conflict'])

/** Connects by itself, now and after each loss. Reads throw UnreadableRecord for what was not written by this version. */
export function redisStore(settings: RedisStoreSettings): Store {
  const { url, prefix = '{tminus}', commandTimeoutMs = 500, onError = () => {} } = settings
  const redis = connectRedis(url, 'answer', onError)
  const ask = <T>(run: () => Promise<T>) => answerInTime(redis, commandTimeoutMs, run)
  const keys = storeKeys(prefix)

  return {
    create: async (deployment, entries) => {
      const { service, id } = deployment
      const reply = await ask(() =>
        runScript(
          redis,
          CREATE,
          [...keys.written(deployment), keys.latest(service)],
          [...written(deployment), ...entries.map(packed)],
        ),
      )
      const [outcome, live] = CREATED.parse(reply)
      if (outcome === 'taken') throw new Error(`Deployment ${id} is recorded already.`)
      return outcome === 'live' && live !== undefined ? { live } : 'created'
    },
    nextNumber: (service) => ask(() => redis.incr(keys.number(service))),
    load: async (id) => {
      const stored = await ask(() => redis.hget(keys.record(id), 'json'))
      return stored === null ? undefined : unpackRecord(stored, `The record of ${id}`)
    },
    save: async (deployment, entries, expected) =>
      SAVED.parse(
        await ask(() =>
          runScript(
            redis,
            SAVE,
            [...keys.written(deployment), keys.blocked(deployment.service)],
            [...written(deployment), expected, ...blocking(deployment), ...entries.map(packed)],
          ),
        ),
      ),
    timeline: async (id, from = 0) => {
      const stored = await ask(() => redis.lrange(keys.timeline(id), from, -1))
      return stored.map((line, i) => unpackEntry(line, `Entry ${from + i} of ${id}`))
    },
    live: (service) => known(ask(() => redis.get(keys.live(service)))),
    open: () => ask(() => redis.zrange(keys.open, 0, '-1')),
    latest: (service) => known(ask(() => redis.get(keys.latest(service)))),
    durations: async (service) => {
      const lines = await ask(() => redis.lrange(keys.completed(service), 0, DURATIONS_KEPT - 1))
      return lines.map((line) => Number(line.split(' ')[1]))
    },
    blocked: async (service) => {
      const stored = await ask(() => redis.hvals(keys.blocked(service)))
      return newestFirst(stored.map((line) => unpackBlock(line, `A block of ${service}`)))
    },
    block: async (block) => {
      await ask(() => redis.hset(keys.blocked(block.service), blockKey(block), packed(block)))
    },
    unblock: async (block) => (await ask(() => redis.hdel(keys.blocked(block.service), blockKey(block)))) > 0,
    told: async (id) => {
      const stored = await ask(() => redis.get(keys.told(id)))
      return stored === null ? undefined : unpackTold(stored, `What was told of ${id}`)
    },
    saveTold: async (id, told) => {
      await ask(() => runScript(redis, SAVE_TOLD, keys.retold(id), [id, packed(told), told.cursor]))
    },
    close: () => closed(redis),
  }
}

function storeKeys(prefix: string) {
  const record = (id: string) => `${prefix}:record:${id}`
  const timeline = (id: string) => `${prefix}:timeline:${id}`
  const live = (service: string) => `${prefix}:live:${service}`
  const completed = (service: string) => `${prefix}:completed:${service}`
  const told = (id: string) => `${prefix}:told:${id}`
  const open = `${prefix}:open`
  return {
    record,
    timeline,
    live,
    completed,
    open,
    told,
    latest: (service: string) => `${prefix}:latest:${service}`,
    blocked: (service: string) => `${prefix}:blocked:${service}`,
    number: (service: string) => `${prefix}:number:${service}`,
    /** The keys of a write, in the scripts' order. */
    written: ({ id, service }: Deployment) => [record(id), timeline(id), open, live(service), completed(service)],
    retold: (id: string) => [record(id), timeline(id), open, told(id)],
  }
}

/** The arguments of a write, in the scripts' order. */
function written(deployment: Deployment): (string | number)[] {
  const { live, open, completedMs } = recordFacts(deployment)
  const { id, revision, createdAt } = deployment
  return [id, revision, packed(deployment), Number(live), Number(open), completedMs ?? '', createdAt, DURATIONS_KEPT]
}

/** What a save blocks, in the script's order; two empty texts: nothing. */
function blocking(deployment: Deployment): [string, string] {
  const block = blockOf(deployment)
  return block ? [blockKey(block), packed(block)] : ['', '']
}

async function known(answer: Promise<string | null>): Promise<string | undefined> {
  return (await answer) ?? undefined
}

/** Lets what is under way finish; a Redis that is down is left at once. */
async function closed(redis: Redis): Promise<void> {
  if (redis.status === 'ready') await redis.quit().catch(() => {})
  redis.disconnect()
}
