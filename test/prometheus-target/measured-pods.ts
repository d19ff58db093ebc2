/** The pods that the shipped PromQL is proven on. */
import { cAdvisor, gauges, meshProxies, type TargetPod, webApp } from './target-pods.ts'

const healthy = webApp({ perScrape: { '200': 40 }, seconds: 0.12 })
const broken = webApp({ perScrape: { '500': 30 } })
const pod = (name: string, prepare: TargetPod['prepare'], more: Partial<TargetPod> = {}): TargetPod => ({
  namespace: 'shop',
  pod: name,
  prepare,
  ...more,
})
const container = (name: string, limits: { cpu: number | null; memory: number | null }) => ({
  namespace: 'shop',
  pod: name,
  container: 'app',
  cpu: { perScrape: 0.25, limit: limits.cpu },
  memory: { bytes: 300e6, limit: limits.memory },
})

/** What Prometheus scrapes: one Deployment per situation, each with what its name says. */
export const TARGET_PODS: readonly TargetPod[] = [
  pod('api-7d4b8c9f6-bcdfg', healthy),
  pod('api-7d4b8c9f6-hjklm', healthy),
  pod('api-canary-5c6d7f8b9-xz245', broken),
  // neighbours whose names begin alike, all of them failing
  pod('api-worker-66b7d8c9f-klmnp', broken),
  pod('api-worker-0', broken),
  pod('api-migrate-bcdfg', broken),
  pod('apix-7d4b8c9f6-bcdfg', broken),
  pod('idle-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 0, '500': 0 }, before: 50 })),
  pod('fresh-7d4b8c9f6-bcdfg', healthy, { scrapes: 1 }),
  pod('restarting-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 20 }, before: 5_000, restartAt: 4 })),
  pod('status-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 15, '503': 5 }, label: 'status' })),
  pod('odd-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 15, '503': 5 }, label: 'response' })),
  pod('narrow-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 20 }, seconds: 3, buckets: [0.05, 0.1, 0.25] })),
  pod('slow-7d4b8c9f6-bcdfg', webApp({ perScrape: { '200': 20 }, seconds: 0.7 })),
  pod('extra-7d4b8c9f6-bcdfg', gauges({ queue_depth: 12, db_pool_connections_in_use: 4, db_pool_connections_max: 10 })),
  pod(
    'gateway-7d4b8c9f6-bcdfg',
    meshProxies([
      { reporter: 'source', workload: 'api', code: '200', perScrape: 30, ms: 120 },
      { reporter: 'source', workload: 'api', code: '503', perScrape: 10, ms: 120 },
      { reporter: 'destination', workload: 'api', code: '200', perScrape: 30, ms: 120 },
      { reporter: 'source', workload: 'api-canary', code: '200', perScrape: 20, ms: 700 },
    ]),
  ),
  pod(
    'node-cadvisor',
    cAdvisor([
      container('api-7d4b8c9f6-bcdfg', { cpu: 1, memory: 1e9 }),
      { ...container('api-7d4b8c9f6-hjklm', { cpu: 1, memory: 1e9 }), restarted: true },
      container('slow-7d4b8c9f6-bcdfg', { cpu: null, memory: null }),
    ]),
    { honorLabels: true },
  ),
]
