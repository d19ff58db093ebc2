/** Answers and accidents of the API, as the port's three kinds of failure, each with a sentence a person can act on. */
import { ClusterError } from '../../ports/cluster.ts'
import { numberAt, textAt } from './json.ts'
import { describeTarget, type Target } from './target.ts'

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'patch' | 'update' | 'delete'

/** Statuses that may be gone at the next try: timeout, conflict, an expired list, too many, and the server's own trouble. */
const PASSING_STATUSES = new Set([408, 409, 410, 425, 429])

/** A `metav1.Status`, or undefined when the answer is something else (a proxy's page, plain text). */
function parseStatus(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}

/** Waiting time the server asked for, ms; null when it asked for none. `Retry-After` as a date is not used by API servers. */
function retryAfterMs(status: unknown, header: string | undefined): number | null {
  const seconds =
    numberAt(status, 'details', 'retryAfterSeconds') ?? (header === undefined ? Number.NaN : Number(header))
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null
}

/** What an answer above 299 means. `body` as received: errors carry a Status, but not always. */
export function answeredFailure(
  verb: Verb,
  target: Target,
  answer: { readonly status: number; readonly body: string; readonly retryAfter?: string | undefined },
): ClusterError {
  const parsed = parseStatus(answer.body)
  const said = textAt(parsed, 'message') ?? (answer.body.trim().slice(0, 300) || 'nothing more')
  const late = answer.status >= 500 || PASSING_STATUSES.has(answer.status)
  const message = `Could not ${verb} ${describeTarget(target)}: the API server answered ${answer.status}, ${said}.${advice(verb, target, answer.status, said)}`
  return new ClusterError(late ? 'late' : 'refused', message.replace('..', '.'), {
    status: answer.status,
    retryAfterMs: retryAfterMs(parsed, answer.retryAfter),
  })
}

function advice(verb: Verb, target: Target, status: number, said: string): string {
  if (status === 401) return ' The credentials of the kubeconfig are not accepted.'
  if (status !== 403 || /exceeded quota|violates PodSecurity|admission webhook/i.test(said)) return ''
  // What a proxy passes on may be the pod's own word.
  if (target.subresource === 'proxy' && !said.includes('cannot')) return ''
  const group = target.group === '' ? 'the core group' : target.group
  const resource = target.subresource === undefined ? target.resource : `${target.resource}/${target.subresource}`
  return ` The bot's account lacks the RBAC verb "${verb}" on "${resource}" of ${group}.`
}

/** No answer at all: refused, reset, timed out, stopped. */
export function unansweredFailure(verb: Verb, target: Target, cause: unknown, why?: string): ClusterError {
  if (cause instanceof ClusterError) return cause
  const reason = why ?? (cause instanceof Error ? cause.message || cause.name : String(cause))
  return new ClusterError('late', `Could not ${verb} ${describeTarget(target)}: ${reason}.`, { cause })
}

export function isStatus(error: unknown, status: number): error is ClusterError {
  return error instanceof ClusterError && error.status === status
}
