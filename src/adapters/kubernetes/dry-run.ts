/** What the API server would say to each write of a deployment, asked with `dryRun=All`: nothing is stored. */

import type { Service } from '../../playbook/service.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { isStatus, type Verb } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { type JsonObject, objectAt, textAt, withAt } from './json.ts'
import { HASH_LABEL, PIN_ANNOTATION, SLOT_LABEL, slotLabels, slotName } from './names.ts'
import { isOurPreview, previewService, previewTarget } from './preview.ts'
import { withBatch } from './rolling/rollout-fields.ts'
import { readSource } from './routers/passing-object.ts'
import { weightedRouterOf } from './routers/router-of.ts'
import { canaryDeployment, previousDeployment, promotedTemplate } from './slot-deployments.ts'
import { deployments, services, type Target } from './target.ts'
import { selectorOf, templateOf } from './traffic.ts'

/** The version in an image reference: its tag; `new` where it has only a digest. */
function versionOf(image: string): string {
  const name = image.split('@')[0] ?? image
  return /:([^:/]+)$/.exec(name)?.[1] ?? 'new'
}

/**
 * Objections, in sentences; empty when everything would be taken. Throws ClusterError `late` when the API server gives
 * no answer: then nothing is known.
 */
export async function dryRun(
  connection: Connection,
  service: Service,
  image: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const objections: string[] = []
  const attempt = async (run: () => Promise<unknown>) => {
    try {
      await run()
    } catch (error) {
      // The name being taken is a leftover, and told as such by pre-flight.
      if (isStatus(error, 409)) return
      if (!(error instanceof ClusterError) || error.kind === 'late') throw error
      objections.push(error.message)
    }
  }
  const send = (verb: Verb, target: Target, body: JsonObject) =>
    connection.api.json(verb, target, { body, signal, query: { dryRun: 'All' } })

  const { namespace } = service
  const target = deployments(namespace, service.workload)
  const workload = await connection.objects.read(target, signal)
  if (!workload) return [`There is no Deployment ${service.workload} in namespace ${namespace}.`]
  const front = await connection.objects.read(services(namespace, service.serviceName), signal)
  await attempt(async () => {
    const serviceSelector = selectorOf(front)
    const want = { image, version: versionOf(image) }
    const template = templateOf(workload)
    const promoted = promotedTemplate(service, workload, template, serviceSelector, want)
    const marked = withAt(
      { spec: { template: promoted } },
      ['metadata', 'annotations', PIN_ANNOTATION],
      JSON.stringify(template),
    )
    if (service.router.kind === 'rolling') {
      const batch = { wanted: 1, surge: 1 }
      const rolled = withBatch(withAt(workload, ['metadata'], objectAt(marked, 'metadata')), promoted, batch)
      return void (await attempt(() => send('patch', target, { metadata: rolled.metadata, spec: rolled.spec })))
    }
    const pin = { workload: service.workload, replicas: 1, template, image, serviceSelector, weights: null, hpa: null }
    const canary = canaryDeployment(service, workload, pin, { ...want, replicas: 1 })
    const previous = previousDeployment(service, workload, pin, 1)
    await attempt(() => send('create', deployments(namespace), canary))
    await attempt(() => send('create', deployments(namespace), previous))
    await attempt(() => send('patch', target, marked))
  })
  if (front && service.router.kind === 'switch') {
    const selector = slotLabels(service.workload, 'canary')
    await attempt(() => send('create', services(namespace), previewService(service, front)))
    await attempt(() => send('patch', services(namespace, service.serviceName), { spec: { selector } }))
  } else if (front) {
    const [label, value] = service.router.kind === 'rolling' ? [HASH_LABEL, 'old'] : [SLOT_LABEL, 'canary']
    const narrowed = withAt({}, ['spec', 'selector', label], value)
    await attempt(() => send('patch', services(namespace, service.serviceName), narrowed))
  }
  await attempt(() => dryRunRoute(connection, service, send, signal))
  return objections
}

/** The router's object as it is, sent back (or as it would be made): proves that it may be written and that admission agrees. */
async function dryRunRoute(
  connection: Connection,
  service: Service,
  send: (verb: Verb, target: Target, body: JsonObject) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  const router = weightedRouterOf(service)
  if (!router) return
  const target = await connection.routeTarget(service, router, signal)
  const route = await connection.objects.read(target, signal)
  if (route) {
    const pinned = router.pinned(route) ?? { weights: null }
    if (router.by === 'put') await send('update', target, router.withPinned(route, pinned))
    else await send('patch', target, { metadata: { annotations: objectAt(route, 'metadata', 'annotations') } })
  } else if (router.passing) {
    const source = await readSource(connection, service, router, router.passing, signal)
    await send('create', { ...target, name: null }, router.passing.make(source))
  } else {
    throw new ClusterError('refused', `There is no ${router.title}.`, { status: 404 })
  }
}

/** What an earlier deployment left behind: Deployments by name, its preview Service as `service/<name>`. */
export async function findLeftovers(
  connection: Connection,
  service: Service,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const names = ['canary', 'previous'] as const
  const found = await Promise.all(
    names.map((slot) =>
      connection.objects.read(deployments(service.namespace, slotName(service.workload, slot)), signal),
    ),
  )
  const previewed = await connection.objects.read(previewTarget(service), signal)
  return [
    ...found.flatMap((object) => textAt(object, 'metadata', 'name') ?? []),
    ...(previewed && isOurPreview(service, previewed) ? [`service/${previewTarget(service).name}`] : []),
  ]
}
