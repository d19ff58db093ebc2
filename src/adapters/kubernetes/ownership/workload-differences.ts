/** The Deployments of the three slots, held against what a deployment wrote. */
import { GONE, type OwnedField } from '../../../playbook/foreign-change.ts'
import type { Owned } from '../../../playbook/ownership.ts'
import type { Service } from '../../../playbook/service.ts'
import { ClusterError, type Slot } from '../../../ports/cluster.ts'
import { containerNames } from '../containers.ts'
import { isObject, type JsonObject, textAt } from '../json.ts'
import { slotName } from '../names.ts'
import { wantedReplicas } from '../rollout-state.ts'
import { promotedTemplate } from '../slot-deployments.ts'
import { currentImage } from '../slot-state.ts'
import { templateOf } from '../traffic.ts'
import type { Difference } from './differences.ts'
import { differingPaths } from './differing-paths.ts'

/** So many places are named in a sentence. */
const PLACES_NAMED = 3
const REPLICAS = ['f:spec', 'f:replicas']
const TEMPLATE = ['f:spec', 'f:template']

export function workloadDifferences(service: Service, owned: Owned, object: JsonObject | null): readonly Difference[] {
  const { pin, workload } = owned
  const images = workload.map((which) => (which === 'pinned' ? pin.image : owned.image))
  const [image] = images
  if (image === undefined) return []
  if (!object) return [goneDifference(service, 'stable', 'image', image)]
  return [
    ...imageDifference(service, 'stable', 'image', object, images),
    ...templateDifference(service, owned, object),
    ...sizeDifference(service, owned, object),
  ]
}

export function canaryDifferences(
  service: Service,
  { canary, image }: Owned,
  object: JsonObject | null,
): readonly Difference[] {
  if (!canary) return []
  const [wanted] = canary.replicas
  if (!object || textAt(object, 'metadata', 'deletionTimestamp') !== undefined)
    return canary.mayBeGone
      ? []
      : [goneDifference(service, 'canary', 'canary-replicas', `${wanted ?? 0} pods of ${image}`)]
  return [
    ...imageDifference(service, 'canary', 'canary-image', object, [image]),
    ...replicasDifference(service, 'canary', 'canary-replicas', object, canary.replicas),
  ]
}

export function previousDifferences(
  service: Service,
  { previous, pin }: Owned,
  object: JsonObject | null,
): readonly Difference[] {
  if (!previous) return []
  if (!object || textAt(object, 'metadata', 'deletionTimestamp') !== undefined)
    return [goneDifference(service, 'previous', 'previous-replicas', `${previous.replicas} pods of ${pin.image}`)]
  return [
    ...imageDifference(service, 'previous', 'previous-image', object, [pin.image]),
    ...replicasDifference(service, 'previous', 'previous-replicas', object, [previous.replicas]),
  ]
}

function title(service: Service, slot: Slot): string {
  return `Deployment "${slotName(service.workload, slot)}"`
}

function goneDifference(service: Service, slot: Slot, field: OwnedField, wanted: string): Difference {
  return { field, what: title(service, slot), wanted, found: GONE, object: null, path: [] }
}

function imageDifference(
  service: Service,
  slot: Slot,
  field: OwnedField,
  object: JsonObject,
  allowed: readonly string[],
): readonly Difference[] {
  const found = currentImage(service, object) ?? 'not there'
  if (allowed.includes(found)) return []
  const names = containerNames(templateOf(object))
  const container = service.container ?? (names.length === 1 ? names[0] : service.workload)
  const path = [...TEMPLATE, 'f:spec', 'f:containers', `k:{"name":"${container}"}`, 'f:image']
  const wanted = allowed[0] ?? ''
  return [{ field, what: `the image of ${title(service, slot)}`, wanted, found, object, path }]
}

function replicasDifference(
  service: Service,
  slot: Slot,
  field: OwnedField,
  object: JsonObject,
  allowed: readonly number[],
): readonly Difference[] {
  const found = wantedReplicas(object)
  if (allowed.includes(found)) return []
  const wanted = String(allowed[0] ?? 0)
  return [
    {
      field,
      what: `the number of pods of ${title(service, slot)}`,
      wanted,
      found: String(found),
      object,
      path: REPLICAS,
    },
  ]
}

/** Where an HPA decides, every number is its own business; none at all switches it off. */
function sizeDifference(service: Service, { replicas, hpaMinimum }: Owned, object: JsonObject): readonly Difference[] {
  if (replicas !== null) return replicasDifference(service, 'stable', 'replicas', object, [replicas])
  if (hpaMinimum.length === 0 || wantedReplicas(object) > 0) return []
  const what = `the number of pods of ${title(service, 'stable')}`
  return [{ field: 'replicas', what, wanted: 'what its HPA says', found: '0', object, path: REPLICAS }]
}

/** All of the template but what a promotion changes: that is the image's business. */
function templateDifference(service: Service, { pin }: Owned, object: JsonObject): readonly Difference[] {
  const pinned = isObject(pin.template) ? pin.template : {}
  const same = (template: JsonObject) => {
    const want = { image: '', version: '' }
    try {
      return promotedTemplate(service, object, template, pin.serviceSelector, want)
    } catch (error) {
      // The version's container is not in it any more.
      if (error instanceof ClusterError) return template
      throw error
    }
  }
  const places = differingPaths(same(pinned), same(templateOf(object)))
  if (places.length === 0) return []
  const more = places.length > PLACES_NAMED ? ` and ${places.length - PLACES_NAMED} more` : ''
  return [
    {
      field: 'template',
      what: `the pod template of ${title(service, 'stable')}`,
      wanted: 'as before the deployment',
      found: `different in ${places.slice(0, PLACES_NAMED).join(', ')}${more}`,
      object,
      path: TEMPLATE,
      never: true,
    },
  ]
}
