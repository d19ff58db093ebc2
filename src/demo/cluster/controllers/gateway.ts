/**
 * The Gateway (or mesh) behind HTTPRoutes: a while after a change it takes the route and says so in its status, at the
 * generation it has taken. Until then it goes by the one before.
 */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { HttpRoute, ParentRef } from '../store/kube-objects.ts'
import { type Controller, keyOf, type LookAgain } from './reconciler.ts'

export interface Gateways {
  readonly controller: Controller
  /** The routes of a namespace as they are followed now. */
  taken(namespace: string): readonly HttpRoute[]
}

const CONTROLLER_NAME = 'tminus.test/gateway'

export function gateways(context: ClusterContext, again: LookAgain): Gateways {
  const { store, clock, timings } = context
  const followed = new Map<string, HttpRoute>()
  const due = new Map<string, { readonly generation: number; readonly at: number }>()
  const take = (route: HttpRoute) => {
    const { uid, generation = 1 } = route.metadata
    due.delete(uid)
    followed.set(uid, route)
    const missing = missingBackends(context, route)
    const condition = (type: string, ok: boolean, reason: string) => ({
      type,
      status: ok ? ('True' as const) : ('False' as const),
      reason,
      message: ok ? '' : `no Service ${missing.join(', ')}`,
      lastTransitionTime: timestamp(clock.now()),
      observedGeneration: generation,
    })
    const conditions = [
      condition('Accepted', true, 'Accepted'),
      condition('ResolvedRefs', missing.length === 0, missing.length === 0 ? 'ResolvedRefs' : 'BackendNotFound'),
    ]
    const parents = (route.spec.parentRefs ?? [])
      .filter((parent) => isThere(context, route, parent))
      .map((parentRef) => ({ parentRef, controllerName: CONTROLLER_NAME, conditions }))
    if (parents.length > 0) store.put('httproutes', { ...route, status: { parents } })
  }
  return {
    controller: {
      concerns: ({ type, resource, object }) => {
        if (resource !== 'httproutes') return []
        if (type === 'DELETED') followed.delete(object.metadata.uid)
        return [keyOf(object)]
      },
      reconcile: ({ namespace, name }) => {
        const route = store.get('httproutes', namespace, name)
        if (!route) return
        const { uid, generation = 1 } = route.metadata
        if (followed.get(uid)?.metadata.generation === generation) return
        const waiting = due.get(uid)
        const at = waiting?.generation === generation ? waiting.at : clock.now() + timings.gatewayMs
        if (at <= clock.now()) return take(route)
        due.set(uid, { generation, at })
        again(at, route)
      },
    },
    taken: (namespace) => [...followed.values()].filter(({ metadata }) => metadata.namespace === namespace),
  }
}

/** Gateways are not served here: all of them are. Of a mesh, only Services that are there. */
function isThere({ store }: ClusterContext, { metadata }: HttpRoute, { kind, namespace, name }: ParentRef): boolean {
  return kind !== 'Service' || store.get('services', namespace ?? metadata.namespace, name) !== undefined
}

function missingBackends({ store }: ClusterContext, { metadata, spec }: HttpRoute): readonly string[] {
  const names = (spec.rules ?? []).flatMap((rule) => (rule.backendRefs ?? []).map(({ name }) => name))
  return names.filter((name) => !store.get('services', metadata.namespace, name))
}
