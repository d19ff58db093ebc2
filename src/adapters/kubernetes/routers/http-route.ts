/**
 * The two backends of an HTTPRoute's rule (Gateway API). Its parents are Gateways, or the Service itself in a mesh such as
 * Linkerd; whoever follows the route says in its status which generation has been taken.
 */
import type { RouterSettings, Service } from '../../../playbook/service.ts'
import { at, type JsonObject, listAt, numberAt, textAt } from '../json.ts'
import { HTTP_ROUTES } from './route-kinds.ts'
import { type Backends, weightedBackends } from './weighted-backends.ts'
import type { WeightedRouter } from './weighted-router.ts'

export type GatewaySettings = Extract<RouterSettings, { readonly kind: 'gateway-api' }>

export function httpRouteRouter(service: Service, router: GatewaySettings): WeightedRouter {
  const title = `HTTPRoute "${router.httpRoute}"`
  return {
    title,
    kind: HTTP_ROUTES,
    name: router.httpRoute,
    by: 'put',
    ownedAt: ['f:spec', 'f:rules'],
    ...weightedBackends({
      place: `The rule of ${title}`,
      row: 'backend',
      // Istio counts a missing weight as 0, the Gateway API as 1.
      absent: 1,
      find: (object) => find(service, router, title, object),
    }),
    pending: (object) => whyPending(title, service.namespace, object),
  }
}

function find(service: Service, router: GatewaySettings, title: string, object: JsonObject): Backends | string {
  const rules = listAt(object, 'spec', 'rules')
  const rowOf = (rule: unknown, name: string) =>
    listAt(rule, 'backendRefs').findIndex((row) => isService(row, name, service.namespace))
  const hasBoth = (rule: unknown) => rowOf(rule, router.stable) >= 0 && rowOf(rule, router.canary) >= 0
  // With a single rule the sentence below can say which backend is missing.
  const fits = (rule: unknown) =>
    router.rule === undefined ? rules.length === 1 || hasBoth(rule) : textAt(rule, 'name') === router.rule
  const candidates = rules.flatMap((rule, index) => (fits(rule) ? [index] : []))
  const [chosen] = candidates
  if (chosen === undefined) {
    return router.rule === undefined
      ? `${title} has no rule with both "${router.stable}" and "${router.canary}" among its backends.`
      : `${title} has no rule named "${router.rule}".`
  }
  if (candidates.length > 1) {
    return router.rule === undefined
      ? `${title} has ${candidates.length} rules with both "${router.stable}" and "${router.canary}"; name the one to use in the catalogue (router.rule).`
      : `${title} has ${candidates.length} rules named "${router.rule}".`
  }
  const [stable, canary] = [rowOf(rules[chosen], router.stable), rowOf(rules[chosen], router.canary)]
  const missing = [stable < 0 ? router.stable : '', canary < 0 ? router.canary : ''].filter((name) => name !== '')
  if (missing.length > 0) {
    return `The rule of ${title} has no backend ${missing.map((name) => `Service "${name}"`).join(' and ')}.`
  }
  if (stable === canary) return `${title}: "${router.stable}" and "${router.canary}" are one backend.`
  return { path: ['spec', 'rules', chosen, 'backendRefs'], stable, canary }
}

function isService(row: unknown, name: string, namespace: string): boolean {
  const isKind = (textAt(row, 'kind') ?? 'Service') === 'Service' && isCore(textAt(row, 'group') ?? '')
  return isKind && textAt(row, 'name') === name && (textAt(row, 'namespace') ?? namespace) === namespace
}

/** The core group is written empty by some, `core` by others (Linkerd). */
function isCore(group: unknown): boolean {
  return group === '' || group === 'core'
}

/** Both must be true of the present generation before the weights can be said to flow. */
const CONDITIONS = ['Accepted', 'ResolvedRefs'] as const

function whyPending(title: string, namespace: string, route: JsonObject): string | undefined {
  const parents = listAt(route, 'spec', 'parentRefs')
  if (parents.length === 0) return `${title} names no parent (spec.parentRefs): nobody follows it.`
  for (const parent of parents) {
    const answers = listAt(route, 'status', 'parents').filter(
      (row) => sameParent(row, parent, namespace) && textAt(row, 'controllerName') !== undefined,
    )
    const named = `${title} at ${textAt(parent, 'kind') ?? 'Gateway'} "${textAt(parent, 'name')}"`
    if (answers.length === 0) return `${named}: no controller has answered yet.`
    // A controller that is gone leaves its last word behind: one that has taken the route is enough.
    const reasons = answers.map((answer) => whyNotTaken(answer, numberAt(route, 'metadata', 'generation') ?? 0))
    const [reason] = reasons
    if (reason !== undefined && reasons.every((why) => why !== undefined)) return `${named}: ${reason}.`
  }
  return undefined
}

function sameParent(answer: unknown, parent: unknown, namespace: string): boolean {
  const defaults: Readonly<Record<string, string>> = { group: 'gateway.networking.k8s.io', kind: 'Gateway', namespace }
  // An empty text is a value of its own here: the core group.
  const told = (key: string) => at(answer, 'parentRef', key) ?? defaults[key]
  const wanted = (key: string) => at(parent, key) ?? defaults[key]
  const sameGroup = told('group') === wanted('group') || (isCore(told('group')) && isCore(wanted('group')))
  return sameGroup && ['kind', 'namespace', 'name', 'sectionName', 'port'].every((key) => told(key) === wanted(key))
}

/** Controllers of meshes may leave observedGeneration out: then their last word is all there is. */
function whyNotTaken(answer: unknown, generation: number): string | undefined {
  for (const type of CONDITIONS) {
    const condition = listAt(answer, 'conditions').find((row) => textAt(row, 'type') === type)
    if (condition === undefined) return `${type} is not said yet`
    const seen = numberAt(condition, 'observedGeneration') ?? generation
    if (seen < generation) return `generation ${generation} is not taken yet (${seen} is)`
    if (textAt(condition, 'status') === 'True') continue
    const said = [textAt(condition, 'reason'), textAt(condition, 'message')].filter((part) => part !== undefined)
    return `${type} is ${textAt(condition, 'status') ?? 'not said'}${said.length > 0 ? ` (${said.join(': ')})` : ''}`
  }
  return undefined
}
