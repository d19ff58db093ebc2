/**
 * Slack's limits on a message, as one list of faults. Sources: Block Kit reference and chat.postMessage / chat.update
 * pages; the sum over all blocks is not published (9,597 characters were accepted and 11,341 refused in bolt-js #2867).
 */
import type { ChatMessage } from '../../ports/chat.ts'
import { isTable, type Table, textIn } from './block-reading.ts'
import { mrkdwnFaults } from './mrkdwn-faults.ts'

/** Lengths in UTF-16 units, counts in pieces. */
export const LIMITS = {
  /** chat.update refuses more; posting would cut at 40,000. */
  text: 4_000,
  blockText: 9_000,
  blocks: 50,
  section: 3_000,
  fields: 10,
  field: 2_000,
  header: 150,
  contextElements: 10,
  contextText: 3_000,
  actions: 25,
  id: 255,
  buttonText: 75,
  buttonValue: 2_000,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
} as const

/** Everything Slack would refuse, or read differently from what was meant, in sentences; empty when the message is fine. */
export function slackLimits(message: ChatMessage): readonly string[] {
  const faults = [
    ...lengthFaults('text', message.text, LIMITS.text),
    ...mrkdwnFaults('text', message.text),
    ...countFaults('blocks', message.blocks.length, LIMITS.blocks),
  ]
  const sum = blockTextLength(message.blocks)
  if (sum > LIMITS.blockText) faults.push(`blocks: ${sum} characters of text, at most ${LIMITS.blockText}`)
  const ids = new Set<unknown>()
  message.blocks.forEach((block, index) => {
    if (!isTable(block)) return
    const id = block.block_id
    if (id !== undefined && ids.has(id)) faults.push(`block ${index}: block_id is not unique`)
    ids.add(id)
    faults.push(...lengthFaults(`block ${index}: block_id`, id ?? 'x', LIMITS.id), ...blockFaults(block, index))
  })
  return faults
}

/** Sum of all the text that blocks carry, labels of buttons and confirm dialogs included. */
export function blockTextLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + blockTextLength(entry), 0)
  if (!isTable(value)) return 0
  return Object.entries(value).reduce(
    (sum, [key, entry]) => sum + (key === 'text' && typeof entry === 'string' ? entry.length : blockTextLength(entry)),
    0,
  )
}

function blockFaults(block: Table, index: number): readonly string[] {
  const at = `block ${index} (${String(block.type)})`
  switch (block.type) {
    case 'header':
      return textFaults(`${at}: text`, block.text, LIMITS.header)
    case 'section':
      return sectionFaults(block, at)
    case 'context':
      return listFaults(`${at}: elements`, block.elements, LIMITS.contextElements, (element, here) =>
        textFaults(here, element, LIMITS.contextText),
      )
    case 'actions':
      return actionsFaults(block, at)
    case 'divider':
      return []
    default:
      return [`${at}: not a kind of block that we send`]
  }
}

function sectionFaults(block: Table, at: string): readonly string[] {
  const { text, fields } = block
  if (text === undefined && fields === undefined) return [`${at}: has neither text nor fields`]
  return [
    ...(text === undefined ? [] : textFaults(`${at}: text`, text, LIMITS.section)),
    ...(fields === undefined
      ? []
      : listFaults(`${at}: fields`, fields, LIMITS.fields, (field, here) => textFaults(here, field, LIMITS.field))),
  ]
}

function actionsFaults(block: Table, at: string): readonly string[] {
  const seen = new Set<unknown>()
  return listFaults(`${at}: elements`, block.elements, LIMITS.actions, (element, here) => {
    if (!isTable(element) || element.type !== 'button') return [`${here}: not a button`]
    const { action_id: id, text, value, confirm } = element
    const twice = seen.has(id) ? [`${here}: action_id is not unique`] : []
    seen.add(id)
    return [
      ...twice,
      ...lengthFaults(`${here}: action_id`, id, LIMITS.id),
      ...textFaults(`${here}: text`, text, LIMITS.buttonText),
      ...(value === undefined ? [] : lengthFaults(`${here}: value`, value, LIMITS.buttonValue)),
      ...(confirm === undefined ? [] : confirmFaults(`${here}: confirm`, confirm)),
    ]
  })
}

function confirmFaults(at: string, confirm: unknown): readonly string[] {
  if (!isTable(confirm)) return [`${at}: not a dialog`]
  return [
    ...textFaults(`${at}: title`, confirm.title, LIMITS.confirmTitle),
    ...textFaults(`${at}: text`, confirm.text, LIMITS.confirmText),
    ...textFaults(`${at}: confirm`, confirm.confirm, LIMITS.confirmButton),
    ...textFaults(`${at}: deny`, confirm.deny, LIMITS.confirmButton),
  ]
}

function textFaults(at: string, object: unknown, limit: number): readonly string[] {
  const text = textIn(object)
  const escaped = isTable(object) && object.type === 'mrkdwn' ? mrkdwnFaults(at, text ?? '') : []
  return [...lengthFaults(at, text, limit), ...escaped]
}

function lengthFaults(at: string, text: unknown, limit: number): string[] {
  if (typeof text !== 'string' || text === '') return [`${at}: is empty`]
  return text.length > limit ? [`${at}: ${text.length} characters, at most ${limit}`] : []
}

function countFaults(at: string, count: number, limit: number): readonly string[] {
  return count > limit ? [`${at}: ${count}, at most ${limit}`] : []
}

function listFaults(
  at: string,
  list: unknown,
  limit: number,
  each: (entry: unknown, at: string) => readonly string[],
): readonly string[] {
  if (!Array.isArray(list) || list.length === 0) return [`${at}: is empty`]
  return [...countFaults(at, list.length, limit), ...list.flatMap((entry, index) => each(entry, `${at}[${index}]`))]
}
