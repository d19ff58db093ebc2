import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitToSlack } from '../../../src/bot/views/fit-to-slack.ts'
import { slackLimits } from '../../../src/bot/views/slack-limits.ts'
import { splitText } from '../../../src/bot/views/text-pieces.ts'

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } })
const context = (count: number, text: string) => ({
  type: 'context',
  elements: Array.from({ length: count }, () => ({ type: 'mrkdwn', text })),
})
const button = (label: string, value: string, id = 'abort') => ({
  type: 'button',
  action_id: id,
  value,
  text: { type: 'plain_text', text: label },
})
const actions = (...elements: object[]) => ({ type: 'actions', elements })
const message = (...blocks: object[]) => ({ text: 'text', blocks })

describe('the validator', () => {
  it.each([
    ['a section of 3,000 characters', section('x'.repeat(3_000)), section('x'.repeat(3_001))],
    [
      'a header of 150 characters',
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(150) } },
      { type: 'header', text: { type: 'plain_text', text: 'x'.repeat(151) } },
    ],
    ['ten elements in a context', context(10, 'x'), context(11, 'x')],
    ['a button of 75 characters', actions(button('x'.repeat(75), 'v')), actions(button('x'.repeat(76), 'v'))],
    ['a value of 2,000 characters', actions(button('x', 'v'.repeat(2_000))), actions(button('x', 'v'.repeat(2_001)))],
    [
      '25 buttons',
      actions(...Array.from({ length: 25 }, (_, i) => button('x', 'v', `a${i}`))),
      actions(...Array.from({ length: 26 }, (_, i) => button('x', 'v', `a${i}`))),
    ],
    ['escaped text', section('&lt;!channel&gt; &amp;'), section('<!channel>')],
    ['a date', section('<!date^1770127200^{time}|14:00 UTC>'), section('<!date^soon|x>')],
    [
      'different action ids',
      actions(button('x', 'v', 'a'), button('x', 'v', 'b')),
      actions(button('x', 'v', 'a'), button('x', 'v', 'a')),
    ],
  ])('takes %s and no more', (_, good, bad) => {
    expect(slackLimits(message(good))).toEqual([])
    expect(slackLimits(message(bad))).not.toEqual([])
  })
  it('takes 50 blocks, 9,000 characters in them, and 4,000 in the text', () => {
    expect(slackLimits(message(...Array.from({ length: 50 }, () => section('x'))))).toEqual([])
    expect(slackLimits(message(...Array.from({ length: 51 }, () => section('x'))))).not.toEqual([])
    expect(slackLimits(message(...Array.from({ length: 3 }, () => section('x'.repeat(3_000)))))).toEqual([])
    expect(
      slackLimits(message(...Array.from({ length: 3 }, () => section('x'.repeat(3_000))), section('x'))),
    ).not.toEqual([])
    expect(slackLimits({ text: 'x'.repeat(4_001), blocks: [] })).not.toEqual([])
    expect(slackLimits({ text: '', blocks: [] })).not.toEqual([])
  })
})

describe('the gate', () => {
  it('leaves a message alone that is within the limits', () => {
    const fine = message(section('*Hello* <@U1> &amp; `x`'), actions(button('Abort', 'api-1|x')), { type: 'divider' })
    expect(fitToSlack(fine)).toEqual(fine)
  })
  it('splits long sections at line ends and keeps fences whole', () => {
    const lines = Array.from({ length: 200 }, (_, i) => `line ${i} with some words`).join('\n')
    const fitted = fitToSlack(message(section(`\`\`\`\n${lines}\n\`\`\``)))
    expect(slackLimits(fitted)).toEqual([])
    expect(fitted.blocks.length).toBe(2)
    for (const piece of splitText(`\`\`\`\n${lines}\n\`\`\``, 3_000)) expect(piece.split('```').length % 2).toBe(1)
  })
  it('says how much was left out', () => {
    expect(JSON.stringify(fitToSlack(message(...Array.from({ length: 80 }, () => section('x')))))).toContain(
      '… 31 more parts',
    )
    expect(
      JSON.stringify(fitToSlack(message(...Array.from({ length: 9 }, () => section('x '.repeat(1_400)))))),
    ).toContain('more characters')
  })
  it('keeps the buttons, whatever the text', () => {
    const fitted = fitToSlack(
      message(...Array.from({ length: 70 }, () => section('y'.repeat(3_000))), actions(button('Abort', 'api-1|x'))),
    )
    expect(fitted.blocks.at(-1)).toMatchObject({ type: 'actions' })
    expect(slackLimits(fitted)).toEqual([])
  })
  it('leaves a button out rather than cutting what it means', () => {
    expect(fitToSlack(message(actions(button('Abort', 'x'.repeat(2_001))))).blocks).toEqual([])
  })
  it('makes any blocks whatsoever acceptable', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({ minLength: 2_000, maxLength: 8_000 }),
      fc.constantFrom('', '<!channel>', '&&', '```', '<https://a.b|c>'),
    )
    const block = fc.oneof(
      text.map(section),
      fc.tuple(fc.nat(30), text).map(([count, words]) => context(count, words)),
      fc
        .array(fc.tuple(text, text), { maxLength: 30 })
        .map((list) => actions(...list.map(([label, value], i) => button(label, value, `a${i}`)))),
      text.map((words) => ({ type: 'header', text: { type: 'plain_text', text: words } })),
      fc.constantFrom({}, { type: 'section' }, { type: 'actions', elements: [] }, { type: 'rich_text' }),
    )
    fc.assert(
      fc.property(text, fc.array(block, { maxLength: 70 }), (top, blocks) => {
        expect(slackLimits(fitToSlack({ text: top, blocks }))).toEqual([])
      }),
      { numRuns: 100 },
    )
  })
})
