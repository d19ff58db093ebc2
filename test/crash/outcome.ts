/** What is left of a run, without what may differ between two runs of the same: names by chance, versions, times. */
import { textAt } from '../../src/adapters/kubernetes/json.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { CrashStage } from './stage.ts'

export interface Outcome {
  /** By the name of what is compared: lines of text that both runs must have. */
  readonly same: Readonly<Record<string, readonly string[]>>
  /** How often each object of the cluster was written, by verb and path. */
  readonly writes: Readonly<Record<string, number>>
}

const COLLECTIONS = [
  '/apis/apps/v1/namespaces/production/deployments',
  '/apis/apps/v1/namespaces/production/replicasets',
  '/api/v1/namespaces/production/services',
  '/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers',
  '/apis/policy/v1/namespaces/production/poddisruptionbudgets',
  '/apis/networking.k8s.io/v1/namespaces/production/ingresses',
  '/apis/networking.istio.io/v1/namespaces/production/virtualservices',
  '/apis/networking.istio.io/v1/namespaces/production/destinationrules',
  '/apis/gateway.networking.k8s.io/v1/namespaces/production/httproutes',
] as const

export async function outcomeOf(stage: CrashStage, service: Service): Promise<Outcome> {
  const { store, world, journal, incidents } = stage
  const id = (await store.latest(service.name)) ?? ''
  const deployment = await store.load(id)
  const timeline = await store.timeline(id)
  const objects = await Promise.all(COLLECTIONS.map((path) => objectsAt(world.simulation.url, path)))
  const pods = world.simulation.pods(service.namespace)
  const shares = world.simulation.trafficShares(service.namespace, service.serviceName)
  const blocked = (await store.blocked(service.name)).map((block) => block.version)
  const same = {
    'the record': [`${deployment?.status}, blocked: ${blocked.join()}`],
    // The keys of a map have no order of their own.
    'an object': objects.flat().sort(),
    'a pod': pods.map((pod) => `${pod.version} ${pod.ready ? 'ready' : 'not ready'}`).sort(),
    'the shares': [JSON.stringify(shares)],
    'the timeline': timeline.map(({ type, audience, level, text, step, from, to }) =>
      [type, audience, level, step, from, to, text].join(' | '),
    ),
    Slack: messagesOf(stage),
    'a journal': [...journal, ...incidents],
  }
  const lines = Object.entries(same).map(([name, rows]) => [name, rows.map(withoutWhatMayDiffer)] as const)
  return {
    same: Object.fromEntries(lines),
    writes: counted(stage.writes.filter((what) => what.startsWith('cluster '))),
  }
}

/**
 * A deployment whose command was cut off after it was numbered is asked for again, under the next number. How long it took
 * until traffic was back is another number with a crash in it.
 */
function withoutWhatMayDiffer(line: string): string {
  return line
    .replaceAll(/\bapi-\d+\b/g, 'api-#')
    .replaceAll(/restored after [0-9.]+ s/g, 'restored after # s')
    .replaceAll(/restored (within a second|[0-9.]+ s) after the decision/g, 'restored # s after the decision')
    .replaceAll(/<!date\^\d+\^([^|]*)\|[^>]*>/g, '<!date $1>')
}

/**
 * Each message as it was left, but for the small print under it: that shows numbers of the moment in which it is told, and
 * says of a post that was interrupted that one may read it twice.
 */
function messagesOf({ chat }: CrashStage): readonly string[] {
  const edits = new Map(chat.edits.map(({ ts, message }) => [ts, message]))
  return chat.said
    .filter(({ key }) => !key.startsWith('emergency-'))
    .map(({ key, thread, broadcast, text, blocks, ts }) => {
      const last = edits.get(ts) ?? { text, blocks }
      const large = last.blocks.filter((block) => !('type' in block && block.type === 'context'))
      return JSON.stringify([key, thread === null ? 'channel' : 'thread', broadcast, last.text, large])
    })
}

async function objectsAt(url: string, path: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}${path}`)
  const { items } = (await answer.json()) as { items: object[] }
  return items.flatMap((item) => {
    const plain: unknown = JSON.parse(JSON.stringify(item, withoutChance))
    const name = `${textAt(plain, 'kind') ?? path.split('/').at(-1)} ${textAt(plain, 'metadata', 'name')}`
    return leavesOf(plain).map((leaf) => `${name}: ${leaf}`)
  })
}

/** Every value with its place, so that a difference is told in a line. */
function leavesOf(value: unknown, place = ''): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${place} = ${JSON.stringify(value)}`]
  const inner = Object.entries(value)
  return inner.length === 0 ? [`${place} = empty`] : inner.flatMap(([key, next]) => leavesOf(next, `${place}/${key}`))
}

const CHANCE: ReadonlySet<string> = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'time',
  'lastUpdateTime',
  'lastTransitionTime',
  'lastScaleTime',
  'clusterIP',
  'clusterIPs',
  // How often the controllers had something to do, which goes by what else happened at the same time.
  'observedGeneration',
  'tminus.dev/revision',
])

function withoutChance(key: string, value: unknown): unknown {
  return CHANCE.has(key) ? undefined : value
}

function counted(lines: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const line of lines) counts[line] = (counts[line] ?? 0) + 1
  return counts
}

/**
 * Empty when there is none. `again`: how many orders were given a second time; an emergency ordered twice is two of them, and
 * the second leaves its token where the first had.
 */
export function differences(undisturbed: Outcome, other: Outcome, again = 0): readonly string[] {
  const lines = Object.entries(undisturbed.same).flatMap(([name, expected]) => {
    const found = other.same[name] ?? []
    if (JSON.stringify(expected) === JSON.stringify(found)) return []
    const lacks = expected.filter((line) => !found.includes(line)).map((line) => `${name} is missing: ${line}`)
    const has = found.filter((line) => !expected.includes(line)).map((line) => `${name} is different: ${line}`)
    return lacks.length + has.length > 0 ? [...lacks, ...has] : [`${name}: another order, or another number of times`]
  })
  // Fewer are well: a wait in which traffic was looked for and stamped again may have been spent in being dead.
  const more = Object.entries(other.writes).flatMap(([what, count]) => {
    const expected = undisturbed.writes[what] ?? 0
    return count > expected + again ? [`written ${count} times instead of ${expected}: ${what}`] : []
  })
  return [...lines, ...more]
}
