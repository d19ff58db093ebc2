/** Submitting and closing modals: required inputs, `response_action`, and Slack's words when the app does not answer. */
import { viewClosedPayload, viewSubmissionPayload } from './interaction-payloads.ts'
import type { Interactions } from './interactions.ts'
import { isObject, type JsonObject, objectField, objectsField, stringField } from './json-object.ts'
import { viewRefusal } from './slack-limits.ts'
import type { OpenView } from './view-store.ts'
import type { Slack } from './web-method.ts'

export interface Submission {
  readonly userId: string
  /** The modal on top when left out. */
  readonly viewId?: string
  /** `state.values`: block id, then action id, then what was chosen. */
  readonly values: JsonObject
}

export interface SubmissionOutcome {
  readonly ok: boolean
  /** What is shown above the modal's buttons when it stays open. */
  readonly error?: string
  /** Words under single inputs, by block id. */
  readonly errors?: Readonly<Record<string, string>>
  readonly ack?: JsonObject
}

const TROUBLE = 'We had some trouble connecting. Try again?'

export class ModalSubmission {
  readonly #slack: Slack
  readonly #interactions: Interactions

  constructor(slack: Slack, interactions: Interactions) {
    this.#slack = slack
    this.#interactions = interactions
  }

  async submit(submission: Submission): Promise<SubmissionOutcome> {
    const open = this.#find(submission)
    const missing = missingInputs(open, submission.values)
    if (Object.keys(missing).length > 0) return { ok: false, errors: missing }
    const actor = { id: submission.userId, triggerId: this.#slack.triggers.issue(submission.userId, open.rootId) }
    const described = this.#slack.views.describe(open, submission.values)
    const payload = viewSubmissionPayload(this.#slack, actor, described)
    const delivered = await this.#interactions.deliver({ type: 'interactive', payload })
    return delivered.ok ? this.#answered(open, delivered.ack) : { ok: false, error: TROUBLE }
  }

  async close(userId: string, viewId?: string): Promise<void> {
    const open = this.#find({ userId, values: {}, ...(viewId === undefined ? {} : { viewId }) })
    this.#slack.views.close(open)
    if (open.view.notify_on_close !== true) return
    const actor = { id: userId, triggerId: '' }
    const payload = viewClosedPayload(this.#slack, actor, this.#slack.views.describe(open), false)
    await this.#interactions.deliver({ type: 'interactive', payload })
  }

  #find(submission: Submission): OpenView {
    const { viewId, userId } = submission
    const open = viewId === undefined ? this.#slack.views.top(userId) : this.#slack.views.find(viewId)
    if (open?.user !== userId) throw new Error(`no modal is open for ${userId}`)
    return open
  }

  #answered(open: OpenView, ack: JsonObject): SubmissionOutcome {
    const { views } = this.#slack
    const action = stringField(ack, 'response_action')
    if (action === undefined) views.close(open)
    if (action === 'clear') views.close(open, true)
    if (action === 'errors') return this.#withErrors(open, ack)
    if (action !== 'update' && action !== 'push') return { ok: true, ack }
    const view = ack.view
    if (viewRefusal(view, 'modal') || !isObject(view)) return { ok: false, error: TROUBLE, ack }
    if (action === 'update') views.update(open, view)
    else if (!views.push(open.user, view)) return { ok: false, error: TROUBLE, ack }
    return { ok: true, ack }
  }

  /** Errors for blocks that are no inputs of this view are a mistake of the app: Slack shows its own trouble line. */
  #withErrors(open: OpenView, ack: JsonObject): SubmissionOutcome {
    const inputs = new Set(inputBlocks(open).map((block) => stringField(block, 'block_id')))
    const given = Object.entries(objectField(ack, 'errors') ?? {})
    if (given.length === 0 || given.some(([block]) => !inputs.has(block))) return { ok: false, error: TROUBLE, ack }
    return { ok: false, ack, errors: Object.fromEntries(given.map(([block, words]) => [block, String(words)])) }
  }
}

function inputBlocks(open: OpenView): readonly JsonObject[] {
  return objectsField(open.view, 'blocks').filter((block) => block.type === 'input')
}

function missingInputs(open: OpenView, values: JsonObject): Readonly<Record<string, string>> {
  const missing: Record<string, string> = {}
  for (const block of inputBlocks(open)) {
    const id = stringField(block, 'block_id') ?? ''
    const element = objectField(block, 'element') ?? {}
    const entry = objectField(objectField(values, id) ?? {}, stringField(element, 'action_id') ?? '')
    if (block.optional !== true && !isFilled(entry)) missing[id] = 'Please complete this required field.'
  }
  return missing
}

function isFilled(entry: JsonObject | undefined): boolean {
  if (entry === undefined) return false
  return Object.entries(entry).some(([name, value]) => {
    if (name === 'type') return false
    if (Array.isArray(value)) return value.length > 0
    return value !== null && value !== undefined && value !== ''
  })
}
