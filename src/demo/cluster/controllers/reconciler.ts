/**
 * The work queue of the controllers: a change marks what must be looked at, and after `controllerMs` all that is marked
 * is brought one step nearer to what it should be. With 0 the work is done within the write that caused it.
 */
import type { ClusterContext } from '../cluster-context.ts'
import type { KubeObject } from '../store/object-meta.ts'
import type { StoreEvent } from '../store/object-store.ts'

export interface ObjectKey {
  readonly namespace: string | undefined
  readonly name: string
}

/** One controller: which objects a change concerns, and what to do about one of them. */
export interface Controller {
  readonly concerns: (event: StoreEvent) => readonly ObjectKey[]
  readonly reconcile: (key: ObjectKey) => void
}

/** Looks at an object again at a moment (ms); a newer moment replaces the one before, undefined takes it back. */
export type LookAgain = (at: number | undefined, object: KubeObject) => void

export interface Reconciler {
  /** Looks at an object again later, as after a deadline. */
  enqueue(controller: Controller, key: ObjectKey): void
  stop(): void
}

export function startReconciler(context: ClusterContext, controllers: () => readonly Controller[]): Reconciler {
  const { store, clock, timings } = context
  const marked = new Map<Controller, Map<string, ObjectKey>>()
  let cancel: (() => void) | undefined
  let working = false

  const round = () => {
    for (const [controller, keys] of [...marked]) {
      marked.delete(controller)
      for (const key of keys.values()) controller.reconcile(key)
    }
  }
  const work = () => {
    cancel = undefined
    if (working) return
    working = true
    try {
      do round()
      while (timings.controllerMs <= 0 && marked.size > 0)
    } finally {
      working = false
    }
    if (marked.size > 0) wake()
  }
  const wake = () => {
    if (working || cancel) return
    if (timings.controllerMs <= 0) work()
    else cancel = clock.schedule(clock.now() + timings.controllerMs, work)
  }
  const mark = (controller: Controller, key: ObjectKey) => {
    const keys = marked.get(controller) ?? new Map<string, ObjectKey>()
    marked.set(controller, keys.set(`${key.namespace ?? ''}/${key.name}`, key))
  }
  const unsubscribe = store.subscribe((event) => {
    for (const controller of controllers()) for (const key of controller.concerns(event)) mark(controller, key)
    if (marked.size > 0) wake()
  })
  return {
    enqueue: (controller, key) => {
      mark(controller, key)
      wake()
    },
    stop: () => {
      unsubscribe()
      cancel?.()
    },
  }
}

export function keyOf(object: {
  readonly metadata: { readonly namespace?: string; readonly name: string }
}): ObjectKey {
  return { namespace: object.metadata.namespace, name: object.metadata.name }
}
