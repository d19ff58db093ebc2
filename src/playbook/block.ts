/** An image that failed in production is not deployed again by accident: it is blocked until somebody says why it may. */
import type { Deployment, PersonRef, Trigger } from './deployment.ts'

export interface Block {
  readonly service: string
  /** The image tag people called it by. */
  readonly version: string
  /** The image itself; null where the registry gave no digest: then the version is blocked. */
  readonly digest: string | null
  /** Id of the deployment (or emergency) that went back. */
  readonly deployment: string
  /** When, ms since the epoch. */
  readonly at: number
  /** Null: it went back by itself. */
  readonly by: PersonRef | null
  readonly why: string
}

/** Ways back that say something about the image. A step that failed may be the cluster's fault; an approval that never came is nobody's. */
const TELLING: readonly Trigger[] = ['critical', 'gate', 'crash', 'unready', 'countdown', 'rollback', 'abort']

/** What a record that has ended blocks; null when nothing. */
export function blockOf(deployment: Deployment): Block | null {
  const { goingBack } = deployment
  if (deployment.status !== 'rolled-back' || !goingBack?.hadTraffic) return null
  if (!TELLING.includes(goingBack.trigger) || (goingBack.trigger === 'abort' && !goingBack.by)) return null
  const { service, version, digest, id } = deployment
  const at = deployment.endedAt ?? goingBack.since
  return { service, version, digest, deployment: id, at, by: goingBack.by ?? null, why: goingBack.detail }
}

/** One image is blocked once; the newest reason counts. */
export function blockKey({ digest, version }: Pick<Block, 'digest' | 'version'>): string {
  return digest ?? version
}

/**
 * The block that this image runs into. With a digest on both sides the digest decides (a tag may have been pushed anew,
 * or the image under another tag); where one is missing, the version does.
 */
export function blockFor(blocks: readonly Block[], version: string, digest: string | null): Block | undefined {
  return blocks.find((block) =>
    block.digest !== null && digest !== null ? block.digest === digest : block.version === version,
  )
}

/** What people read when an image has just been blocked. */
export function blockedNow({ service, version }: Block): string {
  return `This image is blocked for ${service} from now on: deploy a mended version, or an approver clears it with \`/deploy unblock ${service} ${version} <reason>\`.`
}
