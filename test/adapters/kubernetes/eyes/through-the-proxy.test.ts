/** Pods read through the API server, as from outside the cluster; and which of the two ways is taken. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { kubernetesCluster } from '../../../../src/adapters/kubernetes/kubernetes-cluster.ts'
import type { PodProgram } from '../../../../src/demo/cluster/http/handle-proxy.ts'
import type { PodReading } from '../../../../src/playbook/judge-counts.ts'
import type { EyesSettings } from '../../../../src/playbook/service.ts'
import { type Bench, benchOn } from '../../../contracts/cluster-bench.ts'
import { EYES } from '../../../playbook/fixtures.ts'
import { type SimulatedEnvironment, simulatedEnvironment } from '../simulated-environment.ts'

const signal = new AbortController().signal
let environment: SimulatedEnvironment
let bench: Bench

beforeAll(async () => {
  environment = await simulatedEnvironment()
  bench = await benchOn(environment)
})
afterEach(() => environment.simulation.setFault(undefined))
afterAll(async () => {
  await bench.close()
  await environment.close()
})

async function readOnce(
  over: Partial<EyesSettings> = {},
  kubeconfigPath = environment.kubeconfigPath,
): Promise<readonly PodReading[]> {
  const { eyes, close } = kubernetesCluster({ kubeconfigPath, clock: environment.clock })
  const intervalMs = 5_000 / environment.clock.toRealMs(1)
  const service = { ...bench.service, eyes: { ...EYES, intervalMs, ...over } }
  try {
    return await eyes.read(service, 'stable', signal)
  } finally {
    await close()
  }
}

const proxied = () => environment.simulation.requests().filter(({ path }) => path.includes('/proxy'))
const program: PodProgram = ({ pod, port, path }) =>
  port === 8080 && path === '/metrics'
    ? {
        status: 200,
        contentType: 'text/plain; version=0.0.4',
        body: `http_requests_total{code="200",pod="${pod}"} 5\nhttp_requests_total{code="500"} 1\n`,
      }
    : undefined

describe('pods behind the API server', () => {
  it('are read by the proxy subresource of each', async () => {
    environment.simulation.setProgram(program)
    const before = proxied().length
    const readings = await readOnce()
    expect(readings).toHaveLength(3)
    for (const reading of readings) {
      if ('unknown' in reading) throw new Error(reading.unknown)
      expect([...reading.requests.values()]).toEqual([5, 1])
      expect([...reading.errors.values()]).toEqual([1])
    }
    const paths = proxied().slice(before)
    expect(paths.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      readings.map(({ pod }) => `GET /api/v1/namespaces/${bench.namespace}/pods/${pod}%3A8080/proxy/metrics`),
    )
  })

  it('are unknown where nothing listens on the port', async () => {
    environment.simulation.setProgram(program)
    const [first] = await readOnce({ port: 9999 })
    expect(first).toMatchObject({ unknown: expect.stringContaining('the API server answered 503') })
    expect(first).toMatchObject({ unknown: expect.stringContaining('connection refused') })
  })

  it('are unknown without the right to ask, and the right is named', async () => {
    environment.simulation.setFault({ path: /\/proxy\//, answer: 403 })
    const [first] = await readOnce()
    expect(first).toMatchObject({
      unknown: expect.stringContaining('lacks the RBAC verb "get" on "pods/proxy" of the core group'),
    })
  })

  it.each([500, 429, 'disconnect'] as const)('are unknown when the API server says %s', async (answer) => {
    environment.simulation.setFault({ path: /\/proxy\//, answer })
    const readings = await readOnce()
    expect(readings.map((reading) => 'unknown' in reading)).toEqual([true, true, true])
  })
})

describe('the way that is taken by itself', () => {
  it('is by address in the cluster that the bot runs in', async () => {
    environment.simulation.setProgram(program)
    const own = join(environment.folder, 'in-cluster')
    const text = await readFile(environment.kubeconfigPath, 'utf8')
    // What the client library calls the cluster whose pod it runs in.
    await writeFile(own, text.replaceAll('simulated', 'inCluster'))
    for (const pod of environment.simulation.pods(bench.namespace))
      await bench.admin.patch(
        {
          group: '',
          version: 'v1',
          resource: 'pods',
          namespace: bench.namespace,
          name: pod.name,
          subresource: 'status',
        },
        { status: { podIP: '127.7.250.1', podIPs: [{ ip: '127.7.250.1' }] } },
      )
    const before = proxied().length
    const readings = await readOnce({ port: 1 }, own)
    expect(readings.map((reading) => 'unknown' in reading && reading.unknown)).toEqual([
      'connection refused',
      'connection refused',
      'connection refused',
    ])
    expect(proxied()).toHaveLength(before)
  })

  it('may be said: by address from outside', async () => {
    const [first] = await readOnce({ via: 'pod', port: 1 })
    expect(first).toMatchObject({ unknown: 'connection refused' })
  })
})
