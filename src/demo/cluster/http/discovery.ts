/** What a client asks before its first call: versions, groups and resources. */
import { apiVersionOf, type ResourceDefinition, resources } from '../store/resources.ts'

export const VERSION = {
  major: '1',
  minor: '36',
  gitVersion: 'v1.36.3',
  gitCommit: 'simulated',
  gitTreeState: 'clean',
  buildDate: '2026-10-01T00:00:00Z',
  goVersion: 'go1.26.8',
  compiler: 'gc',
  platform: 'linux/amd64',
} as const

const METRICS = { group: 'metrics.k8s.io', version: 'v1beta1' } as const
const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** The body of a discovery path; undefined for any other path. */
export function discovery(path: string, serverAddress: string): unknown {
  if (path === '/version') return VERSION
  if (path === '/api') {
    const addresses = [{ clientCIDR: '0.0.0.0/0', serverAddress }]
    return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: addresses }
  }
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groups().map(groupBody) }
  if (path === '/api/v1') return resourceList({ group: '', version: 'v1' })
  const [, root, group, version, ...rest] = path.split('/')
  if (root !== 'apis' || group === undefined || rest.length > 0) return undefined
  const found = groups().find((candidate) => candidate.group === group)
  if (!found) return undefined
  if (version === undefined) return { apiVersion: 'v1', kind: 'APIGroup', ...groupBody(found) }
  return version === found.version ? resourceList(found) : undefined
}

interface GroupVersion {
  readonly group: string
  readonly version: string
}

function groups(): readonly GroupVersion[] {
  const found = new Map<string, GroupVersion>()
  for (const { group, version } of resources) if (group !== '') found.set(group, { group, version })
  return [...found.values(), METRICS]
}

function groupBody({ group, version }: GroupVersion) {
  const entry = { groupVersion: `${group}/${version}`, version }
  return { name: group, versions: [entry], preferredVersion: entry }
}

function resourceList(wanted: GroupVersion) {
  const { group, version } = wanted
  const rows = resources.filter((row) => row.group === group && row.version === version)
  const body = group === METRICS.group ? metricsResources() : rows.flatMap(resourceBodies)
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion: apiVersionOf(wanted), resources: body }
}

function metricsResources() {
  const verbs = ['get', 'list']
  return [
    { name: 'nodes', singularName: '', namespaced: false, kind: 'NodeMetrics', verbs },
    { name: 'pods', singularName: '', namespaced: true, kind: 'PodMetrics', verbs },
  ]
}

function resourceBodies({ plural, singular, kind, namespaced, shortNames, categories, ...row }: ResourceDefinition) {
  const own = { name: plural, singularName: singular, namespaced, kind, verbs: VERBS, shortNames, categories }
  const sub = (name: string, more: object) => ({
    name: `${plural}/${name}`,
    singularName: '',
    namespaced,
    kind,
    ...more,
  })
  return [
    own,
    ...(row.hasStatus ? [sub('status', { verbs: ['get', 'patch', 'update'] })] : []),
    ...(row.hasScale
      ? [sub('scale', { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: ['get', 'patch', 'update'] })]
      : []),
    ...(plural === 'pods'
      ? [
          sub('log', { verbs: ['get'] }),
          sub('eviction', { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] }),
        ]
      : []),
  ]
}
