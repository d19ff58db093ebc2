/** Deployments in the middle of their observation, put into the store as if they had come there by themselves. */
import { redisStore } from '../src/adapters/redis/redis-store.ts'
import type { Deployment } from '../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../src/playbook/durations.ts'
import type { Service } from '../src/playbook/service.ts'
import type { Store } from '../src/ports/store.ts'
import { makeService, newDeployment, walkTo } from '../test/playbook/fixtures.ts'

/** So many services share a namespace, and with it the watches. */
const SERVICES_A_NAMESPACE = 200
/** The walk to the observation takes some seconds of the record's time. */
const EARLIER_MS = 30 * SECOND

/** With the playbook's intervals: a sample every 10 s, a look at the pods every 5 s. */
export function liveServices(count: number, over: Partial<Service> = {}): readonly Service[] {
  return Array.from({ length: count }, (_, place) => {
    const name = `svc-${place + 1}`
    return makeService({
      name,
      namespace: `team-${Math.floor(place / SERVICES_A_NAMESPACE) + 1}`,
      workload: name,
      serviceName: name,
      image: `registry.local/${name}`,
      router: { kind: 'replicas' },
      channel: 'C0BENCH',
      canary: {
        steps: [
          { percent: 50, observeMs: 60 * MINUTE, pods: 1, gate: 'auto' },
          { percent: 100, observeMs: 10 * MINUTE, pods: null, gate: 'auto' },
        ],
      },
      ...over,
    })
  })
}

/** Half of the traffic is with the new version; the samples are due at moments spread over one interval. */
export function inObservation(service: Service, now: number, spread: number): Deployment {
  const step = service.canary.steps[0]
  const fresh = newDeployment(service, now - EARLIER_MS)
  const observe = fresh.plan.phases
    .flatMap((phase) => phase.steps)
    .find(({ want }) => want.do === 'observe' && want.percent === step?.percent)
  if (!observe) throw new Error('the plan has no step that observes')
  const { deployment } = walkTo(fresh, observe.id, now - EARLIER_MS)
  if (!deployment.window) throw new Error(`${deployment.id} has no window in ${deployment.step}`)
  const askedAt = now - service.judgement.sampleIntervalMs * spread
  return { ...deployment, window: { ...deployment.window, askedAt } }
}

/** Records them all; resolves with them. `spread`: over one interval; `all-due`: every sample is due now. */
export async function recordLive(
  redisUrl: string,
  services: readonly Service[],
  when: 'spread' | 'all-due',
): Promise<readonly Deployment[]> {
  const store = redisStore({ url: redisUrl, commandTimeoutMs: 5_000 })
  const now = Date.now()
  const deployments = services.map((service, place) =>
    inObservation(service, now, when === 'all-due' ? 1 : place / services.length),
  )
  try {
    for (let first = 0; first < deployments.length; first += 100)
      await Promise.all(deployments.slice(first, first + 100).map((deployment) => create(store, deployment)))
  } finally {
    await store.close()
  }
  return deployments
}

async function create(store: Store, deployment: Deployment): Promise<void> {
  if ((await store.create(deployment, [])) !== 'created') throw new Error(`${deployment.id} is there already`)
}
