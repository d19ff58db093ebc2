/**
 * Expected refusals are values with a code from one closed list. Each has three sentences: what is blocked and why,
 * what that means for traffic right now, and what to type next.
 */
export const REFUSAL_CODES = [
  'unknown-service',
  'unknown-strategy',
  'bad-version',
  'image-missing',
  'service-busy',
  'nothing-live',
  'not-allowed',
  'own-deployment',
  'guest-or-stranger',
  'not-waiting-for-approval',
  'already-decided',
  'already-ended',
  'already-going-back',
  'not-holding',
  'already-holding',
  'cluster-unseen',
  'no-way-back',
  'old-card',
  'not-recorded',
  'not-understood',
  'stale-event',
  'channel-shared',
  'reason-missing',
  'nothing-pinned',
  'not-restored',
  'version-blocked',
  'not-blocked',
] as const
export type RefusalCode = (typeof REFUSAL_CODES)[number]

export interface Refusal {
  readonly code: RefusalCode
  /** What is blocked, and why, with its values: "Not started: api is already being deployed (api-42, canary 25 %)." */
  readonly what: string
  /** What this means for production traffic right now: "Traffic is untouched." */
  readonly traffic: string
  /** Who or what clears it, and what to type: "Wait for it, or `/deploy abort api`." */
  readonly next: string
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal }
