/**
 * One kubeconfig context: its address, and what a request to it carries. @kubernetes/client-node reads the kubeconfig
 * and knows every way to log in; the requests themselves are ours (see api-client.ts).
 */
import { performance } from 'node:perf_hooks'
import { Agent, type Dispatcher } from 'undici'
import { ClusterError } from '../../ports/cluster.ts'
import { type KubeconfigSource, loadKubeconfig } from './kubeconfig.ts'

export interface Login {
  readonly headers: Readonly<Record<string, string>>
  readonly dispatcher: Dispatcher
}

export interface Credentials {
  readonly server: string
  /** Is it the cluster that this process runs in, by the account of its own pod? */
  readonly inCluster: boolean
  /** Headers and connection pool of a request. `anew`: the last ones were answered 401. */
  login(anew?: boolean): Promise<Login>
  close(): Promise<void>
}

/** Tokens live for minutes at least; the library would read certificate files again for each request. */
const LOGIN_GOOD_FOR_MS = 30_000

/**
 * Reads the kubeconfig (`path`, else the usual places, else the pod's own account, under `podRoot` where that is given) and
 * picks a context; null: the current one.
 * Throws ClusterError `refused` when there is no such context.
 */
export async function credentialsOf(
  path: string | undefined,
  context: string | null,
  podRoot?: string,
): Promise<Credentials> {
  const { RequestContext, HttpMethod } = await import('@kubernetes/client-node')
  let { config, cluster } = await readContext({ path, podRoot }, context)

  let pool: Dispatcher | undefined
  let kept: { login: Login; at: number } | undefined
  const make = async (): Promise<Login> => {
    const request = new RequestContext(cluster.server, HttpMethod.GET)
    await config.applySecurityAuthentication(request)
    // The library makes a pool per request; one pool keeps connections alive.
    pool ??= request.getDispatcher() ?? new Agent({ connect: { keepAlive: true, keepAliveInitialDelay: 30_000 } })
    return { headers: request.getHeaders(), dispatcher: pool }
  }
  // A client certificate lives in the pool: a new one needs a new pool. Requests under way on the old one may end.
  const forgetPool = () => {
    const old = pool
    pool = undefined
    void old?.close().catch(() => undefined)
  }
  return {
    // The library's own name for what it finds in a pod.
    inCluster: cluster.name === 'inCluster',
    server: cluster.server.replace(/\/+$/, ''),
    async login(anew = false) {
      const now = performance.now()
      if (kept && !anew && now - kept.at < LOGIN_GOOD_FOR_MS) return kept.login
      try {
        if (anew) {
          forgetPool()
          // The library keeps a token for a minute: one that was exchanged meanwhile is in the file, not in its memory.
          ;({ config, cluster } = await readContext({ path, podRoot }, context))
        }
        kept = { login: await make(), at: now }
      } catch (cause) {
        throw new ClusterError('late', `Logging in to ${cluster.server} failed: ${messageOf(cause)}.`, { cause })
      }
      return kept.login
    },
    async close() {
      kept = undefined
      const old = pool
      pool = undefined
      await old?.destroy()
    },
  }
}

async function readContext(source: KubeconfigSource, context: string | null) {
  const config = await loadKubeconfig(source)
  if (context !== null) {
    const known = config.getContexts().map((row) => row.name)
    if (!known.includes(context)) {
      throw new ClusterError('refused', `The kubeconfig has no context "${context}"; it has ${known.join(', ')}.`)
    }
    config.setCurrentContext(context)
  }
  const cluster = config.getCurrentCluster()
  if (!cluster) throw new ClusterError('refused', 'The kubeconfig names no cluster for its current context.')
  return { config, cluster }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
