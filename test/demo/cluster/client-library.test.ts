import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Log, Metrics, PatchStrategy } from '@kubernetes/client-node'
import { describe, expect, it } from 'vitest'
import { NAMESPACE as namespace, patchType, refusal, testCluster } from './test-cluster.ts'

const json = patchType(PatchStrategy.JsonPatch)
const merge = patchType(PatchStrategy.MergePatch)
const strategic = patchType(PatchStrategy.StrategicMergePatch)
const apply = patchType(PatchStrategy.ServerSideApply)

describe('the simulated API through the client library', () => {
  it('creates, reads, replaces, lists and deletes', async () => {
    const { core } = await testCluster()
    const made = await core.createNamespacedConfigMap({
      namespace,
      body: { metadata: { name: 'flags', labels: { a: 'b' } }, data: { x: '1' } },
    })
    expect(made.metadata?.uid).toMatch(/^[0-9a-f-]{36}$/)
    await core.replaceNamespacedConfigMap({ namespace, name: 'flags', body: { ...made, data: { x: '2' } } })
    const list = await core.listNamespacedConfigMap({ namespace, labelSelector: 'a in (b,c),!gone' })
    expect(list.items.map(({ data }) => data)).toEqual([{ x: '2' }])
    await core.deleteNamespacedConfigMap({ namespace, name: 'flags' })
    expect(await refusal(core.readNamespacedConfigMap({ namespace, name: 'flags' }))).toMatchObject({
      code: 404,
      reason: 'NotFound',
      message: 'configmaps "flags" not found',
    })
  })

  it('fills in the defaults of a Deployment and counts its generation', async () => {
    const { apps } = await testCluster()
    const { spec, metadata } = await apps.readNamespacedDeployment({ namespace, name: 'web' })
    expect(spec).toMatchObject({ revisionHistoryLimit: 10, progressDeadlineSeconds: 600 })
    const body = [{ op: 'replace', path: '/spec/replicas', value: 3 }]
    const after = await apps.patchNamespacedDeployment({ namespace, name: 'web', body }, json)
    expect(after.metadata?.generation).toBe((metadata?.generation ?? 0) + 1)
    expect(after.status?.observedGeneration).toBe(metadata?.generation)
  })

  it('refuses what a real API refuses, in its words', async () => {
    const { apps, core } = await testCluster()
    const web = await apps.readNamespacedDeployment({ namespace, name: 'web' })
    const selector = { matchLabels: { app: 'other' } }
    const moved = { ...web, spec: { ...web.spec, selector, template: web.spec?.template ?? {} } }
    expect((await refusal(apps.replaceNamespacedDeployment({ namespace, name: 'web', body: moved }))).message).toMatch(
      /`selector` does not match template `labels`.*field is immutable/,
    )
    const negative = apps.patchNamespacedDeployment({ namespace, name: 'web', body: { spec: { replicas: -1 } } }, merge)
    expect(await refusal(negative)).toMatchObject({ code: 422, reason: 'Invalid' })
    const named = core.createNamespacedConfigMap({ namespace, body: { metadata: { name: 'Not_A_Name' } } })
    expect(await refusal(named)).toMatchObject({ code: 422 })
    const twice = core.createNamespacedService({
      namespace,
      body: { metadata: { name: 'web' }, spec: { ports: [{ port: 80 }] } },
    })
    expect(await refusal(twice)).toMatchObject({ code: 409, reason: 'AlreadyExists' })
    const nowhere = core.createNamespacedConfigMap({ namespace: 'nowhere', body: { metadata: { name: 'a' } } })
    expect(await refusal(nowhere)).toMatchObject({ code: 404, message: 'namespaces "nowhere" not found' })
  })

  it('answers 409 to a stale resourceVersion in a PUT and in a merge patch, and 422 to a failed test', async () => {
    const { apps, core } = await testCluster()
    const service = await core.readNamespacedService({ namespace, name: 'api' })
    await core.patchNamespacedService({ namespace, name: 'api', body: { metadata: { labels: { a: 'b' } } } }, merge)
    expect(await refusal(core.replaceNamespacedService({ namespace, name: 'api', body: service }))).toMatchObject({
      code: 409,
      reason: 'Conflict',
    })
    const resourceVersion = service.metadata?.resourceVersion
    const stale = core.patchNamespacedService(
      { namespace, name: 'api', body: { metadata: { resourceVersion, labels: { a: 'c' } } } },
      merge,
    )
    expect(await refusal(stale)).toMatchObject({ code: 409 })
    const body = [{ op: 'test', path: '/spec/replicas', value: 99 }]
    const tested = apps.patchNamespacedDeployment({ namespace, name: 'api', body }, json)
    expect(await refusal(tested)).toMatchObject({ code: 422, reason: 'Invalid' })
  })

  it('merges containers by name in a strategic merge patch, and answers 415 to one on a custom resource', async () => {
    const { apps, custom } = await testCluster()
    const containers = [{ name: 'api', image: 'registry.local/api:v2.0' }]
    const body = { spec: { template: { spec: { containers } } } }
    const after = await apps.patchNamespacedDeployment({ namespace, name: 'api', body }, strategic)
    expect(after.spec?.template.spec?.containers[0]).toMatchObject({
      image: 'registry.local/api:v2.0',
      ports: [{ containerPort: 8080 }],
    })
    const search = { group: 'networking.istio.io', version: 'v1', namespace, plural: 'virtualservices', name: 'search' }
    expect(await refusal(custom.patchNamespacedCustomObject({ ...search, body: {} }, strategic))).toMatchObject({
      code: 415,
    })
  })

  it('checks a dry run like a write and stores nothing', async () => {
    const { apps, cluster } = await testCluster()
    const body = { spec: { replicas: 9 } }
    const tried = await apps.patchNamespacedDeployment({ namespace, name: 'web', body, dryRun: 'All' }, merge)
    expect(tried.spec?.replicas).toBe(9)
    const bad = { namespace, name: 'web', body: { spec: { replicas: -9 } }, dryRun: 'All' }
    expect(await refusal(apps.patchNamespacedDeployment(bad, merge))).toMatchObject({ code: 422 })
    expect((await apps.readNamespacedDeployment({ namespace, name: 'web' })).spec?.replicas).toBe(2)
    expect(cluster.pods(namespace).filter(({ labels }) => labels.app === 'web')).toHaveLength(2)
  })

  it('records field managers, and refuses to apply over another one unless forced', async () => {
    const { apps } = await testCluster()
    const config = (replicas: number) => ({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', annotations: { 'example.com/note': 'hello' } },
      spec: { replicas },
    })
    const web = { namespace, name: 'web', fieldManager: 'us' }
    expect(await refusal(apps.patchNamespacedDeployment({ ...web, body: config(5) }, apply))).toMatchObject({
      code: 409,
      message: 'Apply failed with 1 conflict: conflict with "simulation": .spec.replicas',
    })
    const forced = await apps.patchNamespacedDeployment({ ...web, body: config(5), force: true }, apply)
    expect(forced.metadata?.managedFields?.find(({ manager }) => manager === 'us')).toMatchObject({
      operation: 'Apply',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    })
    const { annotations: _, ...metadata } = config(5).metadata
    const less = await apps.patchNamespacedDeployment({ ...web, body: { ...config(5), metadata } }, apply)
    expect(less.metadata?.annotations?.['example.com/note']).toBeUndefined()
    expect(less.spec?.replicas).toBe(5)
  })

  it('scales through /scale, and reads logs and metrics', async () => {
    const { apps, cluster, config, core, pass } = await testCluster()
    const scale = await apps.readNamespacedDeploymentScale({ namespace, name: 'web' })
    await apps.replaceNamespacedDeploymentScale({ namespace, name: 'web', body: { ...scale, spec: { replicas: 4 } } })
    pass(30)
    const web = cluster.pods(namespace).filter(({ labels }) => labels.app === 'web')
    expect(web.map(({ ready }) => ready)).toEqual([true, true, true, true])
    const name = web[0]?.name ?? ''
    const log = await core.readNamespacedPodLog({ namespace, name, tailLines: 3 })
    expect(log.trim().split('\n')).toHaveLength(3)
    const stream = new PassThrough()
    const streamed = text(stream)
    await new Log(config).log(namespace, name, 'web', stream, { tailLines: 1 })
    expect(await streamed).toContain('"msg":"request"')
    const nodes = await new Metrics(config).getNodeMetrics()
    expect(nodes.items[0]?.usage.cpu).toMatch(/^\d+m$/)
    expect((await new Metrics(config).getPodMetrics(namespace)).items).toHaveLength(11)
  })

  it('refuses an eviction that the disruption budget forbids, with a time to wait', async () => {
    const { cluster, core, pass } = await testCluster()
    const [first, second] = cluster.pods(namespace).filter(({ labels }) => labels.app === 'api')
    const evict = (name = '') => core.createNamespacedPodEviction({ namespace, name, body: { metadata: { name } } })
    await evict(first?.name)
    pass(0.1)
    expect(await refusal(evict(second?.name))).toMatchObject({ code: 429, reason: 'TooManyRequests' })
  })

  it('deletes a Deployment with its ReplicaSets and pods', async () => {
    const { apps, cluster, pass } = await testCluster()
    await apps.deleteNamespacedDeployment({ namespace, name: 'web' })
    pass(60)
    expect((await apps.listNamespacedReplicaSet({ namespace, labelSelector: 'app=web' })).items).toEqual([])
    expect(cluster.pods(namespace).some(({ labels }) => labels.app === 'web')).toBe(false)
  })

  it('holds a foreground deletion until the dependents are gone', async () => {
    const { apps, pass } = await testCluster()
    await apps.deleteNamespacedDeployment({ namespace, name: 'web', propagationPolicy: 'Foreground' })
    const going = await apps.readNamespacedDeployment({ namespace, name: 'web' })
    expect(going.metadata?.finalizers).toEqual(['foregroundDeletion'])
    pass(60)
    expect(await refusal(apps.readNamespacedDeployment({ namespace, name: 'web' }))).toMatchObject({ code: 404 })
  })
})
