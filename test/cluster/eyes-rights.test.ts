/** What the eyes may ask of a real API server, and what it says to them: only as much as the README's table grants. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { realClock } from '../../src/adapters/clocks.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { type Bench, benchOn } from '../contracts/cluster-bench.ts'
import { mustKubectl } from '../control-plane/kubectl.ts'
import { EYES } from '../playbook/fixtures.ts'

let folder = ''
let bench: Bench

const target = () => ({ kubectlPath: inject('kubectlPath'), kubeconfigPath: inject('kubeconfig') })
const kubectl = (...args: string[]) => mustKubectl(target(), ['--namespace', bench.namespace, ...args])

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tminus-rights-'))
  const nobody = async () => undefined
  bench = await benchOn({ kubeconfigPath: inject('kubeconfig'), clock: realClock(), makeSick: nobody, close: nobody })
  await kubectl('create', 'serviceaccount', 'bot')
  const seen = 'deployments.apps,replicasets.apps,pods,services,endpointslices.discovery.k8s.io'
  await kubectl('create', 'role', 'look', '--verb=get,list,watch', `--resource=${seen}`)
  await kubectl('create', 'rolebinding', 'look', '--role=look', `--serviceaccount=${bench.namespace}:bot`)
})
afterAll(async () => {
  await bench.close()
  await rm(folder, { recursive: true })
})

/** The proxy goes nowhere from there: it refuses loopback. */
async function moveToLoopback(): Promise<void> {
  const { slots } = await bench.cluster.look(bench.service, new AbortController().signal)
  const status = '{"status":{"podIP":"127.8.250.1","podIPs":[{"ip":"127.8.250.1"}]}}'
  for (const { name } of slots.stable.pods)
    await kubectl('patch', 'pod', name, '--subresource=status', '--type=merge', `--patch=${status}`)
}

/** Why each pod could not be read, by the bot's own account. */
async function reasons(): Promise<readonly string[]> {
  const token = (await kubectl('create', 'token', 'bot')).trim()
  const config: { users: object[] } = parse(await readFile(inject('kubeconfig'), 'utf8'))
  const kubeconfigPath = join(folder, 'bot')
  await writeFile(
    kubeconfigPath,
    stringify({ ...config, users: config.users.map((user) => ({ ...user, user: { token } })) }),
  )
  const { eyes, close } = kubernetesCluster({ kubeconfigPath, clock: realClock() })
  try {
    const service = { ...bench.service, eyes: { ...EYES, intervalMs: 5_000 } }
    const readings = await eyes.read(service, 'stable', new AbortController().signal)
    expect(readings).toHaveLength(3)
    return readings.map((reading) => ('unknown' in reading ? reading.unknown : 'read'))
  } finally {
    await close()
  }
}

describe('the account of the bot', () => {
  it('is told which right it lacks, and with that right reaches the proxy of the API server', async () => {
    await kubectl('patch', 'deployment', 'api', '--type=merge', '--patch={"spec":{"paused":true}}')
    await moveToLoopback()
    for (const reason of await reasons())
      expect(reason).toContain('lacks the RBAC verb "get" on "pods/proxy" of the core group')
    await kubectl('create', 'role', 'eyes', '--verb=get', '--resource=pods/proxy')
    await kubectl('create', 'rolebinding', 'eyes', '--role=eyes', `--serviceaccount=${bench.namespace}:bot`)
    const isPassedOn = (reason: string) =>
      /the API server answered \d{3}, .*(not allowed|error trying to reach service)/.test(reason)
    await bench.until(
      // Again each time: whoever plays the kubelet may write an address of its own once more.
      () => moveToLoopback().then(reasons),
      (found) => found.every(isPassedOn),
    )
  })
})
