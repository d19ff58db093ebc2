/** A request's path, taken apart: which resource, namespace, name and subresource it means. */
import { type ResourceDefinition, resources } from '../store/resources.ts'

export interface ResourcePath {
  readonly definition: ResourceDefinition
  readonly namespace: string | undefined
  readonly name: string | undefined
  readonly subresource: string | undefined
}

/** Undefined for paths that name no served resource. `/namespaces/x` is the namespace itself, not what is in it. */
export function parseResourcePath(path: string): ResourcePath | undefined {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map(decoded)
  const [root, ...tail] = parts
  const group = root === 'api' ? '' : root === 'apis' ? tail.shift() : undefined
  const version = tail.shift()
  if (group === undefined || version === undefined) return undefined
  const inNamespace = tail[0] === 'namespaces' && tail.length >= 3 && !['status', 'finalize'].includes(tail[2] ?? '')
  const namespace = inNamespace ? tail[1] : undefined
  const [plural, name, subresource, ...rest] = inNamespace ? tail.slice(2) : tail
  const definition = resources.find((row) => row.plural === plural && row.group === group && row.version === version)
  if (!definition || rest.length > 0 || (namespace !== undefined && !definition.namespaced)) return undefined
  if (definition.namespaced && namespace === undefined && name !== undefined) return undefined
  return { definition, namespace, name, subresource }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    // a path that cannot be read names nothing that is served
    return part
  }
}
