/** Which pods are sick: by the version of their image, and by share. */
import type { Container, Pod } from './store/pod-objects.ts'

export type SicknessKind = 'none' | 'crashloop' | 'never-ready' | 'oom' | 'image-pull' | 'unready'

/** The tag of an image: `v2.0` of `registry.local/api:v2.0@sha256:...`; the digest when there is no tag. */
export function imageTag(image: string): string {
  const [name = '', digest] = image.split('@')
  const tag = /:([^:/]+)$/.exec(name)?.[1]
  return tag ?? digest ?? 'latest'
}

/** The version of a pod: the tag of its first container. */
export function versionOf(pod: Pod): string {
  return imageTag(pod.spec.containers[0]?.image ?? '')
}

export interface Sicknesses {
  set(version: string, kind: SicknessKind, share?: number): void
  /** What ails a container of a pod; the same answer for as long as the switch stands. */
  of(pod: Pod, container: Container): SicknessKind
}

interface Entry {
  readonly kind: SicknessKind
  readonly share: number
}

export function createSicknesses(): Sicknesses {
  const entries = new Map<string, Entry>()
  const places = new Map<string, number>()
  const counts = new Map<string, number>()
  // the place of a pod among those of its version, in the order in which they were met
  const placeOf = (pod: Pod) => {
    const known = places.get(pod.metadata.uid)
    if (known !== undefined) return known
    const version = versionOf(pod)
    const place = counts.get(version) ?? 0
    counts.set(version, place + 1)
    places.set(pod.metadata.uid, place)
    return place
  }
  return {
    set: (version, kind, share = 1) => void entries.set(version, { kind, share }),
    of: (pod, container) => {
      const place = placeOf(pod)
      for (const [version, { kind, share }] of entries) {
        if (!isVersion(container.image, version)) continue
        return Math.floor((place + 1) * share) > Math.floor(place * share) ? kind : 'none'
      }
      return 'none'
    },
  }
}

/** The image itself, its tag, or a build of that version (`v2.0-4f2a` is a `v2.0`, `v2.0.1` is not). */
function isVersion(image: string, version: string): boolean {
  const tag = imageTag(image)
  return image === version || tag === version || ['-', '_', '+'].some((mark) => tag.startsWith(`${version}${mark}`))
}
