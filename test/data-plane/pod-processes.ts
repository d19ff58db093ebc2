/**
 * The processes of a namespace's pods, each a server of its own, found by the pod's name: an EndpointSlice takes no
 * loopback addresses. They live and end as the pod objects say.
 */
import { type JsonObject, listAt, numberAt, objectAt, textAt, textMapAt } from '../../src/adapters/kubernetes/json.ts'
import { versionOf } from '../../src/playbook/image.ts'
import type { Clock } from '../../src/ports/clock.ts'
import { type PodServer, startPodServer } from './pod-server.ts'

export interface PodProcess {
  readonly server: PodServer
  readonly labels: Readonly<Record<string, string>>
}

export interface PodProcesses {
  /** All pods there are now. A pod that is gone from the list takes its process with it. */
  see(pods: readonly JsonObject[]): void
  /** Undefined when there is no such pod, or its process is gone. */
  find(name: string): PodProcess | undefined
  /** Labels of a pod, also of one that is gone. */
  labelsOf(name: string): Readonly<Record<string, string>>
  /** Each process with what it does: `shop-1 serves`. */
  states(): readonly string[]
  /** Resolves when each of these listens: a real pod is not ready before that. Never for a name that never comes. */
  listening(names: readonly string[]): Promise<void>
  stop(): void
}

export interface PodProcessOptions {
  readonly clock: Clock
  /** How long an answer takes, real ms. */
  readonly answerMs: number
}

interface Life extends PodProcess {
  state: 'serves' | 'drains' | 'has ended'
  cancelEnd: () => void
}

export function podProcesses({ clock, answerMs }: PodProcessOptions): PodProcesses {
  const lives = new Map<string, Life>()
  const labels = new Map<string, Readonly<Record<string, string>>>()
  const waiting = new Map<string, (() => void)[]>()
  const begin = (name: string, pod: JsonObject) => {
    const image = textAt(listAt(pod, 'spec', 'containers')[0], 'image') ?? ''
    const life: Life = {
      server: startPodServer(versionOf(image), answerMs),
      labels: textMapAt(pod, 'metadata', 'labels'),
      state: 'serves',
      cancelEnd: () => undefined,
    }
    lives.set(name, life)
    labels.set(name, life.labels)
    for (const tell of waiting.get(name) ?? []) tell()
    waiting.delete(name)
    return life
  }
  return {
    see(pods) {
      const present = new Set<string>()
      for (const pod of pods) {
        const name = textAt(pod, 'metadata', 'name') ?? ''
        present.add(name)
        const life = lives.get(name) ?? begin(name, pod)
        if (life.state !== 'serves' || textAt(pod, 'metadata', 'deletionTimestamp') === undefined) continue
        life.state = 'drains'
        life.server.drain()
        life.cancelEnd = clock.schedule(clock.now() + preStopMs(pod), () => {
          life.state = 'has ended'
          life.server.end()
        })
      }
      for (const [name, life] of lives) {
        if (present.has(name)) continue
        life.cancelEnd()
        life.server.kill()
        lives.delete(name)
      }
    },
    find: (name) => lives.get(name),
    labelsOf: (name) => labels.get(name) ?? {},
    states: () => [...lives].map(([name, { state }]) => `${name} ${state}`),
    async listening(names) {
      for (const name of names) {
        if (!labels.has(name)) {
          await new Promise<void>((resolve) => waiting.set(name, [...(waiting.get(name) ?? []), resolve]))
        }
        await lives.get(name)?.server.port
      }
    },
    stop() {
      for (const { cancelEnd, server } of lives.values()) {
        cancelEnd()
        server.kill()
      }
      lives.clear()
    },
  }
}

/** How long the slowest preStop hook sleeps, ms; 0 without one: then the process is told to end at once. */
function preStopMs(pod: JsonObject): number {
  const seconds = listAt(pod, 'spec', 'containers').map(
    (container) => numberAt(objectAt(container), 'lifecycle', 'preStop', 'sleep', 'seconds') ?? 0,
  )
  return Math.max(0, ...seconds) * 1_000
}
