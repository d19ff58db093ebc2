/** The ports of one incarnation: each write is a place to die at, and nothing is answered to the dead. */
import { Agent, type Dispatcher } from 'undici'
import type { credentialsOf } from '../../src/adapters/kubernetes/credentials.ts'
import type { Chat } from '../../src/ports/chat.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Journal } from '../../src/ports/journal.ts'
import type { Queue } from '../../src/ports/queue.ts'
import type { Store } from '../../src/ports/store.ts'
import type { Life } from './life.ts'

export function mortalStore(life: Life, store: Store): Store {
  return {
    create: (...args) => life.write(`store create ${args[0].id}`, () => store.create(...args)),
    nextNumber: (...args) => life.write('store nextNumber', () => store.nextNumber(...args)),
    save: (...args) => life.write(`store save ${args[0].id}`, () => store.save(...args)),
    saveTold: (...args) => life.write('store saveTold', () => store.saveTold(...args)),
    block: (...args) => life.write('store block', () => store.block(...args)),
    unblock: (...args) => life.write('store unblock', () => store.unblock(...args)),
    load: (...args) => life.read(() => store.load(...args)),
    timeline: (...args) => life.read(() => store.timeline(...args)),
    live: (...args) => life.read(() => store.live(...args)),
    open: () => life.read(() => store.open()),
    latest: (...args) => life.read(() => store.latest(...args)),
    durations: (...args) => life.read(() => store.durations(...args)),
    blocked: (...args) => life.read(() => store.blocked(...args)),
    told: (...args) => life.read(() => store.told(...args)),
    close: async () => {},
  }
}

export function mortalQueue(life: Life, queue: Pick<Queue, 'add' | 'interrupt' | 'work'>): Queue {
  return {
    add: (job) => life.write(`queue ${job.kind}`, () => queue.add(job)),
    interrupt: (...args) => life.read(() => queue.interrupt(...args)),
    work: (handlers) => life.read(() => queue.work(handlers)),
    close: async () => {},
  }
}

export function mortalChat(life: Life, chat: Chat): Chat {
  return {
    post: (...args) => life.write(`slack post ${args[1].key}`, () => chat.post(...args)),
    update: (...args) => life.write(`slack update ${args[1].ts}`, () => chat.update(...args)),
    find: (...args) => life.read(() => chat.find(...args)),
  }
}

export function mortalJournal(life: Life, name: string, journal: Journal): Journal {
  return { append: (...args) => life.write(name, () => journal.append(...args)) }
}

/** Its timers go with it. `waits`: is there any? */
export function mortalClock(life: Life, clock: Clock): { readonly clock: Clock; waits(): boolean } {
  const waiting = new Set<object>()
  return {
    waits: () => !life.isDead() && waiting.size > 0,
    clock: {
      now: clock.now,
      toRealMs: clock.toRealMs,
      schedule(at, run) {
        const token = {}
        if (life.isDead()) return () => {}
        waiting.add(token)
        const cancel = clock.schedule(at, () => {
          waiting.delete(token)
          run()
        })
        life.onDeath(cancel)
        return () => {
          waiting.delete(token)
          cancel()
        }
      },
    },
  }
}

/** The API server at `server`, request by request: what the dead send does not leave, what they are answered does not arrive. */
export function mortalLogin(life: Life, server: string): typeof credentialsOf {
  return async () => {
    const agent = new Agent()
    const dispatcher = agent.compose((dispatch) => (options, handler) => {
      const isWrite = options.method !== 'GET' && !String(options.path).includes('dryRun')
      const what = `cluster ${options.method} ${String(options.path).replace(/\?.*/, '')}`
      const sent = () => carried(dispatch, options, handler)
      void (isWrite ? life.write(what, sent) : life.read(sent)).then((answer) => answer())
      return true
    })
    return {
      server,
      inCluster: false,
      login: async () => ({ headers: {}, dispatcher }),
      close: () => agent.close(),
    }
  }
}

type Handler = Dispatcher.DispatchHandler

/** Resolves when the answer is complete, with what hands it on to whoever asked. */
function carried(
  dispatch: Dispatcher['dispatch'],
  options: Dispatcher.DispatchOptions,
  handler: Handler,
): Promise<() => void> {
  return new Promise((resolve) => {
    const late: (() => void)[] = []
    const settle = () =>
      resolve(() => {
        for (const step of late) step()
      })
    dispatch(options, {
      onRequestStart: (controller, context) => handler.onRequestStart?.(controller, context),
      onResponseStart: (...args) => void late.push(() => handler.onResponseStart?.(...args)),
      onResponseData: (...args) => void late.push(() => handler.onResponseData?.(...args)),
      onResponseEnd(...args) {
        late.push(() => handler.onResponseEnd?.(...args))
        settle()
      },
      onResponseError(...args) {
        late.push(() => handler.onResponseError?.(...args))
        settle()
      },
    })
  })
}
