/** Steps that the parts of the rolling contract share. */
import { expect } from 'vitest'
import { type JsonObject, listAt, numberAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { autoscalers, deployments, replicaSets, services } from '../../src/adapters/kubernetes/target.ts'
import type { Pin } from '../../src/playbook/deployment.ts'
import type { RouterSettings } from '../../src/playbook/service.ts'
import type { Bench } from './cluster-bench.ts'
import { NEW } from './cluster-contract-steps.ts'
import { autoscalerObject, NEW_IMAGE, OLD_IMAGE, writer } from './cluster-fixtures.ts'

export const router: RouterSettings = { kind: 'rolling' }
export const withAutoscaler = {
  router,
  beside: (space: string) => [[autoscalers(space), autoscalerObject(space)]] as const,
}

export const want = (replicas: number) => ({ slot: 'canary', replicas, ...NEW }) as const
export const workloadOf = ({ admin, namespace }: Bench) => admin.get(deployments(namespace, 'api'))
export const selectorOf = async ({ admin, namespace }: Bench) =>
  textMapAt(await admin.get(services(namespace, 'api')), 'spec', 'selector')

/** Sizes wanted of the old and of the new version, as the ReplicaSets say. */
export async function sizes({ admin, namespace }: Bench): Promise<{ old: number; new: number }> {
  const { items } = await admin.api.list(replicaSets(namespace))
  const of = (image: string) =>
    items
      .filter((set) => textAt(listAt(set, 'spec', 'template', 'spec', 'containers')[0], 'image') === image)
      .reduce((sum, set) => sum + (numberAt(set, 'spec', 'replicas') ?? 0), 0)
  return { old: of(OLD_IMAGE), new: of(NEW_IMAGE) }
}

/** So many pods on the new version, ready, behind the Service, and the rollout paused. */
export async function rollTo(bench: Bench, pods: number, revision: number): Promise<void> {
  const { cluster, service } = bench
  await bench.until(
    () => cluster.ensureSlot(service, want(pods), writer(revision)),
    (state) => state.complete && state.ready >= pods,
  )
  await bench.until(
    () => cluster.route(service, 50, writer(revision)),
    (shares) => (shares?.canary ?? 0) > 0,
  )
}

/** At rest: the controller has seen the last write, and looks a few times more. */
export async function atRest(bench: Bench): Promise<{ old: number; new: number }> {
  const observed = (workload: JsonObject | null) =>
    numberAt(workload, 'status', 'observedGeneration') === numberAt(workload, 'metadata', 'generation')
  await bench.until(() => workloadOf(bench), observed)
  let last = await sizes(bench)
  for (let same = 0; same < 20; ) {
    const now = await sizes(bench)
    same = now.old === last.old && now.new === last.new ? same + 1 : 0
    last = now
  }
  return last
}

/** All pods on the new version, none of the old one. */
export async function rollOver(bench: Bench, revision: number): Promise<void> {
  for (const pods of [1, 2, 3]) await rollTo(bench, pods, revision + pods)
  await bench.until(
    () => bench.cluster.route(bench.service, 100, writer(revision + 4)),
    (shares) => shares?.canary === 100,
  )
}

export async function goBack(bench: Bench, pin: Pin, revision: number): Promise<void> {
  await bench.until(
    () => bench.cluster.restore(bench.service, pin, false, writer(revision)),
    (shares) => shares?.stable === 100,
  )
}

export async function leaveNoTrace(bench: Bench, pin: Pin, revision: number, before: unknown): Promise<void> {
  await bench.until(() => bench.cluster.tidy(bench.service, pin, writer(revision)), Boolean)
  expect(await bench.traces()).toEqual(before)
}
