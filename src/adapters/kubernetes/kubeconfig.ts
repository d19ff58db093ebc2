/** The kubeconfig: where it is looked for, and which contexts it has. */
import { ClusterError } from '../../ports/cluster.ts'

export interface KubeconfigSource {
  /** A file; undefined: KUBECONFIG, `~/.kube/config`, or the account of the pod that this process runs in. */
  readonly path?: string | undefined
  /** Folder under which the pod's service account is mounted, in place of `/`; then nothing else is looked for. */
  readonly podRoot?: string | undefined
}

/** What the library calls its context when it found nothing at all, and guesses. */
const GUESSED = 'loaded-context'

/** Reads it anew. Throws ClusterError `refused` when it cannot be read. */
export async function loadKubeconfig({ path, podRoot }: KubeconfigSource) {
  // Loaded late: the library takes most of a second, which start-up and tests without a cluster need not pay.
  const { KubeConfig } = await import('@kubernetes/client-node')
  const config = new KubeConfig()
  try {
    if (path !== undefined) config.loadFromFile(path)
    else if (podRoot !== undefined) config.loadFromCluster(podRoot)
    else config.loadFromDefault()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ClusterError('refused', `The kubeconfig cannot be read: ${why}.`, { cause })
  }
  return config
}

/** Names of its contexts; null where there is none, neither a file nor a pod's account. Throws ClusterError `refused`. */
export async function knownContexts(source: KubeconfigSource): Promise<readonly string[] | null> {
  const names = (await loadKubeconfig(source)).getContexts().map((row) => row.name)
  return names.length === 1 && names[0] === GUESSED ? null : names
}
