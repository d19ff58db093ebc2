/** Just enough OpenAPI for kubectl: which kinds there are, and that writes take `fieldValidation` and `dryRun`. */
import { apiVersionOf, type ResourceDefinition, resources } from '../store/resources.ts'

const ROOT = '/openapi/v3'

/** The body of an OpenAPI path; undefined for any other path or an unknown group. */
export function openApi(path: string): unknown {
  if (path === ROOT) {
    const keys = new Set(resources.map(keyOf))
    return { paths: Object.fromEntries([...keys].map((key) => [key, { serverRelativeURL: `${ROOT}/${key}` }])) }
  }
  const rows = resources.filter((row) => path === `${ROOT}/${keyOf(row)}`)
  if (rows.length === 0) return undefined
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'v1.36.3' },
    paths: Object.fromEntries(rows.map((row) => [objectPath(row), pathItem(row)])),
    components: { schemas: {} },
  }
}

function keyOf(row: ResourceDefinition): string {
  return row.group === '' ? `api/${row.version}` : `apis/${apiVersionOf(row)}`
}

function objectPath(row: ResourceDefinition): string {
  return `/${keyOf(row)}/${row.namespaced ? 'namespaces/{namespace}/' : ''}${row.plural}/{name}`
}

function pathItem({ group, version, kind }: ResourceDefinition) {
  const parameters = ['dryRun', 'fieldManager', 'fieldValidation', 'force'].map((name) => ({ name, in: 'query' }))
  return { patch: { parameters, responses: {}, 'x-kubernetes-group-version-kind': { group, version, kind } } }
}
