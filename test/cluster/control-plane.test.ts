import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { mustKubectl, runKubectl } from '../control-plane/kubectl.ts'

/** How long a change may take to show on a machine busy with other things; it takes some tens of milliseconds. */
const UNTIL = { timeout: 60_000, interval: 50 }

const target = { kubeconfigPath: inject('kubeconfig'), kubectlPath: inject('kubectlPath') }
const namespace = `control-plane-${randomBytes(4).toString('hex')}`
const kubectl = (...args: readonly string[]) => mustKubectl(target, ['--namespace', namespace, ...args])
const apply = (manifest: string) => mustKubectl(target, ['--namespace', namespace, 'apply', '-f', '-'], manifest)

/** What kubectl's jsonpath finds, as words. */
async function words(jsonpath: string, ...what: readonly string[]): Promise<readonly string[]> {
  const found = await kubectl('get', ...what, '-o', `jsonpath=${jsonpath}`)
  return found.split(/\s+/).filter((word) => word !== '')
}

function readyAddresses(service: string): Promise<readonly string[]> {
  const ready = '{.items[*].endpoints[?(@.conditions.ready==true)].addresses[0]}'
  return words(ready, 'endpointslices', '-l', `kubernetes.io/service-name=${service}`)
}

function deployment(name: string, replicas: number, sick = 'healthy'): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name} }
spec:
  replicas: ${replicas}
  selector: { matchLabels: { app: ${name} } }
  template:
    metadata: { labels: { app: ${name} }, annotations: { tminus.test/sick: ${sick} } }
    spec: { containers: [{ name: app, image: 'registry.test/app:v1.0' }] }
---
apiVersion: v1
kind: Service
metadata: { name: ${name} }
spec: { selector: { app: ${name} }, ports: [{ port: 80 }] }
`
}

// A cluster of somebody's own has kubelets of its own: there is no kwok whose rules could be looked at.
describe.runIf(process.env.TMINUS_TEST_CLUSTER !== 'external')('the control plane of the tests', () => {
  beforeAll(async () => {
    await mustKubectl(target, ['create', 'namespace', namespace])
    await apply(deployment('api', 3))
    await kubectl('rollout', 'status', 'deployment/api', '--timeout=60s')
  })

  afterAll(async () => {
    await mustKubectl(target, ['delete', 'namespace', namespace, '--wait=false'])
  })

  test('makes a Deployment available and its pods addresses of the Service', async () => {
    await kubectl('wait', 'deployment/api', '--for=condition=Available', '--timeout=60s')
    await expect.poll(() => readyAddresses('api'), UNTIL).toHaveLength(3)
  })

  test.each(['crash-loop', 'unready', 'oom-killed'])(
    'takes a pod that is %s out of the Service, and back when it is cured',
    async (sick) => {
      await expect.poll(() => readyAddresses('api'), UNTIL).toHaveLength(3)
      const [pod = ''] = await words('{.items[0].metadata.name}', 'pods', '-l', 'app=api')
      const [address = ''] = await words('{.status.podIP}', 'pod', pod)

      await kubectl('annotate', 'pod', pod, `tminus.test/sick-now=${sick}`)
      await expect.poll(() => readyAddresses('api'), UNTIL).toHaveLength(2)
      expect(await readyAddresses('api')).not.toContain(address)

      await kubectl('annotate', 'pod', pod, 'tminus.test/sick-now-')
      await expect.poll(() => readyAddresses('api'), UNTIL).toContain(address)
    },
  )

  test('counts the restarts of a crash loop upwards', async () => {
    await apply(deployment('crashing', 1, 'crash-loop'))
    const container = '{.items[*].status.containerStatuses[0]'
    const restarts = async () =>
      Number((await words(`${container}.restartCount}`, 'pods', '-l', 'app=crashing'))[0] ?? 0)
    await expect.poll(restarts, UNTIL).toBeGreaterThan(1)
    const facts = `${container}['state.waiting.reason','lastState.terminated.reason','lastState.terminated.exitCode']}`
    expect(await words(facts, 'pods', '-l', 'app=crashing')).toEqual(['CrashLoopBackOff', 'Error', '1'])
  })

  test.each([
    { sick: 'oom-killed', path: 'lastState.terminated.reason', shows: 'OOMKilled' },
    { sick: 'image-pull-error', path: 'state.waiting.reason', shows: 'ImagePullBackOff' },
    { sick: 'never-ready', path: 'ready', shows: 'false' },
    { sick: 'slow-ready', path: 'ready', shows: 'true' },
  ])('shows $shows for pods born $sick', async ({ sick, path, shows }) => {
    await apply(deployment(sick, 1, sick))
    const fact = `{.items[*].status.containerStatuses[0].${path}}`
    await expect.poll(() => words(fact, 'pods', '-l', `app=${sick}`), UNTIL).toEqual([shows])
  })

  test('stores a VirtualService, and refuses one that its schema forbids', async () => {
    const virtualService = (weight: string) => `
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: { name: api }
spec:
  hosts: [api]
  http:
    - route:
        - { destination: { host: api, subset: stable }, weight: ${weight} }
`
    await apply(virtualService('100'))
    expect(await words('{.spec.http[0].route[0].weight}', 'virtualservice', 'api')).toEqual(['100'])
    await expect(apply(virtualService('most'))).rejects.toThrow('weight')
  })

  test('answers kubectl logs with the last lines', async () => {
    const [pod = ''] = await words('{.items[0].metadata.name}', 'pods', '-l', 'app=api')
    expect((await kubectl('logs', pod, '--tail=2')).trim().split('\n')).toEqual([
      'request 59 served',
      'request 60 served',
    ])
  })

  test('refuses a service account what no role allows', async () => {
    await kubectl('create', 'serviceaccount', 'bot')
    const asBot = ['--namespace', namespace, '--as', `system:serviceaccount:${namespace}:bot`]
    const refused = await runKubectl(target, [...asBot, 'get', 'pods'])
    expect(refused.stderr).toContain('cannot list resource "pods"')
    expect((await kubectl('create', 'token', 'bot')).split('.')).toHaveLength(3)
  })
})
