/**
 * Plays the Gateway of a control plane on which nobody follows HTTPRoutes: a moment after each change it writes the status
 * that says which generation was taken. A parent that is a Service which is not there is answered by nobody.
 */
import { type ApiClient, apiClient } from '../../src/adapters/kubernetes/api-client.ts'
import { credentialsOf } from '../../src/adapters/kubernetes/credentials.ts'
import { type JsonObject, listAt, numberAt, textAt } from '../../src/adapters/kubernetes/json.ts'
import type { Target } from '../../src/adapters/kubernetes/target.ts'

/** Between two looks, and so the least lag of an answer, ms. */
const LOOK_EVERY_MS = 50

const ROUTES: Target = {
  group: 'gateway.networking.k8s.io',
  version: 'v1',
  resource: 'httproutes',
  namespace: null,
  name: null,
}

export interface Gateway {
  stop(): Promise<void>
}

export async function followHttpRoutes(kubeconfigPath: string): Promise<Gateway> {
  const credentials = await credentialsOf(kubeconfigPath, null)
  const api = apiClient(credentials, 20_000)
  // Answered at the look after the one that saw it: never within the write's own moment.
  let seen = new Set<string>()
  let looking: Promise<void> = Promise.resolve()
  const look = async () => {
    const { items } = await api.list(ROUTES)
    const changed = items.filter(isUnanswered)
    for (const route of changed) if (seen.has(versionOf(route))) await answer(api, route)
    seen = new Set(changed.map(versionOf))
  }
  const timer = setInterval(() => {
    // A route that was changed or deleted meanwhile is looked at again.
    looking = looking.then(look).catch(() => undefined)
  }, LOOK_EVERY_MS)
  return {
    async stop() {
      clearInterval(timer)
      await looking
      await credentials.close()
    },
  }
}

function versionOf(route: JsonObject): string {
  return `${textAt(route, 'metadata', 'uid')} ${numberAt(route, 'metadata', 'generation')}`
}

function parentsOf(route: JsonObject): readonly unknown[] {
  return listAt(route, 'spec', 'parentRefs').filter((parent) => textAt(parent, 'kind') !== 'Service')
}

function isUnanswered(route: JsonObject): boolean {
  const generation = numberAt(route, 'metadata', 'generation')
  const answers = listAt(route, 'status', 'parents')
  const taken = answers.every((row) => numberAt(listAt(row, 'conditions')[0], 'observedGeneration') === generation)
  return parentsOf(route).length > 0 && (answers.length === 0 || !taken)
}

async function answer(api: ApiClient, route: JsonObject): Promise<void> {
  const target = {
    ...ROUTES,
    namespace: textAt(route, 'metadata', 'namespace') ?? '',
    name: textAt(route, 'metadata', 'name') ?? '',
    subresource: 'status',
  }
  const status = statusOf(parentsOf(route), numberAt(route, 'metadata', 'generation') ?? 0)
  await api.json('patch', target, { body: { status } })
}

/** What a Gateway that took everything says of a route. */
export function statusOf(parents: readonly unknown[], observedGeneration: number) {
  const condition = (type: string) => ({
    type,
    status: 'True',
    reason: type,
    message: '',
    observedGeneration,
    lastTransitionTime: '2026-01-01T00:00:00Z',
  })
  const conditions = [condition('Accepted'), condition('ResolvedRefs')]
  return { parents: parents.map((parentRef) => ({ parentRef, controllerName: 'tminus.test/gateway', conditions })) }
}
