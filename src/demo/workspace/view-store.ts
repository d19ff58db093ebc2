/** Modals and App Homes. A modal stack belongs to one person; the top view is the one that is shown. */
import type { AppIdentity } from './app-identity.ts'
import { nameBlocks } from './channel-store.ts'
import { type JsonObject, objectsField, stringField } from './json-object.ts'
import { SLACK_LIMITS } from './slack-limits.ts'

export interface OpenView {
  readonly id: string
  readonly rootId: string
  readonly user: string
  readonly hash: string
  /** As the app sent it, blocks named. */
  readonly view: JsonObject
}

export class ViewStore {
  readonly #app: AppIdentity
  readonly #stacks = new Map<string, readonly OpenView[]>()
  readonly #homes = new Map<string, OpenView>()
  readonly #listeners = new Set<(user: string) => void>()
  #last = 0

  constructor(app: AppIdentity) {
    this.#app = app
  }

  onChange(listener: (user: string) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The modal that the person sees now. */
  top(user: string): OpenView | undefined {
    return this.#stacks.get(user)?.at(-1)
  }

  home(user: string): OpenView | undefined {
    return this.#homes.get(user)
  }

  find(id: string): OpenView | undefined {
    return this.#all().find((open) => open.id === id)
  }

  byExternalId(id: string): OpenView | undefined {
    return this.#all().find((open) => stringField(open.view, 'external_id') === id)
  }

  open(user: string, view: JsonObject): OpenView {
    const id = this.#nextId()
    const opened = this.#opened(id, id, user, view)
    this.#put(user, [opened])
    return opened
  }

  /** undefined when three views are open already. */
  push(user: string, view: JsonObject): OpenView | undefined {
    const stack = this.#stacks.get(user) ?? []
    if (stack.length >= SLACK_LIMITS.modalStack) return undefined
    const id = this.#nextId()
    const opened = this.#opened(id, stack[0]?.rootId ?? id, user, view)
    this.#put(user, [...stack, opened])
    return opened
  }

  update(open: OpenView, view: JsonObject): OpenView {
    const updated = this.#opened(open.id, open.rootId, open.user, view)
    if (this.#homes.get(open.user)?.id === open.id) this.#homes.set(open.user, updated)
    else
      this.#put(
        open.user,
        this.#stack(open.user).map((entry) => (entry.id === open.id ? updated : entry)),
      )
    this.#tell(open.user)
    return updated
  }

  publishHome(user: string, view: JsonObject): OpenView {
    const id = this.#homes.get(user)?.id ?? this.#nextId()
    const opened = this.#opened(id, id, user, view)
    this.#homes.set(user, opened)
    this.#tell(user)
    return opened
  }

  /** Takes this view (and what lies above it) away; the whole stack with `all`. */
  close(open: OpenView, all = false): void {
    const stack = this.#stack(open.user)
    const index = stack.findIndex((entry) => entry.id === open.id)
    this.#put(open.user, all || index < 0 ? [] : stack.slice(0, index))
  }

  /** The view as payloads and the Web API tell it, with what was typed. */
  describe(open: OpenView, values: JsonObject = {}): JsonObject {
    const stack = this.#stack(open.user)
    const index = stack.findIndex((entry) => entry.id === open.id)
    return {
      ...DEFAULTS,
      ...open.view,
      id: open.id,
      team_id: this.#app.teamId,
      state: { values },
      hash: open.hash,
      previous_view_id: stack[index - 1]?.id ?? null,
      root_view_id: open.rootId,
      app_id: this.#app.appId,
      app_installed_team_id: this.#app.teamId,
      bot_id: this.#app.botId,
    }
  }

  #all(): readonly OpenView[] {
    return [...[...this.#stacks.values()].flat(), ...this.#homes.values()]
  }

  #stack(user: string): readonly OpenView[] {
    return this.#stacks.get(user) ?? []
  }

  #put(user: string, stack: readonly OpenView[]): void {
    this.#stacks.set(user, stack)
    this.#tell(user)
  }

  #opened(id: string, rootId: string, user: string, view: JsonObject): OpenView {
    const blocks = nameBlocks(objectsField(view, 'blocks'), () => `v${++this.#last}`)
    return { id, rootId, user, hash: `${++this.#last}.hash`, view: { ...view, blocks } }
  }

  #nextId(): string {
    return `V${String(++this.#last).padStart(8, '0')}`
  }

  #tell(user: string): void {
    for (const listener of this.#listeners) listener(user)
  }
}

const DEFAULTS: JsonObject = {
  callback_id: '',
  private_metadata: '',
  external_id: '',
  title: null,
  submit: null,
  close: null,
  clear_on_close: false,
  notify_on_close: false,
}
