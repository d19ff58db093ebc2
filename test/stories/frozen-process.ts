/**
 * A worker in a process of its own that stops itself (SIGSTOP) in the middle of a write: the share of 25 % is decided and
 * written down as a request, and leaves only when somebody wakes the process. It tells what became of it.
 */
import { Agent } from 'undici'
import { credentialsOf } from '../../src/adapters/kubernetes/credentials.ts'
import { kubernetesCluster } from '../../src/adapters/kubernetes/kubernetes-cluster.ts'
import { runBot } from '../../src/commands/run-bot.ts'
import { simulatedOutside } from '../../src/demo/outside.ts'
import { type Cluster, ClusterError } from '../../src/ports/cluster.ts'
import { anchoredClock } from './anchored-clock.ts'
import { type Papers, SILENT } from './papers.ts'

/** What it sends to whoever started it. */
export type Told = 'ready' | 'asleep' | { readonly share: 'given' | ClusterError['kind'] }

const tell = (told: Told, then = () => {}) => process.send?.(told, then)

/** Logs in as ever; the first replacement of a VirtualService with that weight is sent after the sleep. */
const drowsy: typeof credentialsOf = async (...place) => {
  const credentials = await credentialsOf(...place)
  let slept = false
  const dispatcher = new Agent().compose((dispatch) => (options, handler) => {
    const isShare = options.method === 'PUT' && String(options.body).includes('"weight":25')
    if (slept || !isShare) return dispatch(options, handler)
    slept = true
    tell('asleep', () => {
      process.kill(process.pid, 'SIGSTOP')
      dispatch(options, handler)
    })
    return true
  })
  return { ...credentials, login: async () => ({ headers: {}, dispatcher }) }
}

async function live({ config, prefix, anchor, factor, outsideHost }: Papers): Promise<void> {
  const clock = anchoredClock(anchor, factor)
  const cluster = kubernetesCluster({
    kubeconfigPath: config.kubeconfigPath ?? '',
    clock,
    login: drowsy,
    requestTimeoutMs: 60_000,
  })
  const route: Cluster['route'] = async (service, percent, context) => {
    try {
      // Deaf: the word that interrupts it comes by a channel that may lose it, and is not what keeps it from writing.
      const shares = await cluster.route(service, percent, { ...context, signal: new AbortController().signal })
      if (percent === 25) tell({ share: 'given' })
      return shares
    } catch (error) {
      if (percent === 25 && error instanceof ClusterError) tell({ share: error.kind })
      throw error
    }
  }
  const bot = await runBot(
    { ...config, role: 'worker' },
    {
      clock,
      log: SILENT,
      prefix,
      replace: {
        ...simulatedOutside({ services: config.services, host: outsideHost, clock }),
        cluster: { ...cluster, route },
      },
    },
  )
  if ('refused' in bot) throw new Error(bot.refused)
  tell('ready')
}

process.once('message', (papers) => void live(papers as Papers))
process.once('disconnect', () => process.exit())
