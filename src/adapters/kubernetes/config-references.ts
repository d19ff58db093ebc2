/** The ConfigMaps and Secrets that a pod template takes its configuration from: which they are, and whether they changed. */
import type { ConfigChange } from '../../playbook/config-change.ts'
import type { Pin, PinnedConfig } from '../../playbook/deployment.ts'
import type { Service } from '../../playbook/service.ts'
import { ClusterError } from '../../ports/cluster.ts'
import { isStatus } from './api-failure.ts'
import type { Connection } from './connection.ts'
import { type JsonObject, listAt, textAt } from './json.ts'
import { configMaps, secrets } from './target.ts'

type Reference = Pick<PinnedConfig, 'kind' | 'name'>

/** The content of a Secret never leaves the server. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1'

/** Written in the pin in place of a version. */
const ABSENT = 'absent'

/** Each once, in the order in which they are met. Image pull secrets are none: they configure the node, not the program. */
export function referencesOf(template: JsonObject): readonly Reference[] {
  const containers = [...listAt(template, 'spec', 'initContainers'), ...listAt(template, 'spec', 'containers')]
  const volumes = listAt(template, 'spec', 'volumes')
  const sources = volumes.flatMap((volume) => listAt(volume, 'projected', 'sources'))
  const found = [
    ...containers.flatMap((container) => [
      ...listAt(container, 'envFrom').flatMap((row) => pair(row, ['configMapRef', 'name'], ['secretRef', 'name'])),
      ...listAt(container, 'env').flatMap((row) =>
        pair(row, ['valueFrom', 'configMapKeyRef', 'name'], ['valueFrom', 'secretKeyRef', 'name']),
      ),
    ]),
    ...volumes.flatMap((row) => pair(row, ['configMap', 'name'], ['secret', 'secretName'])),
    ...sources.flatMap((row) => pair(row, ['configMap', 'name'], ['secret', 'name'])),
  ]
  return [...new Map(found.map((row) => [`${row.kind}/${row.name}`, row])).values()]
}

function pair(row: unknown, configMap: readonly string[], secret: readonly string[]): readonly Reference[] {
  const [config, hidden] = [textAt(row, ...configMap), textAt(row, ...secret)]
  return [
    ...(config === undefined ? [] : [{ kind: 'ConfigMap' as const, name: config }]),
    ...(hidden === undefined ? [] : [{ kind: 'Secret' as const, name: hidden }]),
  ]
}

/** Only their metadata is read. What may not be read has version null. Throws ClusterError when the server does not answer. */
export async function readConfigs(
  connection: Connection,
  service: Service,
  template: JsonObject,
  signal: AbortSignal,
): Promise<readonly PinnedConfig[]> {
  const references = referencesOf(template)
  return Promise.all(
    references.map(async (row) => ({ ...row, version: await versionNow(connection, service, row, signal) })),
  )
}

async function versionNow(
  { api }: Connection,
  { namespace }: Service,
  { kind, name }: Reference,
  signal: AbortSignal,
): Promise<string | null> {
  const target = kind === 'ConfigMap' ? configMaps(namespace, name) : secrets(namespace, name)
  try {
    const found = await api.json('get', target, { signal, headers: { accept: METADATA_ONLY } })
    return textAt(found, 'metadata', 'resourceVersion') ?? null
  } catch (error) {
    if (isStatus(error, 404)) return ABSENT
    if (error instanceof ClusterError && error.kind === 'refused') return null
    throw error
  }
}

/** Those of the pin that are not as they were then; what could not be read then or now is left out. */
export async function changedConfigs(
  connection: Connection,
  service: Service,
  { configs = [] }: Pin,
  signal: AbortSignal,
): Promise<readonly ConfigChange[]> {
  const now = await Promise.all(configs.map((row) => versionNow(connection, service, row, signal)))
  return configs.flatMap(({ kind, name, version }, index): ConfigChange[] => {
    const found = now[index] ?? null
    if (version === null || found === null || found === version) return []
    return [{ kind, name, how: found === ABSENT ? 'deleted' : version === ABSENT ? 'created' : 'changed' }]
  })
}
