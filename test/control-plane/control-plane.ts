import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { get } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Build, buildControlPlane } from './build-folder.ts'
import { writeClusterFiles } from './cluster-files.ts'
import { applyCrds } from './crds.ts'
import { externalCluster } from './external-cluster.ts'
import { type KubectlResult, mustKubectl, runKubectl } from './kubectl.ts'
import { freePorts, killAndWait, type Program, startProgram, startWatchdog, unlessOneEnds } from './processes.ts'
import {
  apiServerFlags,
  controllerManagerFlags,
  etcdFlags,
  kwokFlags,
  type Ports,
  schedulerFlags,
} from './program-flags.ts'

/** A real Kubernetes API with a scheduler and controllers, whose pods are played by kwok (see stages.yaml). */
export interface ControlPlane {
  /** An administrator's kubeconfig, with the CA, so that certificates are verified. */
  readonly kubeconfigPath: string
  /** The kubectl in use: a path, or a name on the PATH. */
  readonly kubectlPath: string
  readonly serverUrl: string
  /** PEM file that verifies the server; null when an external cluster's kubeconfig names none. */
  readonly caPath: string | null
  /** The administrator's bearer token; null when an external cluster's kubeconfig holds none. */
  readonly token: string | null
  /** Runs kubectl against this cluster. A command that fails is an answer, not an error. */
  kubectl(...args: readonly string[]): Promise<KubectlResult>
  /** `kubectl apply` of one or more YAML documents; throws with kubectl's words when the API refuses. */
  apply(manifest: string): Promise<void>
  /** Ends all its programs and removes its files. An external cluster is left as it is. */
  stop(): Promise<void>
}

/** A start takes 5 to 10 s on two cores; this is for a machine busy with other things. */
const START_TIMEOUT_MS = 120_000
const POLL_INTERVAL_MS = 50
const NODES = ['node-a', 'node-b', 'node-c'] as const
const NODE_SIZE = { cpu: '8', memory: '16Gi', pods: '110' } as const

/**
 * Builds what is missing (minutes, the first time on a machine) and starts a control plane of its own on free loopback
 * ports; or, with TMINUS_TEST_CLUSTER=external, uses the cluster that KUBECONFIG points at, as it is. Resolves when the
 * nodes are ready and the CRDs of Istio and the Gateway API are served. Throws, with nothing left running, when a program ends early or START_TIMEOUT_MS is over.
 */
export async function startControlPlane(): Promise<ControlPlane> {
  if (process.env.TMINUS_TEST_CLUSTER === 'external') {
    const kubeconfigPath = process.env.KUBECONFIG
    if (!kubeconfigPath)
      throw new Error('TMINUS_TEST_CLUSTER=external needs KUBECONFIG: the file of the cluster to use.')
    return externalCluster(kubeconfigPath, 'kubectl')
  }
  return startOwn(await buildControlPlane())
}

async function startOwn(build: Build): Promise<ControlPlane> {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-control-plane-'))
  const [etcd = 0, etcdPeer = 0, apiServer = 0, kubelet = 0] = await freePorts(4)
  const ports: Ports = { etcd, etcdPeer, apiServer, kubelet }
  const serverUrl = `https://127.0.0.1:${ports.apiServer}`
  const files = await writeClusterFiles(folder, serverUrl)
  const target = { kubectlPath: build.kubectlPath, kubeconfigPath: files.kubeconfigPath }
  const programs: Program[] = []
  const watchdog = startWatchdog(folder)
  const stop = async (): Promise<void> => {
    // The other way round than they were started: clients first. The API server would wait for open watches on SIGTERM
    // and keep its port; nothing here is worth a clean end.
    for (const program of programs.toReversed()) await killAndWait(program.child)
    await killAndWait(watchdog.child)
    await rm(folder, { recursive: true, force: true })
  }
  const start = (name: string, args: readonly string[]): void => {
    const program = startProgram(join(build.folder, name), args, folder)
    programs.push(program)
    watchdog.watch(program)
  }
  try {
    start('etcd', etcdFlags(folder, ports))
    start('kube-apiserver', apiServerFlags(files, ports))
    await unlessOneEnds(programs, untilReady(serverUrl, files.caPath))
    start('kube-controller-manager', controllerManagerFlags(files))
    start('kube-scheduler', schedulerFlags(files))
    start('kwok', kwokFlags(files, ports))
    await unlessOneEnds(programs, Promise.all([createNodes(target), applyCrds(target, build.crdFolder)]))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ...target,
    serverUrl,
    caPath: files.caPath,
    token: files.token,
    kubectl: (...args) => runKubectl(target, args),
    apply: async (manifest) => {
      await mustKubectl(target, ['apply', '-f', '-'], manifest)
    },
    stop,
  }
}

async function createNodes(target: { readonly kubectlPath: string; readonly kubeconfigPath: string }): Promise<void> {
  const items = NODES.map((name) => ({
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name, labels: { 'kubernetes.io/hostname': name } },
    status: { allocatable: NODE_SIZE, capacity: NODE_SIZE },
  }))
  await mustKubectl(target, ['create', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  await mustKubectl(target, [
    'wait',
    'nodes',
    '--all',
    '--for=condition=Ready',
    `--timeout=${START_TIMEOUT_MS / 1000}s`,
  ])
}

/** Asks `/readyz`, with the certificate verified, until the answer is 200. */
async function untilReady(serverUrl: string, caPath: string): Promise<void> {
  const timeout = AbortSignal.timeout(START_TIMEOUT_MS)
  while (!(await isReady(serverUrl, caPath))) {
    await pause(POLL_INTERVAL_MS, undefined, { signal: timeout })
  }
}

async function isReady(serverUrl: string, caPath: string): Promise<boolean> {
  try {
    const ca = readFileSync(caPath)
    return await new Promise<boolean>((resolve, reject) => {
      get(`${serverUrl}/readyz`, { ca, agent: false }, (response) => {
        response.resume()
        resolve(response.statusCode === 200)
      }).on('error', reject)
    })
  } catch {
    // Not listening yet, or its certificate not written yet: both are "not ready".
    return false
  }
}
