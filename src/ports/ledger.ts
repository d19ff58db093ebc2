/** The one way to write a record: load, pass the door, save by compare-and-set, and again when somebody was faster. */
import type { Deployment } from '../playbook/deployment.ts'
import type { DeploymentEvent } from '../playbook/events.ts'
import { type Recorded, recordEvent } from '../playbook/record-event.ts'
import type { Outcome, Refusal } from '../playbook/refusal.ts'
import type { Store } from './store.ts'

/** Conflicts are settled in one or two tries; a hundred means that something is broken. */
const MOST_TRIES = 100

export type Judged = { readonly event: DeploymentEvent } | { readonly refusal: Refusal }

/**
 * Records the event that `judge` makes of the deployment as it is now; `judge` is asked again after each conflict, so
 * that nothing is decided on old facts. Refusals change nothing. Throws when there is no such deployment, and
 * StoreUnavailable when nothing could be recorded.
 */
export async function recordThrough(
  store: Store,
  id: string,
  now: () => number,
  judge: (deployment: Deployment) => Judged,
): Promise<Outcome<Recorded>> {
  for (let attempt = 0; attempt < MOST_TRIES; attempt += 1) {
    const deployment = await store.load(id)
    if (!deployment) throw new Error(`there is no deployment ${id} in the store`)
    const judged = judge(deployment)
    if ('refusal' in judged) return { ok: false, refusal: judged.refusal }
    const outcome = recordEvent(deployment, judged.event, now())
    if (!outcome.ok) return outcome
    if ((await store.save(outcome.value.deployment, outcome.value.entries, deployment.revision)) === 'saved')
      return outcome
  }
  throw new Error(`${id} could not be saved: ${MOST_TRIES} conflicts in a row`)
}
