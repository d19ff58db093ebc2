/** The last lines of a slot's newest pod. */
import type { Service } from '../../playbook/service.ts'
import type { Cluster, Slot } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { versionContainer } from './containers.ts'
import { textAt } from './json.ts'
import { sceneFor } from './rolling/rolling-scene.ts'
import { podsBySlot } from './scene.ts'
import { pods } from './target.ts'

export async function podLogs(
  connection: Connection,
  service: Service,
  slot: Slot,
  lines: number,
  signal: AbortSignal,
): ReturnType<Cluster['logs']> {
  const scene = sceneFor(service, await connection.scene(service, signal))
  const born = (pod: unknown) => textAt(pod, 'metadata', 'creationTimestamp') ?? ''
  const newest = [...podsBySlot(scene)[slot]].sort(
    (a, b) =>
      born(b).localeCompare(born(a)) ||
      (textAt(b, 'metadata', 'name') ?? '').localeCompare(textAt(a, 'metadata', 'name') ?? ''),
  )[0]
  const pod = textAt(newest, 'metadata', 'name')
  if (!newest || pod === undefined) return null
  const target = { ...pods(service.namespace, pod), subresource: 'log' }
  const query = { container: versionContainer(service, newest), tailLines: String(lines) }
  try {
    return { pod, text: await connection.api.text(target, { query, signal }) }
  } catch (error) {
    // 400: the container has not started; why it has not is the evidence.
    if (isStatus(error, 400)) return { pod, text: error.message }
    if (isStatus(error, 404)) return null
    throw error
  }
}
