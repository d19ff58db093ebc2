/**
 * Every write carries `<number>.<revision>` of the record that decided it. A worker that finds a higher token on an
 * object has been overtaken and stops. The check and the write meet on one resourceVersion.
 */
import { ClusterError, type WriteContext } from '../../ports/cluster.ts'
import { type JsonObject, textAt, withAt } from './json.ts'
import { DEPLOYMENT_ANNOTATION, REVISION_ANNOTATION } from './names.ts'
import { describeTarget, type Target } from './target.ts'

type Token = Pick<WriteContext, 'number' | 'revision'>

/**
 * Of a deployment that is under way. An object without a token was not written by it yet, or it is over and took its tokens
 * with it: before such a one is written, and after it was read, it is asked which.
 */
export interface PinnedContext extends WriteContext {
  /** Throws ClusterError `fenced` when it is over. */
  readonly stillOn: () => Promise<void>
}

/** The token an object carries; undefined when none, or when it is no token of ours. */
function tokenOf(object: JsonObject): Token | undefined {
  const found = /^(\d{1,15})\.(\d{1,15})$/.exec(textAt(object, 'metadata', 'annotations', REVISION_ANNOTATION) ?? '')
  return found ? { number: Number(found[1]), revision: Number(found[2]) } : undefined
}

/** The number of the token on an object; 0 when it carries none. */
export function tokenNumber(object: JsonObject): number {
  return tokenOf(object)?.number ?? 0
}

function isAbove(a: Token, b: Token): boolean {
  return a.number > b.number || (a.number === b.number && a.revision > b.revision)
}

/** Throws ClusterError `fenced` when the object was written by a newer decision. */
export function refuseIfFenced(target: Target, object: JsonObject, context: WriteContext): void {
  const found = tokenOf(object)
  if (!found || !isAbove(found, context)) return
  const by = textAt(object, 'metadata', 'annotations', DEPLOYMENT_ANNOTATION) ?? `deployment ${found.number}`
  throw new ClusterError(
    'fenced',
    `${describeTarget(target)} was written by ${by} at revision ${found.revision}; ${context.deployment} at revision ${context.revision} is older and stops.`,
    { by },
  )
}

/** Does the object already carry this decision's token, or one as high? */
export function isStamped(object: JsonObject, context: WriteContext): boolean {
  const found = tokenOf(object)
  return found !== undefined && !isAbove(context, found)
}

export function stamped(object: JsonObject, context: WriteContext): JsonObject {
  const marked = withAt(object, ['metadata', 'annotations', DEPLOYMENT_ANNOTATION], context.deployment)
  return withAt(marked, ['metadata', 'annotations', REVISION_ANNOTATION], `${context.number}.${context.revision}`)
}
