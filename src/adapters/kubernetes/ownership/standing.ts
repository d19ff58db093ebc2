/** The objects that hold a deployment's fields: as far as they are known, or read anew with who wrote them. */
import type { ForeignChange, OwnedField } from '../../../playbook/foreign-change.ts'
import type { Owned } from '../../../playbook/ownership.ts'
import type { Service } from '../../../playbook/service.ts'
import type { Slot } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import type { JsonObject } from '../json.ts'
import { slotName } from '../names.ts'
import { readable } from '../readable.ts'
import { weightedRouterOf } from '../routers/router-of.ts'
import type { Scene } from '../scene.ts'
import { autoscalers, deployments, services } from '../target.ts'
import { differences, type Standing } from './differences.ts'
import { writtenBy } from './field-writer.ts'

/** Fields that hold something else by what is known already; a copy may be old, so this is a suspicion. */
export async function suspected(
  connection: Connection,
  service: Service,
  owned: Owned,
  scene: Scene,
  signal: AbortSignal,
): Promise<readonly OwnedField[]> {
  const router = weightedRouterOf(service)
  const [route, hpa] = await Promise.all([
    router ? readable(() => connection.readRoute(service, router, signal)) : null,
    readHpa(owned, (name) => connection.readAutoscaler(service.namespace, name, signal)),
  ])
  const { stable, canary, previous } = scene.deployments
  const standing: Standing = { stable, canary, previous, service: scene.service, route, hpa }
  return [...new Set(differences(service, owned, standing).map(({ field }) => field))]
}

/** Asked anew. A field that we wrote last ourselves is never told, whatever is in it: a write of ours was faster than the record. */
export async function foreignChanges(
  connection: Connection,
  service: Service,
  owned: Owned,
  signal: AbortSignal,
): Promise<readonly ForeignChange[]> {
  const standing = await readStanding(connection, service, owned, signal)
  return differences(service, owned, standing).flatMap(({ field, what, wanted, found, object, path, never }) => {
    const { ours, writer } = writtenBy(object, path)
    return ours && !never ? [] : [{ field, what, wanted, found, by: writer }]
  })
}

async function readStanding(
  { objects, routeTarget }: Connection,
  service: Service,
  owned: Owned,
  signal: AbortSignal,
): Promise<Standing> {
  const { namespace, workload, serviceName } = service
  const slot = (name: Slot) => objects.read(deployments(namespace, slotName(workload, name)), signal)
  const router = weightedRouterOf(service)
  const [stable, canary, previous, front, route, hpa] = await Promise.all([
    slot('stable'),
    slot('canary'),
    slot('previous'),
    objects.read(services(namespace, serviceName), signal),
    router ? readable(async () => objects.read(await routeTarget(service, router, signal), signal)) : null,
    readHpa(owned, (name) => objects.read(autoscalers(namespace, name), signal)),
  ])
  return { stable, canary, previous, service: front, route, hpa }
}

function readHpa(
  { pin, hpaMinimum }: Owned,
  read: (name: string) => Promise<JsonObject | null>,
): Promise<JsonObject | null | undefined> {
  const { hpa } = pin
  return hpa && hpaMinimum.length > 0 ? readable(() => read(hpa.name)) : Promise.resolve(undefined)
}
