/**
 * The one gate every message passes before it is sent: too much is split or cut with "… n more", never sent to be
 * refused. Buttons are kept before text: without them nobody can act.
 */
import type { ChatMessage } from '../../ports/chat.ts'
import { isTable, type Table, tablesIn, textIn } from './block-reading.ts'
import { repairMrkdwn } from './mrkdwn-faults.ts'
import { blockTextLength, LIMITS } from './slack-limits.ts'
import { cutLabel, cutText, splitText } from './text-pieces.ts'

/** A message within all of Slack's limits; one that is already comes out as it is. Unknown kinds of blocks are left out. */
export function fitToSlack(message: ChatMessage): ChatMessage {
  const text = cutText(repairMrkdwn(message.text), LIMITS.text)
  const blocks = withinBudget(withinCount(message.blocks.flatMap((block) => (isTable(block) ? fitBlock(block) : []))))
  return { text: text === '' ? 'A message of T-Minus' : text, blocks }
}

function fitBlock(block: Table): readonly Table[] {
  switch (block.type) {
    case 'header':
      return fitted(block.text, (text) => ({ ...block, text: label(text, LIMITS.header) }))
    case 'section':
      return fitSection(block)
    case 'context':
      return chunks(tablesIn(block.elements).filter(hasText), LIMITS.contextElements).map((elements) => ({
        ...block,
        elements: elements.map((element) => mrkdwn(element, LIMITS.contextText)),
      }))
    case 'actions':
      return chunks(tablesIn(block.elements).flatMap(fitButton), LIMITS.actions).map((elements) => ({
        ...block,
        elements,
      }))
    case 'divider':
      return [block]
    default:
      return []
  }
}

function fitSection(block: Table): readonly Table[] {
  const { text, fields, ...rest } = block
  const written = textIn(text)
  const paragraphs =
    isTable(text) && written !== undefined && written !== ''
      ? splitText(repairMrkdwn(written), LIMITS.section).map((piece) => ({ ...rest, text: { ...text, text: piece } }))
      : []
  const columns = chunks(tablesIn(fields).filter(hasText), LIMITS.fields).map((group) => ({
    ...rest,
    fields: group.map((field) => mrkdwn(field, LIMITS.field)),
  }))
  return [...paragraphs, ...columns]
}

function fitButton(button: Table): readonly Table[] {
  const { text, value, confirm } = button
  // A cut value would name another step or none: better no button than a wrong one.
  if (button.type !== 'button' || !isTable(text) || !hasText(text)) return []
  if (typeof value === 'string' && (value === '' || value.length > LIMITS.buttonValue)) return []
  const asked = isTable(confirm) ? { confirm: fitConfirm(confirm) } : {}
  return [{ ...button, text: label(text, LIMITS.buttonText), ...asked }]
}

function fitConfirm(confirm: Table): Table {
  const part = (name: string, limit: number) => {
    const value = confirm[name]
    return isTable(value) ? { [name]: label(value, limit) } : {}
  }
  return {
    ...confirm,
    ...part('title', LIMITS.confirmTitle),
    ...part('text', LIMITS.confirmText),
    ...part('confirm', LIMITS.confirmButton),
    ...part('deny', LIMITS.confirmButton),
  }
}

function label(text: Table, limit: number): Table {
  const written = textIn(text) ?? ''
  return { ...text, text: cutLabel(text.type === 'mrkdwn' ? repairMrkdwn(written) : written, limit) }
}

function mrkdwn(text: Table, limit: number): Table {
  const written = textIn(text) ?? ''
  return { ...text, text: cutText(text.type === 'mrkdwn' ? repairMrkdwn(written) : written, limit) }
}

function hasText(value: unknown): boolean {
  return (textIn(value) ?? '') !== ''
}

function fitted(text: unknown, make: (text: Table) => Table): readonly Table[] {
  return isTable(text) && hasText(text) ? [make(text)] : []
}

function chunks<Entry>(entries: readonly Entry[], size: number): readonly (readonly Entry[])[] {
  const count = Math.ceil(entries.length / size)
  return Array.from({ length: count }, (_, index) => entries.slice(index * size, (index + 1) * size))
}

function withinCount(blocks: readonly Table[]): readonly Table[] {
  if (blocks.length <= LIMITS.blocks) return blocks
  const buttons = blocks.filter((block) => block.type === 'actions').slice(0, LIMITS.blocks - 2)
  const others = blocks.filter((block) => block.type !== 'actions')
  const room = LIMITS.blocks - 1 - buttons.length
  return [...others.slice(0, room), moreBlocks(blocks.length - room - buttons.length), ...buttons]
}

function moreBlocks(count: number): Table {
  return { type: 'context', elements: [{ type: 'mrkdwn', text: `… ${count} more parts left out` }] }
}

/** Texts are cut longest first, down to this, before whole blocks are left out. */
const SHORTEST_CUT = 160

function withinBudget(blocks: readonly Table[]): readonly Table[] {
  let fitting = blocks
  for (let excess = excessOf(fitting); excess > 0; excess = excessOf(fitting)) {
    const longest = longestText(fitting)
    if (longest <= SHORTEST_CUT) return dropUntilFit(fitting)
    const limit = Math.max(SHORTEST_CUT, longest - excess, Math.floor(longest / 2))
    fitting = fitting.map((block) => cutTexts(block, longest, limit))
  }
  return fitting
}

function excessOf(blocks: readonly Table[]): number {
  return blockTextLength(blocks) - LIMITS.blockText
}

function longestText(blocks: readonly Table[]): number {
  return Math.max(0, ...blocks.flatMap((block) => textsOf(block).map((text) => textIn(text)?.length ?? 0)))
}

function textsOf(block: Table): readonly Table[] {
  if (block.type === 'section') return [...(isTable(block.text) ? [block.text] : []), ...tablesIn(block.fields)]
  return block.type === 'context' ? tablesIn(block.elements) : []
}

/** Cuts those texts of a section or context that are exactly as long as the longest one. */
function cutTexts(block: Table, length: number, limit: number): Table {
  const cut = (value: unknown) => (isTable(value) && textIn(value)?.length === length ? mrkdwn(value, limit) : value)
  if (block.type === 'context') return { ...block, elements: tablesIn(block.elements).map(cut) }
  if (block.type !== 'section') return block
  return {
    ...block,
    ...(block.text === undefined ? {} : { text: cut(block.text) }),
    ...(block.fields === undefined ? {} : { fields: tablesIn(block.fields).map(cut) }),
  }
}

function dropUntilFit(blocks: readonly Table[]): readonly Table[] {
  let kept = blocks
  let dropped = 0
  while (excessOf(kept) > -SHORTEST_CUT) {
    const last = kept.findLastIndex((block) => block.type !== 'actions')
    const at = last < 0 ? kept.length - 1 : last
    if (at < 0) break
    kept = kept.filter((_, index) => index !== at)
    dropped++
  }
  return [...kept, moreBlocks(dropped)]
}
