/** The data plane of one namespace: the pods' processes, and the proxies' views, fed with the live objects. */
import type { JsonObject } from '../../src/adapters/kubernetes/json.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { type Backend, backendsOf, type Followed, type Front, readyPods } from './backends.ts'
import { type PodProcesses, podProcesses } from './pod-processes.ts'
import { type Lags, type ProxyView, proxyView } from './proxy-view.ts'

export interface TestProxy {
  readonly view: ProxyView
  /** Where a request may go now. */
  backends(): readonly Backend[]
}

export interface DataPlane {
  readonly pods: PodProcesses
  readonly proxies: readonly TestProxy[]
  /** All objects of a kind as they are now. Resolves when the proxies are on their way to know it. */
  see(kind: Followed | 'pods', objects: readonly JsonObject[]): Promise<void>
  stop(): void
}

export interface DataPlaneOptions {
  readonly clock: Clock
  readonly front: Front
  readonly lags: readonly Lags[]
  /** How long a pod's answer takes, real ms. */
  readonly answerMs: number
}

export function dataPlane({ clock, front, lags, answerMs }: DataPlaneOptions): DataPlane {
  const pods = podProcesses({ clock, answerMs })
  const views = lags.map((lag) => proxyView(clock, lag))
  const newest = new Map<Followed, readonly JsonObject[]>()
  return {
    pods,
    proxies: views.map((view) => ({ view, backends: () => backendsOf(front, view.known(), pods.labelsOf) })),
    async see(kind, objects) {
      if (kind === 'pods') return pods.see(objects)
      newest.set(kind, objects)
      // A pod of the tests' cluster may be called ready before its process here listens; a real one is not.
      if (kind === 'endpointslices') await pods.listening(readyPods(objects))
      if (newest.get(kind) !== objects) return
      for (const view of views) view.see(kind, objects)
    },
    stop() {
      for (const view of views) view.stop()
      pods.stop()
    },
  }
}
