/**
 * The bot in a process of its own, for stories that kill it. It kills itself, as `kill -9` does, at the very save of the
 * record that it was told of: before it (the world is changed, nothing is recorded) or after it (recorded, and nothing
 * that follows from it is queued).
 */
import { redisStore } from '../../src/adapters/redis/redis-store.ts'
import { runBot } from '../../src/commands/run-bot.ts'
import { simulatedOutside } from '../../src/demo/outside.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { anchoredClock } from './anchored-clock.ts'
import { type Papers, SILENT } from './papers.ts'

export interface Orders extends Papers {
  /** `after save-name` or `before save-name`; see `nameOf`. Null: lives on. */
  readonly die: string | null
}

/** How a save is called: the step that was done by it, or where the way back stands. */
export function nameOf(before: Deployment | undefined, saved: Deployment): string {
  if (saved.status === 'going-back') return `way-back-${saved.goingBack?.step ?? 0}`
  if (saved.status === 'rolled-back') return 'rolled-back'
  return before !== undefined && before.step !== saved.step ? before.step : 'nothing'
}

async function live(orders: Orders): Promise<void> {
  const clock = anchoredClock(orders.anchor, orders.factor)
  const store = redisStore({ url: orders.config.redisUrl, prefix: orders.prefix })
  const known = new Map<string, Deployment>()
  const dieAt = (when: string, name: string) => {
    if (orders.die === `${when} ${name}`) process.kill(process.pid, 'SIGKILL')
  }
  const bot = await runBot(orders.config, {
    clock,
    log: SILENT,
    prefix: orders.prefix,
    replace: {
      ...simulatedOutside({ services: orders.config.services, host: orders.outsideHost, clock }),
      store: {
        ...store,
        async load(id) {
          const deployment = await store.load(id)
          if (deployment) known.set(id, deployment)
          return deployment
        },
        async save(deployment, entries, expected) {
          const name = nameOf(known.get(deployment.id), deployment)
          dieAt('before', name)
          const result = await store.save(deployment, entries, expected)
          if (result === 'saved') dieAt('after', name)
          process.send?.('saved')
          return result
        },
      },
    },
  })
  if ('refused' in bot) throw new Error(bot.refused)
  process.send?.('ready')
}

// A spare one waits here, with everything loaded, until it gets its orders.
process.once('message', (orders) => void live(orders as Orders))
process.once('disconnect', () => process.exit())
