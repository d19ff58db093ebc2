import { describe, expect, it } from 'vitest'
import { printMessage } from '../../src/bot/transcript.ts'

const print = (blocks: readonly object[], width = 80) =>
  printMessage({ text: 'text', blocks }, { width, names: { U1: 'lee' } })
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })

describe('a printed message', () => {
  it('shows blocks in order, buttons in brackets, context indented', () => {
    const button = (text: string) => ({ type: 'button', action_id: 'x', text: { type: 'plain_text', text } })
    const context = { type: 'context', elements: [{ type: 'mrkdwn', text: 'one\ntwo' }] }
    const header = { type: 'header', text: { type: 'plain_text', text: 'api v2.0' } }
    const actions = { type: 'actions', elements: [button('Approve'), button('Abort')] }
    expect(print([header, section('*Bold* and `code`'), context, actions])).toBe(
      'api v2.0\nBold and `code`\n  one\n  two\n[Approve]  [Abort]',
    )
  })
  it('shows dates in UTC, people by name, entities as signs', () => {
    expect(print([section('at <!date^1770127200^{time}|soon>, <@U1>, <@U2>, &lt;b&gt; &amp;amp;')])).toBe(
      'at 14:00 UTC, @lee, @U2, <b> &amp;',
    )
    expect(print([section('<!date^1770127200^{date_short_pretty} {time}|x> <!date^1770127200^{ago}|fallback>')])).toBe(
      '2026-02-03 14:00 UTC fallback',
    )
  })
  it('wraps at blanks, and leaves code as it is', () => {
    expect(print([section('aaa bbb ccc')], 7)).toBe('aaa bbb\nccc')
    expect(print([section('```\naaa   bbb ccc ddd\n```\nafter')], 7)).toBe('    aaa   bbb ccc ddd\nafter')
  })
  it('prints the text where there are no blocks', () =>
    expect(printMessage({ text: 'only text', blocks: [] })).toBe('only text'))
})
