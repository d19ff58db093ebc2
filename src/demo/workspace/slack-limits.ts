/**
 * Slack's limits on messages and views, enforced. A stand-in that accepts what the real one refuses is a bug, so where
 * Slack publishes no number the stricter known one stands here.
 */
import { blockFaults } from './block-limits.ts'
import { textFaults } from './element-limits.ts'
import { isObject, type JsonObject, stringField } from './json-object.ts'

/** Characters (UTF-16 units) unless the name says otherwise. */
export const SLACK_LIMITS = {
  /** `chat.postMessage` cuts longer text off here. */
  postedText: 40_000,
  /** `chat.update` refuses longer text. */
  updatedText: 4_000,
  markdownText: 12_000,
  /** Sum of text over all blocks. Not published: 9,597 was accepted and 11,341 refused (slackapi/bolt-js #2509, #2867). */
  blockText: 9_000,
  attachments: 100,
  messageBlocks: 50,
  viewBlocks: 100,
  /** JSON of `event_payload`; Slack has a limit but publishes none: ids fit, bodies do not. */
  metadata: 4_000,
  viewTitle: 24,
  privateMetadata: 3_000,
  callbackId: 255,
  modalStack: 3,
  /** Bytes of a whole view. */
  view: 250_000,
} as const

export interface Refusal {
  readonly error: string
  /** Slack's own explanation, one per fault: `must be less than 3001 characters [json-pointer:/blocks/0/text/text]`. */
  readonly messages?: readonly string[]
}

/** Why Slack would refuse the content of this message, or undefined. `textLimit` is what the method refuses above; posting cuts instead. */
export function messageRefusal(args: JsonObject, textLimit: number | 'cut'): Refusal | undefined {
  const { blocks, attachments, metadata, markdown_text: markdown } = args
  const text = stringField(args, 'text') ?? ''
  if (blocks !== undefined && !(Array.isArray(blocks) && blocks.every(isObject)))
    return { error: 'invalid_blocks_format' }
  const hasBlocks = Array.isArray(blocks) && blocks.length > 0
  const hasAttachments = Array.isArray(attachments) && attachments.length > 0
  if (markdown !== undefined && (hasBlocks || text !== '')) return { error: 'markdown_text_conflict' }
  if (typeof markdown === 'string' && markdown.length > SLACK_LIMITS.markdownText) return { error: 'msg_too_long' }
  if (text === '' && !hasBlocks && !hasAttachments && !markdown) return { error: 'no_text' }
  if (textLimit !== 'cut' && text.length > textLimit) return { error: 'msg_too_long' }
  if (Array.isArray(attachments) && attachments.length > SLACK_LIMITS.attachments)
    return { error: 'too_many_attachments' }
  if (hasBlocks) {
    const faults = blockFaults(blocks, 'message', '/blocks')
    if (faults.length > 0) return { error: 'invalid_blocks', messages: faults }
    if (blockTextLength(blocks) > SLACK_LIMITS.blockText) return { error: 'msg_blocks_too_long' }
  }
  return metadata === undefined ? undefined : metadataRefusal(metadata)
}

/** Sum of all the text that the blocks carry, labels of buttons included. */
export function blockTextLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + blockTextLength(entry), 0)
  if (!isObject(value)) return 0
  return Object.entries(value).reduce(
    (sum, [key, entry]) => sum + (key === 'text' && typeof entry === 'string' ? entry.length : blockTextLength(entry)),
    0,
  )
}

function metadataRefusal(metadata: unknown): Refusal | undefined {
  if (!isObject(metadata)) return { error: 'invalid_metadata_format' }
  const { event_type: type, event_payload: payload } = metadata
  if (typeof type !== 'string' || type === '' || !isObject(payload)) return { error: 'invalid_metadata_format' }
  const flat = Object.values(payload).every((value) => value === null || typeof value !== 'object')
  if (!flat) return { error: 'invalid_metadata_format' }
  return JSON.stringify(payload).length > SLACK_LIMITS.metadata ? { error: 'metadata_too_large' } : undefined
}

/** Why Slack would refuse this view, or undefined. */
export function viewRefusal(view: unknown, surface: 'modal' | 'home'): Refusal | undefined {
  if (!isObject(view)) return invalid(['must provide an object [json-pointer:/view]'])
  if (Buffer.byteLength(JSON.stringify(view)) > SLACK_LIMITS.view) return { error: 'view_too_large' }
  const faults: string[] = []
  if (view.type !== surface) faults.push(`must be "${surface}" [json-pointer:/view/type]`)
  if (!Array.isArray(view.blocks)) faults.push('missing required field: blocks [json-pointer:/view]')
  else faults.push(...blockFaults(view.blocks, surface, '/view/blocks'))
  const long = (name: string, limit: number) => {
    const value = view[name]
    if (value === undefined) return
    if (typeof value !== 'string') faults.push(`must be a string [json-pointer:/view/${name}]`)
    else if (value.length > limit) faults.push(`must be less than ${limit + 1} characters [json-pointer:/view/${name}]`)
  }
  long('private_metadata', SLACK_LIMITS.privateMetadata)
  long('callback_id', SLACK_LIMITS.callbackId)
  long('external_id', SLACK_LIMITS.callbackId)
  if (surface === 'modal') faults.push(...modalFaults(view))
  return faults.length > 0 ? invalid(faults) : undefined
}

function modalFaults(view: JsonObject): readonly string[] {
  const faults: string[] = []
  if (view.title === undefined) faults.push('missing required field: title [json-pointer:/view]')
  for (const name of ['title', 'submit', 'close']) {
    if (view[name] === undefined) continue
    faults.push(...textFaults(view[name], `/view/${name}`, SLACK_LIMITS.viewTitle, 'plain'))
  }
  const blocks = view.blocks
  const hasInput = Array.isArray(blocks) && blocks.some((block) => isObject(block) && block.type === 'input')
  if (hasInput && view.submit === undefined) faults.push('missing required field: submit [json-pointer:/view]')
  return faults
}

function invalid(messages: readonly string[]): Refusal {
  return { error: 'invalid_arguments', messages }
}
