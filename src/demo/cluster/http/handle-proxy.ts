/** `pods/<name>:<port>/proxy/<path>`: what a pod itself answers, through the API server. */
import type { ClusterContext } from '../cluster-context.ts'
import { ApiError, notFound } from '../store/api-error.ts'
import { resourceOf } from '../store/resources.ts'
import type { Exchange } from './exchange.ts'

export interface PodRequest {
  readonly namespace: string
  readonly pod: string
  readonly port: number
  /** With its leading slash. */
  readonly path: string
}

export interface PodAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** The program in the pods; undefined: nothing listens on that port. */
export type PodProgram = (request: PodRequest) => PodAnswer | undefined

const PATH = /^\/api\/v1\/namespaces\/([^/]+)\/pods\/([^/]+)\/proxy(\/.*)?$/
const PORT = 80

/** False for any other path. */
export function handleProxy(context: ClusterContext, exchange: Exchange, program: PodProgram): boolean {
  const [, namespace = '', target, path = '/'] = PATH.exec(exchange.path) ?? []
  if (target === undefined) return false
  const [name = '', port = PORT] = decodeURIComponent(target).split(':')
  const pod = context.store.get('pods', namespace, name)
  if (!pod) throw notFound(resourceOf('pods'), name)
  const running = (pod.status?.containerStatuses ?? []).some(({ state }) => state.running !== undefined)
  const answer = running ? program({ namespace, pod: name, port: Number(port), path }) : undefined
  if (!answer) {
    const where = `${pod.status?.podIP ?? ''}:${port}`
    const message = `error trying to reach service: dial tcp ${where}: connect: connection refused`
    throw new ApiError(503, 'ServiceUnavailable', message)
  }
  exchange.response.writeHead(answer.status, { 'content-type': answer.contentType })
  exchange.response.end(answer.body)
  return true
}
