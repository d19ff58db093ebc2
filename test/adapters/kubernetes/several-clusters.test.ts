/** Services in two clusters, two namespaces each: who is asked, what is shared, and what the one does to the other. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { stringify } from 'yaml'
import { scaledClock } from '../../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'
import type { Service } from '../../../src/playbook/service.ts'
import type { Cluster } from '../../../src/ports/cluster.ts'
import { serviceObject, shopApi, workloadObject, writer } from '../../contracts/cluster-fixtures.ts'

const CONTEXTS = ['east', 'west'] as const
type Context = (typeof CONTEXTS)[number]
const NAMESPACES = ['shop', 'billing']
const signal = new AbortController().signal
const in_ = (context: Context, namespace: string): Service => ({ ...shopApi(namespace), context })

describe('several clusters and namespaces', () => {
  const clock = scaledClock(240)
  const running = new Map<Context, SimulatedCluster>()
  let folder: string
  let cluster: Cluster

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-clusters-'))
    for (const context of CONTEXTS) running.set(context, await startSimulatedCluster({ clock }))
    const place = (name: Context) => ({
      name,
      cluster: { server: running.get(name)?.url, 'insecure-skip-tls-verify': true },
    })
    const kubeconfig = {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'east',
      clusters: CONTEXTS.map(place),
      users: [{ name: 'bot', user: {} }],
      contexts: CONTEXTS.map((name) => ({ name, context: { cluster: name, user: 'bot' } })),
    }
    await writeFile(join(folder, 'kubeconfig'), stringify(kubeconfig))
    for (const simulation of running.values())
      for (const namespace of NAMESPACES) {
        simulation.create('namespaces', undefined, {
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name: namespace },
        })
        simulation.create('deployments', namespace, workloadObject(namespace))
        simulation.create('services', namespace, serviceObject(namespace))
      }
    cluster = kubernetesCluster({ kubeconfigPath: join(folder, 'kubeconfig'), clock })
  })
  afterAll(async () => {
    await cluster.close()
    for (const simulation of running.values()) await simulation.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const watchesOf = (context: Context) =>
    (running.get(context)?.requests() ?? []).flatMap(({ path }) =>
      path.includes('watch=true') ? [path.replace(/.*namespaces\/([^?]+)\?.*/, '$1')] : [],
    )

  it('are each written where the service says, and nowhere else', async () => {
    await cluster.pin(in_('west', 'billing'), writer(1))
    for (const context of CONTEXTS)
      for (const namespace of NAMESPACES) {
        const pinned = await cluster.pinned(in_(context, namespace), signal)
        expect([context, namespace, pinned?.deployment]).toEqual([
          context,
          namespace,
          context === 'west' && namespace === 'billing' ? 'api-42' : undefined,
        ])
      }
    const lines = (await cluster.pinned(in_('west', 'billing'), signal))?.byHand ?? []
    expect(lines.length).toBeGreaterThan(1)
    for (const line of lines) expect(line).toMatch(/^kubectl --context west --namespace billing /)
  })

  it('are watched once for each cluster and namespace, whatever number of services', async () => {
    const others = CONTEXTS.flatMap((context) =>
      NAMESPACES.flatMap((namespace) => [
        in_(context, namespace),
        { ...in_(context, namespace), workload: 'other', serviceName: 'other' },
      ]),
    )
    const stops = others.map((service) => cluster.watch(service, () => undefined))
    await vi.waitFor(async () => {
      for (const service of others) expect((await cluster.look(service, signal)).watched).toBe(true)
    })
    for (const context of CONTEXTS) {
      const kinds = ['pods', 'replicasets', 'deployments', 'endpointslices', 'services', 'horizontalpodautoscalers']
      const wanted = NAMESPACES.flatMap((namespace) => kinds.map((kind) => `${namespace}/${kind}`))
      expect([...new Set(watchesOf(context))].sort()).toEqual(wanted.sort())
      expect(watchesOf(context)).toHaveLength(wanted.length)
    }
    for (const stop of stops) stop()
  })

  it('do not disturb each other: one that does not answer leaves the other one as it was', async () => {
    const seen: boolean[] = []
    const stops = CONTEXTS.map((context) => cluster.watch(in_(context, 'shop'), () => void seen.push(true)))
    running.get('west')?.setFault({ answer: 'hang' })
    const patience = new AbortController()
    const silent = cluster.look(in_('west', 'billing'), patience.signal).catch((error: unknown) => error)
    const sighting = await cluster.look(in_('east', 'shop'), signal)
    expect(sighting.slots.stable.exists).toBe(true)
    await cluster.pin(in_('east', 'shop'), writer(2))
    expect((await cluster.pinned(in_('east', 'shop'), signal))?.deployment).toBe('api-42')
    patience.abort()
    expect(await silent).toMatchObject({ kind: 'late', status: null })
    running.get('west')?.setFault(undefined)
    expect((await cluster.look(in_('west', 'shop'), signal)).slots.stable.exists).toBe(true)
    for (const stop of stops) stop()
  })
})
