/** Feeds a data plane from a running cluster, by watches, as kube-proxy and meshes are fed. */
import { apiClient } from '../../src/adapters/kubernetes/api-client.ts'
import { credentialsOf } from '../../src/adapters/kubernetes/credentials.ts'
import { type ResourceWatch, watchResource } from '../../src/adapters/kubernetes/resource-watch.ts'
import type { Target } from '../../src/adapters/kubernetes/target.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { FOLLOWED, type Followed } from './backends.ts'
import type { DataPlane } from './data-plane.ts'

const GROUPS: Readonly<Record<Followed | 'pods', string>> = {
  pods: '',
  endpointslices: 'discovery.k8s.io',
  virtualservices: 'networking.istio.io',
  destinationrules: 'networking.istio.io',
  httproutes: 'gateway.networking.k8s.io',
  ingresses: 'networking.k8s.io',
}

export function followedTarget(kind: Followed | 'pods', namespace: string): Target {
  return { group: GROUPS[kind], version: 'v1', resource: kind, namespace, name: null }
}

/** Real ms until a request is given up; a watch is renewed by the client itself. */
const REQUEST_MS = 20_000

export interface LiveOptions {
  readonly kubeconfigPath: string
  readonly namespace: string
  readonly clock: Clock
}

/** Returns how to stop. */
export async function followObjects(plane: DataPlane, options: LiveOptions): Promise<() => Promise<void>> {
  const credentials = await credentialsOf(options.kubeconfigPath, null)
  const api = apiClient(credentials, REQUEST_MS)
  const follow = (kind: Followed | 'pods'): ResourceWatch => {
    let due = false
    const watch = watchResource({
      api,
      clock: options.clock,
      target: followedTarget(kind, options.namespace),
      keyOf: () => kind,
      slim: (object) => object,
      lost: () => undefined,
      changed() {
        if (due) return
        due = true
        setImmediate(() => {
          due = false
          void plane.see(kind, watch.byKey(kind))
        })
      },
    })
    return watch
  }
  const watches = (['pods', ...FOLLOWED] as const).map(follow)
  return async () => {
    for (const watch of watches) watch.stop()
    await credentials.close()
  }
}
