/**
 * Who gets the traffic, seen from outside: the share of the requests that a proxy which knows the cluster's objects at
 * once would send to pods of the new version. One measure for all routers: weights, selectors and addresses alike are
 * what the objects say, and are read by the judge of the tests, not by the program that is measured.
 */
import { at, type JsonObject, listAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { pathOf } from '../../src/adapters/kubernetes/target.ts'
import { backendsOf, FOLLOWED, type Followed, type Front } from '../../test/data-plane/backends.ts'
import { followedTarget } from '../../test/data-plane/live-objects.ts'
import { epochMs } from '../epoch.ts'
import type { PlaneApi } from './api.ts'
import { waiting } from './waiting.ts'

export interface TrafficWatch {
  /** When the new version's share (0..1) was seen to be as wanted, ms since the epoch: now, or at the first change to come. */
  share(front: Front, wanted: (share: number) => boolean): Promise<number>
  /** Name of a ready old pod of the workload. Throws when there is none. */
  oldPod(workload: string): string
  /** Resolves when this pod is seen ready, or not. */
  ready(pod: string, wanted: boolean): Promise<unknown>
  /** Resolves when no pod of the new version is left. */
  emptied(): Promise<unknown>
  stop(): void
}

/** Of one namespace. `version`: the tag of the new pods' image. */
export function watchTraffic(api: PlaneApi, namespace: string, version: string): TrafficWatch {
  const { tell, when } = waiting()
  const objects = new Map<Followed | 'pods', Map<string, JsonObject>>()
  /** Of the change that is being told; null between changes. */
  let changedAt: number | null = null
  const stops = (['pods', ...FOLLOWED] as const).map((kind) => {
    const known = new Map<string, JsonObject>()
    objects.set(kind, known)
    const take = (change: () => unknown, seenAt: number) => {
      change()
      changedAt = seenAt
      tell()
      changedAt = null
    }
    return api.watch(
      pathOf(followedTarget(kind, namespace)),
      (object, seenAt) => take(() => known.set(nameOf(object), object), seenAt),
      (object, seenAt) => take(() => known.delete(nameOf(object)), seenAt),
    )
  })
  const all = (kind: Followed | 'pods') => [...(objects.get(kind)?.values() ?? [])]
  const pod = (name: string) => objects.get('pods')?.get(name)
  const isNew = (object: JsonObject | undefined) => imageOf(object).endsWith(`:${version}`)
  const shareOf = (front: Front): number | undefined => {
    const known = Object.fromEntries(FOLLOWED.map((kind) => [kind, all(kind)])) as Record<Followed, JsonObject[]>
    const backends = backendsOf(front, known, (name) => textMapAt(pod(name), 'metadata', 'labels'))
    const whole = backends.reduce((sum, { weight }) => sum + weight, 0)
    const shares = backends.map(({ weight, pods }) => (weight / whole) * ratio(pods, (name) => isNew(pod(name))))
    const share = shares.reduce((sum, part) => sum + part, 0)
    // Not a number where a part of the requests would find no pod: neither version has them.
    return Number.isNaN(share) ? undefined : share
  }
  return {
    share: (front, wanted) =>
      when(`the wanted share of ${front.service}`, () => {
        const share = shareOf(front)
        return share !== undefined && wanted(share) ? (changedAt ?? epochMs()) : undefined
      }),
    oldPod(workload) {
      const found = all('pods').find(
        (object) => textMapAt(object, 'metadata', 'labels').app === workload && !isNew(object) && isReady(object),
      )
      if (!found) throw new Error(`${workload} has no old pod that is ready`)
      return nameOf(found)
    },
    ready: (name, wanted) =>
      when(`${name} ${wanted ? 'ready' : 'unready'}`, () => isReady(pod(name)) === wanted || undefined),
    emptied: () => when(`no new pods in ${namespace}`, () => !all('pods').some(isNew) || undefined),
    stop() {
      for (const stop of stops) stop()
    },
  }
}

function ratio(pods: readonly string[], counts: (name: string) => boolean): number {
  return pods.filter(counts).length / pods.length
}

function nameOf(object: JsonObject): string {
  return textAt(object, 'metadata', 'name') ?? ''
}

function imageOf(pod: JsonObject | undefined): string {
  return textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? ''
}

function isReady(pod: JsonObject | undefined): boolean {
  const conditions = listAt(pod, 'status', 'conditions')
  return (
    at(pod, 'metadata', 'deletionTimestamp') === undefined &&
    conditions.some((row) => textAt(row, 'type') === 'Ready' && textAt(row, 'status') === 'True')
  )
}
