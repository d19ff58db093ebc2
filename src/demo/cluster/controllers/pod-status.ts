/** What a kubelet writes into a pod's status. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { Container, ContainerState, ContainerStatus, Pod, PodStatus } from '../store/pod-objects.ts'
import { fnv32a } from '../store/seeded-names.ts'
import { withCondition } from './conditions.ts'

/** The present pod of that uid, or undefined when it is gone or another has its name. */
export function currentPod({ store }: ClusterContext, pod: Pod): Pod | undefined {
  const found = store.get('pods', pod.metadata.namespace, pod.metadata.name)
  return found?.metadata.uid === pod.metadata.uid ? found : undefined
}

/** A stable made-up hash of a text, `length` hexadecimal characters. */
export function madeUpHash(text: string, length: number): string {
  let hash = ''
  for (let part = 0; hash.length < length; part++) hash += fnv32a(`${part}:${text}`).toString(16).padStart(8, '0')
  return hash.slice(0, length)
}

export function imageIdOf(image: string): string {
  const [name = ''] = image.split('@')
  const repository = name.replace(/:[^:/]+$/, '')
  return `${repository}@sha256:${/@sha256:([0-9a-f]+)$/.exec(image)?.[1] ?? madeUpHash(image, 64)}`
}

export function containerIdOf(pod: Pod, container: string, restart: number): string {
  return `containerd://${madeUpHash(`${pod.metadata.uid}/${container}/${restart}`, 64)}`
}

export function waitingStatus(container: Container, reason: string, message?: string): ContainerStatus {
  return {
    name: container.name,
    image: container.image,
    imageID: '',
    ready: false,
    started: false,
    restartCount: 0,
    state: { waiting: { reason, ...(message === undefined ? {} : { message }) } },
    lastState: {},
  }
}

export function runningStatus(
  pod: Pod,
  container: Container,
  now: string,
  before: { readonly restartCount: number; readonly lastState: ContainerState } | undefined,
): ContainerStatus {
  const restartCount = before?.restartCount ?? 0
  return {
    name: container.name,
    image: container.image,
    imageID: imageIdOf(container.image),
    containerID: containerIdOf(pod, container.name, restartCount),
    ready: false,
    started: true,
    restartCount,
    state: { running: { startedAt: now } },
    lastState: before?.lastState ?? {},
  }
}

/** Stores new container states, and with them the phase and the conditions that follow from them. */
export function writePodStatus(
  context: ClusterContext,
  pod: Pod,
  containerStatuses: readonly ContainerStatus[],
  extra: Partial<PodStatus> = {},
): Pod {
  const now = timestamp(context.clock.now())
  const ready = containerStatuses.length > 0 && containerStatuses.every((status) => status.ready)
  const unready = containerStatuses.filter((status) => !status.ready).map((status) => status.name)
  const readiness = ready
    ? ({ status: 'True' } as const)
    : ({
        status: 'False',
        reason: 'ContainersNotReady',
        message: `containers with unready status: [${unready.join(' ')}]`,
      } as const)
  let conditions = pod.status?.conditions
  for (const type of ['PodScheduled', 'PodReadyToStartContainers', 'Initialized']) {
    conditions = withCondition(conditions, { type, status: 'True' }, now)
  }
  conditions = withCondition(conditions, { type: 'ContainersReady', ...readiness }, now)
  conditions = withCondition(conditions, { type: 'Ready', ...readiness }, now)
  const started = containerStatuses.some(({ state }) => state.waiting === undefined)
  const phase = started || pod.status?.phase === 'Running' ? 'Running' : 'Pending'
  return context.store.put('pods', {
    ...pod,
    status: { ...pod.status, ...extra, phase, conditions, containerStatuses },
  })
}
