/** A signed request is good for one use: Slack signs a retry anew, so the same signature twice is somebody's copy. */

import type { AnyMiddlewareArgs, Middleware } from '@slack/bolt'
import type { Log } from '../ports/log.ts'

/** Where the verified signature of a request is found in Bolt's context; Socket Mode has none. */
export const SIGNATURE = 'slackSignature'

/** Bolt refuses timestamps older than this, ms; no signature needs to be remembered longer. */
const SIGNATURE_LIVES_MS = 5 * 60_000

/** True for a signature that was seen before in its lifetime. `now`: ms of a steady clock. */
export function replayGuard(now: () => number = () => performance.now()): (signature: string) => boolean {
  const seen = new Map<string, number>()
  return (signature) => {
    const at = now()
    // Oldest first, as they were put in: forgetting stops at the first that is still good.
    for (const [known, until] of seen) {
      if (until > at) break
      seen.delete(known)
    }
    const before = seen.has(signature)
    // Twice the age: a sender's clock may be that far ahead of ours.
    if (!before) seen.set(signature, at + 2 * SIGNATURE_LIVES_MS)
    return before
  }
}

/** Drops a signed request that came before. It is acknowledged: the sender learns nothing, and no connection is held. */
export function refuseReplays(log: Log): Middleware<AnyMiddlewareArgs> {
  const isReplay = replayGuard()
  return async (args) => {
    const signature: unknown = args.context[SIGNATURE]
    if (typeof signature !== 'string' || !isReplay(signature)) return args.next()
    log.warn({ type: args.body.type ?? 'command' }, 'A signed request came a second time and was dropped.')
    if ('ack' in args && typeof args.ack === 'function') await args.ack()
  }
}
