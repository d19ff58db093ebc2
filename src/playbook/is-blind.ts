/**
 * Nobody can see the new version's pods: the cluster does not answer the guard, or forbids it to look. That is neither
 * healthy nor sick. Nothing goes forward meanwhile, and it never is the reason for going back.
 */
import type { Deployment } from './deployment.ts'
import { MINUTE, SECOND } from './durations.ts'

/** A shorter loss of sight is a hiccup, and nobody is told. */
export const BLIND_AFTER_MS = 15 * SECOND
/** After so long a deployment that runs holds, until the cluster is seen again. */
export const BLIND_HOLD_MS = MINUTE

export function isBlind({ blind }: Deployment): boolean {
  return blind?.told === true
}
