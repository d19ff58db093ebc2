/**
 * ingress-nginx divides traffic by a second Ingress with canary annotations. We make it from the stable one for the run;
 * one that the team has already is used as it is, and only its weight is changed.
 */
import { canaryIngressName } from '../../../playbook/routed-services.ts'
import type { RouterSettings, Service } from '../../../playbook/service.ts'
import { ClusterError } from '../../../ports/cluster.ts'
import { isObject, type JsonObject, listAt, objectAt, textAt, textMapAt, withAt } from '../json.ts'
import { SLOT_LABEL, slotLabels, WORKLOAD_LABEL } from '../names.ts'
import { INGRESSES } from './route-kinds.ts'
import type { RoutePin, WeightedRouter, Weights } from './weighted-router.ts'

export type NginxSettings = Extract<RouterSettings, { readonly kind: 'nginx' }>

const PREFIX = 'nginx.ingress.kubernetes.io/'
export const CANARY = `${PREFIX}canary`
export const WEIGHT = `${PREFIX}canary-weight`
const TOTAL = `${PREFIX}canary-weight-total`
const CLASS = 'kubernetes.io/ingress.class'

/** The annotations that ingress-nginx reads of a canary; all others it takes from the stable Ingress. */
const TAKEN_OVER = [
  `${PREFIX}load-balance`,
  `${PREFIX}upstream-hash-by`,
  `${PREFIX}affinity`,
  `${PREFIX}session-cookie`,
]

export function canaryIngressRouter(service: Service, router: NginxSettings): WeightedRouter {
  const name = canaryIngressName(router.ingress)
  const title = `Ingress "${name}"`
  return {
    title,
    kind: INGRESSES,
    name,
    by: 'patch',
    ownedAt: ['f:metadata', 'f:annotations', `f:${WEIGHT}`],
    fault: (object) => fault(title, router, object),
    weights,
    pinned: (object) => (isOurs(service, object) ? { weights: null } : pinned(object)),
    withShare(object, percent) {
      const wrong = fault(title, router, object)
      if (wrong !== undefined) throw new ClusterError('refused', wrong)
      const weight = String((percent * totalOf(object)) / 100)
      return textAt(object, ...weightAt) === weight ? object : withAt(object, weightAt, weight)
    },
    withPinned,
    pinnedPlaces: (object, pin) => [
      {
        path: `/metadata/annotations/${WEIGHT.replace('/', '~1')}`,
        value: textAt(withPinned(object, pin), ...weightAt) ?? '0',
      },
    ],
    // The controller says nothing about what it has taken.
    pending: () => undefined,
    passing: {
      source: { title: `Ingress "${router.ingress}"`, name: router.ingress },
      sourceFault: (source) => sourceFault(router, source),
      make: (source) => make(service, router, source),
      isOurs: (object) => isOurs(service, object),
    },
  }
}

const weightAt = ['metadata', 'annotations', WEIGHT]

function isOurs(service: Service, object: JsonObject): boolean {
  const labels = textMapAt(object, 'metadata', 'labels')
  const ours = slotLabels(service.workload, 'canary')
  return labels[SLOT_LABEL] === ours[SLOT_LABEL] && labels[WORKLOAD_LABEL] === ours[WORKLOAD_LABEL]
}

function annotationsOf(object: JsonObject): Readonly<Record<string, string>> {
  return textMapAt(object, 'metadata', 'annotations')
}

function totalOf(object: JsonObject): number {
  return Number(annotationsOf(object)[TOTAL] ?? 100)
}

function weights(object: JsonObject): Weights | null {
  const annotations = annotationsOf(object)
  const [total, canary] = [totalOf(object), Number(annotations[WEIGHT] ?? 0)]
  if (annotations[CANARY] !== 'true' || !(canary >= 0 && canary <= total)) return null
  return { stable: total - canary, canary }
}

function backendsOf(object: JsonObject): readonly unknown[] {
  return listAt(object, 'spec', 'rules').flatMap((rule) => listAt(rule, 'http', 'paths'))
}

function leadsTo(path: unknown, service: string): boolean {
  return textAt(path, 'backend', 'service', 'name') === service
}

function fault(title: string, router: NginxSettings, object: JsonObject): string | undefined {
  const annotations = annotationsOf(object)
  if (annotations[CANARY] !== 'true') return `${title} is there and is no canary: it lacks ${CANARY}: "true".`
  const total = totalOf(object)
  if (!Number.isInteger(total) || total <= 0 || total % 100 !== 0) {
    return `${title} counts its weight of ${annotations[TOTAL]} (${TOTAL}); shares in percent need a multiple of 100.`
  }
  if (!weights(object)) return `${title} has a weight that is no number up to ${total}: "${annotations[WEIGHT]}".`
  if (backendsOf(object).some((path) => leadsTo(path, router.canary))) return undefined
  return `${title} has no path to Service "${router.canary}".`
}

function sourceFault(router: NginxSettings, source: JsonObject): string | undefined {
  const title = `Ingress "${router.ingress}"`
  if (annotationsOf(source)[CANARY] === 'true')
    return `${title} is itself a canary; name the stable one (router.ingress).`
  if (backendsOf(source).some((path) => leadsTo(path, router.stable))) return undefined
  return `${title} has no path to Service "${router.stable}".`
}

function pinned(object: JsonObject): RoutePin {
  const annotations = annotationsOf(object)
  return { weights: null, annotations: { [WEIGHT]: annotations[WEIGHT] ?? null } }
}

/** Without a pin of its own (ours, or one that appeared meanwhile) the canary gets nothing. */
function withPinned(object: JsonObject, pin: RoutePin): JsonObject {
  const weight = pin.annotations === undefined ? '0' : (pin.annotations[WEIGHT] ?? undefined)
  return textAt(object, ...weightAt) === weight ? object : withAt(object, weightAt, weight)
}

/** Same hosts and paths, as far as they lead to the stable Service; the controller takes TLS and the rest from the stable Ingress. */
function make(service: Service, router: NginxSettings, source: JsonObject): JsonObject {
  const annotations = Object.entries(annotationsOf(source)).filter(
    ([key]) => key === CLASS || TAKEN_OVER.some((start) => key.startsWith(start)),
  )
  const ingressClassName = textAt(source, 'spec', 'ingressClassName')
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: {
      name: canaryIngressName(router.ingress),
      namespace: service.namespace,
      labels: { ...slotLabels(service.workload, 'canary'), 'app.kubernetes.io/managed-by': 'tminus' },
      annotations: { ...Object.fromEntries(annotations), [CANARY]: 'true', [WEIGHT]: '0' },
    },
    spec: {
      ...(ingressClassName !== undefined && { ingressClassName }),
      rules: listAt(source, 'spec', 'rules').flatMap((rule) => canaryRule(router, rule)),
    },
  }
}

function canaryRule(router: NginxSettings, rule: unknown): readonly JsonObject[] {
  const paths = listAt(rule, 'http', 'paths').filter((path) => leadsTo(path, router.stable))
  if (!isObject(rule) || paths.length === 0) return []
  const moved = paths.map((path) => withAt(objectAt(path), ['backend', 'service', 'name'], router.canary))
  return [withAt(rule, ['http', 'paths'], moved)]
}
