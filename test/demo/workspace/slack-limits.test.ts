import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../src/demo/workspace/json-object.ts'
import { messageRefusal, SLACK_LIMITS, viewRefusal } from '../../../src/demo/workspace/slack-limits.ts'

const plain = (length: number, word = 'x') => ({ type: 'plain_text', text: word.repeat(length) })
const mrkdwn = (length: number) => ({ type: 'mrkdwn', text: 'x'.repeat(length) })
const times = (count: number, make: (index: number) => JsonObject) => Array.from({ length: count }, (_, i) => make(i))
const button = (more: JsonObject = {}) => ({ type: 'button', text: plain(5), action_id: 'go', ...more })
const actions = (...elements: readonly JsonObject[]) => ({ type: 'actions', elements })
const option = (index: number) => ({ text: plain(5), value: `v${index}` })
const select = (count: number) => ({ type: 'static_select', action_id: 's', options: times(count, option) })
const confirm = (more: JsonObject) => ({
  title: plain(5),
  text: mrkdwn(5),
  confirm: plain(5),
  deny: plain(5),
  ...more,
})

/** Each limit of blocks: what is just allowed, and what is one too many. */
const AT_THE_LIMIT: readonly (readonly [string, (over: number) => readonly JsonObject[], number])[] = [
  ['blocks of a message', (over) => times(50 + over, () => ({ type: 'divider' })), 50],
  ['text of a section', (over) => [{ type: 'section', text: mrkdwn(3_000 + over) }], 3_000],
  ['fields of a section', (over) => [{ type: 'section', fields: times(10 + over, () => mrkdwn(5)) }], 10],
  ['text of a field', (over) => [{ type: 'section', fields: [mrkdwn(2_000 + over)] }], 2_000],
  ['text of a header', (over) => [{ type: 'header', text: plain(150 + over) }], 150],
  ['elements of a context', (over) => [{ type: 'context', elements: times(10 + over, () => mrkdwn(5)) }], 10],
  ['elements of actions', (over) => [actions(...times(25 + over, (i) => button({ action_id: `a${i}` })))], 25],
  ['text of a button', (over) => [actions(button({ text: plain(75 + over) }))], 75],
  ['value of a button', (over) => [actions(button({ value: 'x'.repeat(2_000 + over) }))], 2_000],
  ['address of a button', (over) => [actions(button({ url: 'x'.repeat(3_000 + over) }))], 3_000],
  ['action_id', (over) => [actions(button({ action_id: 'x'.repeat(255 + over) }))], 255],
  ['block_id', (over) => [{ type: 'divider', block_id: 'x'.repeat(255 + over) }], 255],
  ['options of a select', (over) => [actions(select(100 + over))], 100],
  ['title of a confirm dialog', (over) => [actions(button({ confirm: confirm({ title: plain(100 + over) }) }))], 100],
  ['text of a confirm dialog', (over) => [actions(button({ confirm: confirm({ text: mrkdwn(300 + over) }) }))], 300],
  ['button of a confirm dialog', (over) => [actions(button({ confirm: confirm({ deny: plain(30 + over) }) }))], 30],
  ['rows of a table', (over) => [{ type: 'table', rows: times(100 + over, () => ({})) }], 100],
]

describe.each(AT_THE_LIMIT)('%s', (_, make, limit) => {
  it(`are taken at ${limit} and refused at ${limit + 1}`, () => {
    expect(messageRefusal({ blocks: make(0) }, 'cut')).toBeUndefined()
    const refusal = messageRefusal({ blocks: make(1) }, 'cut')
    expect(refusal?.error).toBe('invalid_blocks')
    expect(refusal?.messages?.join()).toMatch(/json-pointer:\/blocks/)
  })
})

describe('the content of a message', () => {
  it('is refused above 9,000 characters of block text in sum', () => {
    const sections = (last: number) => [...times(3, () => ({ type: 'section', text: mrkdwn(2_500) })), button3(last)]
    const button3 = (length: number) => ({ type: 'section', text: mrkdwn(length) })
    expect(messageRefusal({ blocks: sections(1_500) }, 'cut')).toBeUndefined()
    expect(messageRefusal({ blocks: sections(1_501) }, 'cut')).toEqual({ error: 'msg_blocks_too_long' })
  })

  it('is refused above 4,000 characters in an edit, and only there', () => {
    const text = 'x'.repeat(4_001)
    expect(messageRefusal({ text }, SLACK_LIMITS.updatedText)).toEqual({ error: 'msg_too_long' })
    expect(messageRefusal({ text }, 'cut')).toBeUndefined()
  })

  it('needs a text, blocks or attachments', () => {
    expect(messageRefusal({}, 'cut')).toEqual({ error: 'no_text' })
    expect(messageRefusal({ blocks: [] }, 'cut')).toEqual({ error: 'no_text' })
    expect(messageRefusal({ blocks: 'nonsense' }, 'cut')).toEqual({ error: 'invalid_blocks_format' })
  })

  it('takes flat, small metadata only', () => {
    const metadata = (event_payload: JsonObject) => ({ text: 'x', metadata: { event_type: 'card', event_payload } })
    expect(messageRefusal(metadata({ id: 'd-1' }), 'cut')).toBeUndefined()
    expect(messageRefusal(metadata({ deep: { id: 1 } }), 'cut')?.error).toBe('invalid_metadata_format')
    expect(messageRefusal(metadata({ body: 'x'.repeat(4_000) }), 'cut')?.error).toBe('metadata_too_large')
    expect(messageRefusal({ text: 'x', metadata: {} }, 'cut')?.error).toBe('invalid_metadata_format')
  })

  it('names each fault by its place, several at once', () => {
    const blocks = [
      { type: 'section' },
      { type: 'header', text: mrkdwn(5) },
      actions(button({ style: 'default' }), button()),
      { type: 'divider', block_id: 'twice' },
      { type: 'divider', block_id: 'twice' },
      { type: 'alert', text: plain(5) },
      { type: 'divider', color: 'red' },
    ]
    expect(messageRefusal({ blocks }, 'cut')?.messages).toEqual([
      'missing required field: text [json-pointer:/blocks/0]',
      'unsupported type: mrkdwn [json-pointer:/blocks/1/text/type]',
      'must be a valid enum value [json-pointer:/blocks/2/elements/0/style]',
      'action_id "go" already exists [json-pointer:/blocks/2/elements/1/action_id]',
      'block_id "twice" already exists [json-pointer:/blocks/4/block_id]',
      'unsupported type: alert [json-pointer:/blocks/5/type]',
      'invalid additional property: color [json-pointer:/blocks/6]',
    ])
  })

  it('has no empty texts', () => {
    const empty = { type: 'section', text: mrkdwn(0) }
    expect(messageRefusal({ blocks: [empty] }, 'cut')?.messages).toEqual([
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
    ])
  })
})

describe('a modal', () => {
  const modal = (more: JsonObject = {}) => ({ type: 'modal', title: plain(24), blocks: [{ type: 'divider' }], ...more })
  const input = { type: 'input', label: plain(5), element: { type: 'plain_text_input', action_id: 'a' } }

  it('is taken at its limits and refused above them', () => {
    const full = modal({
      submit: plain(24),
      close: plain(24),
      private_metadata: 'x'.repeat(3_000),
      callback_id: 'x'.repeat(255),
      blocks: times(100, () => ({ type: 'divider' })),
    })
    expect(viewRefusal(full, 'modal')).toBeUndefined()
    const over = [
      { title: plain(25) },
      { submit: plain(25) },
      { close: plain(25) },
      { private_metadata: 'x'.repeat(3_001) },
      { callback_id: 'x'.repeat(256) },
      { external_id: 'x'.repeat(256) },
      { blocks: times(101, () => ({ type: 'divider' })) },
    ]
    for (const part of over) expect(viewRefusal(modal(part), 'modal')?.error).toBe('invalid_arguments')
  })

  it('needs a submit button once it has inputs, and a title always', () => {
    expect(viewRefusal(modal({ blocks: [input] }), 'modal')?.messages).toEqual([
      'missing required field: submit [json-pointer:/view]',
    ])
    expect(viewRefusal(modal({ blocks: [input], submit: plain(5) }), 'modal')).toBeUndefined()
    expect(viewRefusal({ type: 'modal', blocks: [] }, 'modal')?.error).toBe('invalid_arguments')
  })
})
