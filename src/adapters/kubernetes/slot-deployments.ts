/** What the Deployments of the three slots should look like, made from the template the workload had at the start. */
import type { Pin } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { versionContainer, withImage } from './containers.ts'
import { isObject, type JsonObject, objectAt, textMapAt, withAt } from './json.ts'
import { slotLabels, slotName } from './names.ts'

/** Labels that name the version to people and meshes. */
const VERSION_LABELS = ['version', 'app.kubernetes.io/version']

export interface Wanted {
  readonly image: string
  readonly version: string
}

/** Keys that decide where pods belong: a label that somebody selects by is never changed. */
function selectedKeys(workload: JsonObject, serviceSelector: Readonly<Record<string, string>>): ReadonlySet<string> {
  const expressions = objectAt(workload, 'spec', 'selector').matchExpressions
  const named = Array.isArray(expressions) ? expressions.flatMap((row) => (isObject(row) ? [String(row.key)] : [])) : []
  return new Set([
    ...Object.keys(objectAt(workload, 'spec', 'selector', 'matchLabels')),
    ...named,
    ...Object.keys(serviceSelector),
  ])
}

/** A label value the API server takes: at most 63 of its characters, letters or digits at the ends. */
export function asLabelValue(text: string): string {
  const cut = text.replace(/[^A-Za-z0-9._-]/g, '_').slice(0, 63)
  return cut.replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
}

/** The template with the new image, and the new version in the labels that say it: what a person would change by hand. */
export function promotedTemplate(
  service: Service,
  workload: JsonObject,
  template: JsonObject,
  serviceSelector: Readonly<Record<string, string>>,
  want: Wanted,
): JsonObject {
  const selected = selectedKeys(workload, serviceSelector)
  const labels = textMapAt(template, 'metadata', 'labels')
  const changed = VERSION_LABELS.filter((key) => labels[key] !== undefined && !selected.has(key))
  const versions = Object.fromEntries(changed.map((key) => [key, asLabelValue(want.version)]))
  const relabelled =
    changed.length === 0 ? template : withAt(template, ['metadata', 'labels'], { ...labels, ...versions })
  return withImage(relabelled, versionContainer(service, template), want.image)
}

/** Everything of the workload's spec that is not its identity: strategy, deadlines, history. Never paused. */
function deploymentOf(
  service: Service,
  slot: 'canary' | 'previous',
  workload: JsonObject,
  template: JsonObject,
  replicas: number,
): JsonObject {
  const labels = slotLabels(service.workload, slot)
  const { paused: _, ...spec } = objectAt(workload, 'spec')
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    // Labels and annotations of the workload itself are not copied: by them GitOps tools would take ours for theirs and prune it.
    metadata: {
      name: slotName(service.workload, slot),
      namespace: service.namespace,
      labels: { ...labels, 'app.kubernetes.io/managed-by': 'tminus' },
    },
    spec: { ...spec, replicas, selector: { matchLabels: labels }, template },
  }
}

/**
 * The new version beside the old one. Its pods carry the template's labels, so the Service in front selects them too;
 * but where that Service is to be switched they lack those it selects by, and stand out of traffic until then.
 */
export function canaryDeployment(
  service: Service,
  workload: JsonObject,
  pin: Pick<Pin, 'template' | 'serviceSelector'>,
  want: Wanted & { readonly replicas: number },
): JsonObject {
  const pinned = isObject(pin.template) ? pin.template : {}
  const template = promotedTemplate(service, workload, pinned, pin.serviceSelector, want)
  const own = Object.entries(service.canaryLabels).map(([key, value]) => [
    key,
    asLabelValue(value.replaceAll('$version', want.version)),
  ])
  const given = textMapAt(template, 'metadata', 'labels')
  const labels = {
    ...(service.router.kind === 'switch' ? withoutKeys(given, pin.serviceSelector) : given),
    ...Object.fromEntries(own),
    ...slotLabels(service.workload, 'canary'),
  }
  const labelled = withAt(template, ['metadata', 'labels'], labels)
  return deploymentOf(service, 'canary', workload, labelled, want.replicas)
}

/** The old version out of traffic: its pods lack the labels the Service selects by. */
export function previousDeployment(
  service: Service,
  workload: JsonObject,
  pin: Pick<Pin, 'template' | 'serviceSelector'>,
  replicas: number,
): JsonObject {
  const template = isObject(pin.template) ? pin.template : {}
  const kept = withoutKeys(textMapAt(template, 'metadata', 'labels'), pin.serviceSelector)
  const labels = { ...kept, ...slotLabels(service.workload, 'previous') }
  const labelled = withAt(template, ['metadata', 'labels'], labels)
  return deploymentOf(service, 'previous', workload, labelled, replicas)
}

type Labels = Readonly<Record<string, string>>

function withoutKeys(labels: Labels, selector: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => !Object.hasOwn(selector, key)))
}
