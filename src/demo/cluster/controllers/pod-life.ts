/**
 * The kubelets: the life of every pod from its node to its end. A healthy container is pulled, runs and becomes ready; a
 * sick one crashes and waits longer each time, cannot be pulled, or stays unready.
 */
import { after, type ClusterContext, timestamp } from '../cluster-context.ts'
import type { Sicknesses, SicknessKind } from '../sickness.ts'
import { sameJson } from '../store/json.ts'
import type { Container, ContainerStatus, Pod } from '../store/pod-objects.ts'
import { type NodeLoad, trackNodeLoads } from './node-loads.ts'
import { type Crash, crashContainers, isCrash } from './pod-crash.ts'
import { endPod } from './pod-end.ts'
import { currentPod, runningStatus, waitingStatus, writePodStatus } from './pod-status.ts'
import { type Controller, keyOf } from './reconciler.ts'
import type { RecordEvent } from './record-event.ts'
import { schedulePod } from './scheduler.ts'

interface Life {
  cancel: () => void
  ending: boolean
}

export interface PodLives extends Controller {
  /** Switches a sickness, and looks again at every pod for which that changes something. */
  reexamine(change: () => void): void
  stop(): void
}

/** How long a pod that fits nowhere waits for another look. */
const RETRY_SCHEDULING_MS = 10_000

export function podLives(context: ClusterContext, record: RecordEvent, sicknesses: Sicknesses): PodLives {
  const lives = new PodLifeKeeper(context, record, sicknesses)
  return {
    concerns: ({ resource, object }) => (resource === 'pods' ? [keyOf(object)] : []),
    reconcile: ({ namespace, name }) => lives.look(context.store.get('pods', namespace, name)),
    reexamine: (change) => lives.reexamine(change),
    stop: () => lives.stop(),
  }
}

class PodLifeKeeper {
  readonly #lives = new Map<string, Life>()
  readonly #context: ClusterContext
  readonly #record: RecordEvent
  readonly #sicknesses: Sicknesses
  readonly #loadOf: (node: string) => NodeLoad

  constructor(context: ClusterContext, record: RecordEvent, sicknesses: Sicknesses) {
    this.#context = context
    this.#record = record
    this.#sicknesses = sicknesses
    this.#loadOf = trackNodeLoads(context.store)
    context.store.subscribe(({ type, resource, object }) => {
      if (type === 'DELETED' && resource === 'pods') this.#forget(object.metadata.uid)
    })
  }

  look(pod: Pod | undefined): void {
    if (!pod) return
    const life = this.#lives.get(pod.metadata.uid)
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (life?.ending) return
      life?.cancel()
      const ending: Life = { cancel: () => {}, ending: true }
      this.#lives.set(pod.metadata.uid, ending)
      ending.cancel = endPod(this.#context, this.#record, pod)
    } else if (!life) {
      this.#lives.set(pod.metadata.uid, { cancel: () => {}, ending: false })
      this.#next(pod, this.#context.timings.scheduleMs, (found) => this.#schedule(found))
    }
  }

  stop(): void {
    for (const life of this.#lives.values()) life.cancel()
    this.#lives.clear()
  }

  reexamine(change: () => void): void {
    const pods = this.#context.store.list('pods')
    const kindsOf = (pod: Pod) => pod.spec.containers.map((container) => this.#sicknesses.of(pod, container))
    const before = new Map(pods.map((pod) => [pod, kindsOf(pod)]))
    change()
    for (const [pod, old] of before) {
      const kinds = kindsOf(pod)
      if (!sameJson(old, kinds)) this.#switched(pod, kinds)
    }
  }

  /** What a pod that runs does when its sickness changes; the others meet it when they get there. */
  #switched(pod: Pod, kinds: readonly SicknessKind[]): void {
    const statuses = pod.status?.containerStatuses ?? []
    if (pod.status?.phase !== 'Running' || !statuses.some(({ state }) => state.running)) return
    if (kinds.some(isCrash)) this.#next(pod, 0, (found) => this.#crash(found))
    else if (kinds.includes('unready') || statuses.some(({ ready }) => !ready)) {
      this.#next(pod, this.#context.timings.probeMs, (found) => this.#probe(found))
    }
  }

  #forget(uid: string): void {
    this.#lives.get(uid)?.cancel()
    this.#lives.delete(uid)
  }

  /** Goes on with the pod's life after a delay, if it still lives then; what it waited for before is dropped. */
  #next(pod: Pod, ms: number, step: (pod: Pod) => void): void {
    const life = this.#lives.get(pod.metadata.uid)
    if (!life || life.ending) return
    life.cancel()
    const go = () => {
      const found = currentPod(this.#context, pod)
      if (found && found.metadata.deletionTimestamp === undefined) step(found)
    }
    if (ms <= 0) go()
    else life.cancel = after(this.#context, ms, go)
  }

  #schedule(pod: Pod): void {
    const placed = pod.spec.nodeName === undefined ? schedulePod(this.#context, this.#record, this.#loadOf, pod) : pod
    if (!placed) {
      this.#next(pod, RETRY_SCHEDULING_MS, (found) => this.#schedule(found))
      return
    }
    const now = timestamp(this.#context.clock.now())
    const statuses = placed.spec.containers.map((container) => waitingStatus(container, 'ContainerCreating'))
    const host = this.#hostAddress(placed)
    const extra = { startTime: now, hostIP: host, hostIPs: [{ ip: host }] }
    this.#say(placed, 'Normal', 'Pulling', (container) => `Pulling image "${container.image}"`)
    const created = writePodStatus(this.#context, placed, statuses, extra)
    this.#next(created, this.#context.timings.pullMs, (found) => this.#pull(found, 0))
  }

  #hostAddress(pod: Pod): string {
    const status = this.#context.store.get('nodes', undefined, pod.spec.nodeName ?? '')?.status
    return status?.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? '10.0.0.1'
  }

  #say(
    pod: Pod,
    type: 'Normal' | 'Warning',
    reason: string,
    text: (container: Container) => string,
    only?: readonly string[],
  ) {
    const source = { component: 'kubelet', host: pod.spec.nodeName ?? '' }
    for (const container of pod.spec.containers) {
      if (only && !only.includes(container.name)) continue
      const fieldPath = `spec.containers{${container.name}}`
      this.#record(source, pod, { type, reason, message: text(container), fieldPath })
    }
  }

  #sick(pod: Pod, has: (kind: SicknessKind) => boolean): readonly string[] {
    return pod.spec.containers.filter((container) => has(this.#sicknesses.of(pod, container))).map(({ name }) => name)
  }

  #pull(pod: Pod, tries: number): void {
    const missing = this.#sick(pod, (kind) => kind === 'image-pull')
    if (missing.length === 0) {
      this.#start(pod)
      return
    }
    const { backOffMs, backOffMaxMs } = this.#context.timings
    const statuses = pod.spec.containers.map((container): ContainerStatus => {
      if (!missing.includes(container.name)) return waitingStatus(container, 'ContainerCreating')
      const failure = `failed to pull and unpack image "${container.image}": not found`
      return tries === 0
        ? waitingStatus(container, 'ErrImagePull', failure)
        : waitingStatus(
            container,
            'ImagePullBackOff',
            `Back-off pulling image "${container.image}": ErrImagePull: ${failure}`,
          )
    })
    this.#say(pod, 'Warning', 'Failed', (container) => `Failed to pull image "${container.image}": not found`, missing)
    if (tries > 0)
      this.#say(pod, 'Normal', 'BackOff', (container) => `Back-off pulling image "${container.image}"`, missing)
    const waiting = writePodStatus(this.#context, pod, statuses)
    const wait = tries === 0 ? this.#context.timings.crashMs : Math.min(backOffMs * 2 ** (tries - 1), backOffMaxMs)
    this.#next(waiting, Math.max(wait, 1), (found) => this.#pull(found, tries + 1))
  }

  #start(pod: Pod): void {
    const { timings, clock } = this.#context
    const now = timestamp(clock.now())
    const restarts = (pod.status?.containerStatuses ?? []).filter(({ state }) => state.running === undefined)
    const starting = restarts.map(({ name }) => name)
    this.#say(pod, 'Normal', 'Pulled', (container) => this.#pulledText(pod, container), starting)
    this.#say(pod, 'Normal', 'Created', () => 'Container created', starting)
    this.#say(pod, 'Normal', 'Started', () => 'Container started', starting)
    const statuses = pod.spec.containers.map((container): ContainerStatus => {
      const before = pod.status?.containerStatuses?.find(({ name }) => name === container.name)
      return before?.state.running ? before : runningStatus(pod, container, now, before)
    })
    const ip = pod.status?.podIP ?? this.#address()
    const running = writePodStatus(this.#context, pod, statuses, { podIP: ip, podIPs: [{ ip }] })
    const crashing = this.#sick(running, isCrash).length > 0
    if (crashing) this.#next(running, timings.crashMs, (found) => this.#crash(found))
    else this.#next(running, timings.readyMs, (found) => this.#probe(found))
  }

  #lastAddress = 0

  #address(): string {
    this.#lastAddress += 1
    const place = this.#lastAddress
    return `10.244.${Math.floor(place / 250) % 250}.${(place % 250) + 2}`
  }

  #pulledText(pod: Pod, { name, image }: Container): string {
    const restarts = pod.status?.containerStatuses?.find((status) => status.name === name)?.restartCount ?? 0
    if (restarts > 0) return `Container image "${image}" already present on machine and can be accessed by the pod`
    const seconds = (this.#context.timings.pullMs / 1000).toFixed(1)
    return `Successfully pulled image "${image}" in ${seconds}s (${seconds}s including waiting).`
  }

  /** Readiness as the probes see it now. */
  #probe(pod: Pod): void {
    const failing = this.#sick(pod, (kind) => kind === 'unready' || kind === 'never-ready')
    const statuses = (pod.status?.containerStatuses ?? []).map((status): ContainerStatus => {
      const kept = status.ready && !this.#isUnready(pod, status.name)
      return { ...status, ready: status.state.running !== undefined && (kept || !failing.includes(status.name)) }
    })
    this.#say(
      pod,
      'Warning',
      'Unhealthy',
      () => 'Readiness probe failed: HTTP probe failed with statuscode: 503',
      failing,
    )
    writePodStatus(this.#context, pod, statuses)
  }

  #isUnready(pod: Pod, name: string): boolean {
    return this.#sick(pod, (kind) => kind === 'unready').includes(name)
  }

  #crash(pod: Pod): void {
    const names = this.#sick(pod, isCrash)
    if (names.length === 0) {
      this.#start(pod)
      return
    }
    const kind = this.#sick(pod, (sickness) => sickness === 'oom').length > 0 ? 'oom' : 'crashloop'
    const crash: Crash = { pod, names, kind }
    const { pod: crashed, waitMs } = crashContainers(this.#context, this.#record, crash)
    this.#next(crashed, Math.max(waitMs, 1), (found) => this.#restart(found, names))
  }

  #restart(pod: Pod, names: readonly string[]): void {
    const statuses = (pod.status?.containerStatuses ?? []).map((status) =>
      names.includes(status.name) ? { ...status, restartCount: status.restartCount + 1 } : status,
    )
    this.#start({ ...pod, status: { phase: 'Running', ...pod.status, containerStatuses: statuses } })
  }
}
