import { execFile, execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { realClock } from '../../../src/adapters/clocks.ts'
import { seedWorld } from '../../../src/demo/cluster/seed-world.ts'
import { startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'
import { NAMESPACE, testCluster } from './test-cluster.ts'

const run = promisify(execFile)
const QUICK = { controllerMs: 1, scheduleMs: 5, pullMs: 10, readyMs: 20, stopMs: 5 } as const

function hasKubectl(): boolean {
  try {
    execFileSync('kubectl', ['version', '--client'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A cluster on the wall clock with very quick pods, and kubectl with its kubeconfig. */
async function world() {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-kubectl-'))
  const kubeconfig = { path: join(folder, 'kubeconfig'), namespace: NAMESPACE }
  const cluster = await startSimulatedCluster({ clock: realClock(), timings: QUICK, kubeconfig })
  onTestFinished(async () => {
    await cluster.stop()
    await rm(folder, { recursive: true })
  })
  seedWorld(cluster)
  const kubectl = async (...args: string[]) => {
    const env = { ...process.env, KUBECONFIG: kubeconfig.path, HOME: folder }
    return (await run('kubectl', args, { env, timeout: 20_000 })).stdout
  }
  await kubectl('rollout', 'status', 'deployment/api', '--timeout=15s')
  return { cluster, kubectl, folder }
}

function withKubectl() {
  it('prints the tables of get', async () => {
    const { kubectl } = await world()
    const table = await kubectl('get', 'deploy,rs,pods,svc', '-o', 'wide')
    expect(table).toMatch(/deployment.apps\/api +3\/3 +3 +3 .*registry.local\/api:v1.9 +app=api/)
    expect(table).toMatch(/pod\/api-\w+-\w+ +1\/1 +Running +0 .*node-\d/)
    expect(table).toMatch(/service\/search-canary +ClusterIP .*app=search,track=canary/)
    expect(await kubectl('get', 'virtualservice', 'search', '-o', 'yaml')).toContain('host: search-canary')
  })

  it('rolls out, scales and undoes', async () => {
    const { kubectl } = await world()
    await kubectl('set', 'image', 'deployment/api', 'api=registry.local/api:v2.0')
    expect(await kubectl('rollout', 'status', 'deployment/api')).toContain('successfully rolled out')
    await kubectl('scale', 'deployment/api', '--replicas=4')
    await kubectl('rollout', 'undo', 'deployment/api')
    await kubectl('rollout', 'status', 'deployment/api')
    const path = '{.spec.replicas} {.spec.template.spec.containers[0].image}'
    expect(await kubectl('get', 'deployment', 'api', '-o', `jsonpath=${path}`)).toBe('4 registry.local/api:v1.9')
  })

  it('describes, reads logs, events and top', async () => {
    const { kubectl } = await world()
    expect(await kubectl('describe', 'deployment', 'api')).toContain('Scaled up replica set api-')
    expect(await kubectl('describe', 'pods', '-l', 'app=web')).toMatch(/Normal +Started .*Container started/)
    expect(await kubectl('describe', 'service', 'api')).toMatch(/Endpoints: +10\.244\./)
    expect(await kubectl('logs', 'deployment/api')).toContain('"msg":"starting"')
    expect(await kubectl('get', 'events')).toContain('SuccessfulCreate')
    expect(await kubectl('top', 'nodes')).toMatch(/node-1 +\d+m/)
    expect(await kubectl('top', 'pods')).toMatch(/api-\w+-\w+ +\d+m/)
  })

  it('applies a file, by the client and by the server', async () => {
    const { kubectl, folder } = await world()
    const file = join(folder, 'flags.yaml')
    await writeFile(file, 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flags }\ndata: { a: "1" }\n')
    expect(await kubectl('apply', '-f', file)).toBe('configmap/flags created\n')
    expect(await kubectl('apply', '-f', file)).toBe('configmap/flags unchanged\n')
    expect(await kubectl('apply', '--server-side', '-f', file)).toBe('configmap/flags serverside-applied\n')
  })
}

async function whatKubectlAsks() {
  const { cluster } = await testCluster()
  const read = async (path: string, accept = 'application/json') =>
    JSON.stringify(await (await fetch(`${cluster.url}${path}`, { headers: { accept } })).json())
  expect(await read('/version')).toContain('"minor":"36"')
  expect(await read('/apis')).toContain('networking.istio.io')
  expect(await read('/apis/apps/v1')).toContain('deployments/scale')
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
  expect(await read(`/api/v1/namespaces/${NAMESPACE}/pods`, table)).toContain('"kind":"Table"')
}

describe('kubectl on the simulated cluster', () => {
  it('finds versions, groups, resources and tables', whatKubectlAsks)
  if (hasKubectl()) withKubectl()
  else it('has no kubectl on this machine: only what it asks for was proven', whatKubectlAsks)
})
