/** metrics.k8s.io: what `kubectl top` and the node load check read. */
import type { ClusterContext } from '../cluster-context.ts'
import { nodeMetrics, podMetrics } from '../metrics.ts'
import { ApiError, unknownPath } from '../store/api-error.ts'
import { answerJson, type Exchange } from './exchange.ts'
import { matcherOf } from './request-options.ts'

const PATH = /^\/apis\/metrics\.k8s\.io\/v1beta1\/(?:namespaces\/([^/]+)\/)?(nodes|pods)(?:\/([^/]+))?$/

interface Named {
  readonly metadata: { readonly name: string }
}

export function handleMetrics(context: ClusterContext, exchange: Exchange): void {
  const match = PATH.exec(exchange.path)
  if (!match || exchange.method !== 'GET') throw unknownPath()
  const [, namespace, resource, name] = match
  const matches = matcherOf(exchange)
  const items: readonly Named[] =
    resource === 'nodes'
      ? context.store
          .list('nodes')
          .filter(matches)
          .map((node) => nodeMetrics(context, node))
      : context.store
          .list('pods', namespace)
          .filter(matches)
          .flatMap((pod) => podMetrics(context, pod) ?? [])
  const kind = resource === 'nodes' ? 'NodeMetricsList' : 'PodMetricsList'
  const list = { kind, apiVersion: 'metrics.k8s.io/v1beta1', metadata: {}, items }
  answerJson(exchange, 200, name === undefined ? list : named(items, resource ?? '', name))
}

function named(items: readonly Named[], kind: string, name: string): Named {
  const found = items.find(({ metadata }) => metadata.name === name)
  if (found) return found
  throw new ApiError(404, 'NotFound', `${kind}.metrics.k8s.io "${name}" not found`, {
    name,
    group: 'metrics.k8s.io',
    kind,
  })
}
