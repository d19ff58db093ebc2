/** One strategy with one router: its services brought to where the new version has traffic, and back again one by one. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Service } from '../../src/playbook/service.ts'
import { followHttpRoutes } from '../../test/control-plane/gateway.ts'
import { mustKubectl } from '../../test/control-plane/kubectl.ts'
import { manifestOf } from '../../test/running/quick-service.ts'
import type { Stage } from './stage.ts'
import { watchTraffic } from './traffic-watch.ts'
import { typeLine } from './type-line.ts'
import type { SceneSettings } from './variant-services.ts'

const OLD_PODS = 3
const VERSION = 'v2.0'

export interface VariantScene {
  /** From the first bad answer of the metrics store until no request would reach a new pod, ms. */
  restore(service: Service): Promise<number>
  /** Makes one old pod of each unready; resolves when that was seen. */
  weaken(services: readonly Service[]): Promise<void>
  /** Resolves when everything of it is on its way out. */
  close(): Promise<void>
}

/** Resolves when all services of the variant are where the new version's traffic is watched. */
export async function openScene(stage: Stage, settings: SceneSettings): Promise<VariantScene> {
  const { plane, api, queries } = stage
  const { variant, namespace } = settings
  await mustKubectl(plane, ['create', 'namespace', namespace])
  const traffic = watchTraffic(api, namespace, VERSION)
  const front = ({ name }: Service) => ({ service: name, router: variant.router(name) })
  await bringTraffic(stage, settings, (service) => traffic.share(front(service), (share) => share >= settings.given))
  const weak: string[] = []
  const mark = (pod: string, sickness: string | null) =>
    api.patch(`/api/v1/namespaces/${namespace}/pods/${pod}`, {
      metadata: { annotations: { 'tminus.test/sick-now': sickness } },
    })
  return {
    async restore(service) {
      await pause(500 + Math.random() * 500)
      const [answered, restored] = await Promise.all([
        queries.call('turnBad', { service: service.name }),
        traffic.share(front(service), (share) => share === 0),
      ])
      return restored - answered
    },
    async weaken(services) {
      const pods = services.map(({ name }) => traffic.oldPod(name))
      weak.push(...pods)
      await Promise.all(pods.map((pod) => mark(pod, 'unready')))
      await Promise.all(pods.map((pod) => traffic.ready(pod, false)))
    },
    async close() {
      // What is still on its way back ends sooner with its pods well.
      await Promise.all(weak.map((pod) => mark(pod, null)))
      await traffic.emptied()
      traffic.stop()
      await mustKubectl(plane, ['delete', 'namespace', namespace, '--wait=false'])
    },
  }
}

async function bringTraffic(
  { plane, workspace }: Stage,
  { variant, namespace, well, oldPodUnready }: SceneSettings,
  given: (service: Service) => Promise<unknown>,
): Promise<void> {
  const services = [...well, ...oldPodUnready]
  const gateway = await followHttpRoutes(plane.kubeconfigPath)
  try {
    const manifests = services.map((service) => manifestOf(service, 'v1.9', OLD_PODS)).join('\n---\n')
    await mustKubectl(plane, ['--namespace', namespace, 'apply', '-f', '-'], manifests)
    for (const { name } of services) await typeLine(workspace, `/deploy ${name} ${VERSION} ${variant.strategy}`)
    await Promise.all(services.map(given))
  } finally {
    // Nobody asks for a Gateway's consent on the way back.
    await gateway.stop()
  }
}
