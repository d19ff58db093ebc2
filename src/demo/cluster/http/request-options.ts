/** What the query of a request says beside the resource: dry run, field manager, selectors, options of a deletion. */
import type { DeleteOptions, WriteOptions } from '../api/write-options.ts'
import { badRequest, invalid } from '../store/api-error.ts'
import { isObject } from '../store/json.ts'
import type { ResourceDefinition } from '../store/resources.ts'
import { type Matcher, parseFieldSelector, parseLabelSelector } from '../store/selectors.ts'
import { notSupported } from '../validation/faults.ts'
import type { Exchange } from './exchange.ts'

/** Without `fieldManager` the first part of the user agent is the manager's name, as on a real server. */
export function writeOptions(
  definition: ResourceDefinition,
  { query, userAgent, body }: Exchange,
  applies = false,
): WriteOptions {
  const inBody = isObject(body) && body.kind === 'DeleteOptions' ? body.dryRun : undefined
  const dryRun = query.getAll('dryRun').concat(Array.isArray(inBody) ? inBody.map(String) : [])
  const wrong = dryRun.find((value) => value !== 'All')
  if (wrong !== undefined) throw invalid(definition, '', [notSupported('dryRun', wrong, ['All'])])
  const agent = userAgent.split('/')[0] ?? ''
  return {
    dryRun: dryRun.length > 0,
    fieldManager: query.get('fieldManager') ?? (applies ? '' : agent === '' ? 'unknown' : agent),
    force: query.get('force') === 'true',
  }
}

export function matcherOf({ query }: Exchange): Matcher {
  const labels = parseLabelSelector(query.get('labelSelector') ?? '')
  const fields = parseFieldSelector(query.get('fieldSelector') ?? '')
  return (object) => labels(object) && fields(object)
}

export function deleteOptions({ query, body }: Exchange): DeleteOptions {
  const given = isObject(body) ? body : {}
  const grace = given.gracePeriodSeconds ?? query.get('gracePeriodSeconds') ?? undefined
  const policy = given.propagationPolicy ?? query.get('propagationPolicy') ?? undefined
  const preconditions = isObject(given.preconditions) ? given.preconditions : {}
  const { uid, resourceVersion } = preconditions
  if (policy !== undefined && policy !== 'Background' && policy !== 'Foreground' && policy !== 'Orphan') {
    throw badRequest(`invalid propagationPolicy: ${String(policy)}`)
  }
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: Number(grace) }),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}
