import type { Clock } from '../../ports/clock.ts'

/** Slack's life of a trigger, and its patience for an acknowledgement: 3 s of the wall clock. */
export const PATIENCE_MS = 3_000

/** Hands out trigger ids: good for one modal, for 3 s, for the person who caused it. */
export class TriggerRegistry {
  readonly #wall: Clock
  readonly #triggers = new Map<
    string,
    { readonly user: string; readonly at: number; readonly rootView?: string; used: boolean }
  >()
  #last = 0

  constructor(wall: Clock) {
    this.#wall = wall
  }

  /** `rootView` is given when the person acted inside a modal: only then may a view be pushed. */
  issue(user: string, rootView?: string): string {
    this.#forget()
    const id = `${++this.#last}.${this.#wall.now()}.trigger`
    this.#triggers.set(id, { user, at: this.#wall.now(), used: false, ...(rootView === undefined ? {} : { rootView }) })
    return id
  }

  /** Uses the trigger up; an error code of Slack's when it is unknown, used or too old. */
  exchange(id: string | undefined): { readonly user: string; readonly rootView?: string } | { readonly error: string } {
    const trigger = id === undefined ? undefined : this.#triggers.get(id)
    if (!trigger) return { error: 'invalid_trigger_id' }
    if (trigger.used) return { error: 'exchanged_trigger_id' }
    if (this.#wall.now() - trigger.at > PATIENCE_MS) return { error: 'expired_trigger_id' }
    trigger.used = true
    return trigger
  }

  /** Triggers that expired long ago; a late exchange within the hour is still told that it is late. */
  #forget(): void {
    for (const [id, trigger] of this.#triggers) {
      if (this.#wall.now() - trigger.at < 3_600_000) return
      this.#triggers.delete(id)
    }
  }
}
