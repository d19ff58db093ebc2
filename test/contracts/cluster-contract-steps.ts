/** Steps that the parts of the cluster contract share. */
import type { Pin } from '../../src/playbook/deployment.ts'
import type { Bench, BenchOptions } from './cluster-bench.ts'
import { NEW_IMAGE, writer } from './cluster-fixtures.ts'

/** A fresh namespace with the shop's api in it. */
export type Open = (options?: BenchOptions) => Promise<Bench>

export const NEW = { image: NEW_IMAGE, version: 'v2.0' } as const
export const signal = new AbortController().signal

/** A canary with so many ready pods. */
export async function deployCanary(bench: Bench, replicas: number, revision: number): Promise<void> {
  const want = { slot: 'canary', replicas, ...NEW } as const
  await bench.until(
    () => bench.cluster.ensureSlot(bench.service, want, writer(revision)),
    (state) => state.complete && state.pods.filter((pod) => pod.ready).length === replicas,
  )
}

/** The old version beside, the workload promoted and complete, the canary gone. */
export async function finish(bench: Bench, pin: Pin, revision: number): Promise<void> {
  const { cluster, service } = bench
  await bench.until(
    () => cluster.ensureSlot(service, { slot: 'previous', pin, replicas: 3 }, writer(revision)),
    (state) => state.complete,
  )
  await bench.until(
    () => cluster.promote(service, NEW, writer(revision + 1)),
    (state) => state.complete,
  )
  await bench.until(() => cluster.settle(service, pin, writer(revision + 2)), Boolean)
}
