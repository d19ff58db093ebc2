/** Image references: `repository:tag@digest`. */
import { nearestPods } from './nearest-pods.ts'
import type { Service } from './service.ts'

/** The reference to run: pinned to the digest where the registry gave one. */
export function imageReference(repository: string, version: string, digest: string | null): string {
  return digest === null ? `${repository}:${version}` : `${repository}:${version}@${digest}`
}

/** The tag of a reference, else its digest shortened, else the whole: what people call the version. */
export function versionOf(image: string): string {
  const [name = image, digest] = image.split('@')
  const tag = /:([^/:]+)$/.exec(name)?.[1]
  return tag ?? digest?.slice(0, 19) ?? image
}

/** OCI's grammar of a tag (distribution spec, "Pulling manifests"). */
export function isVersion(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/.test(text)
}

/**
 * Pods of the new version for a share: with the replicas router the nearest ratio; behind a mesh the playbook's number,
 * and never fewer than the share of the load asks for.
 */
export function podsForShare(service: Service, percent: number, pods: number | null, stablePods: number): number {
  if (pods === null || percent >= 100) return stablePods
  if (service.router.kind === 'replicas') return nearestPods(percent, stablePods).pods
  return Math.max(pods, Math.ceil((percent / 100) * stablePods))
}
