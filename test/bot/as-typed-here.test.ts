import { describe, expect, it } from 'vitest'
import { asTypedHere, chatAsTypedHere } from '../../src/bot/as-typed-here.ts'
import { drawEntry } from '../../src/bot/views/entry.ts'
import { recordedChat } from '../running/recorded-chat.ts'
import { watched } from './views/sample-deployment.ts'

describe('commands in messages', () => {
  it('are named as people type them here, and nothing else changes', () => {
    expect(asTypedHere('Type `/deploy resume api`, or (/deploy help).', '/ship')).toBe(
      'Type `/ship resume api`, or (/ship help).',
    )
    expect(asTypedHere('See /deployments and https://x/deploy/y.', '/ship')).toBe(
      'See /deployments and https://x/deploy/y.',
    )
    expect(asTypedHere('/deploy', '/$1')).toBe('/$1')
  })

  it('are so in whatever is told, while ids and values of buttons stay', async () => {
    const chat = recordedChat()
    const here = chatAsTypedHere(chat, '/ship')
    const text = 'Decide: `/deploy resume api`.'
    const entry = { at: 0, revision: 1, type: 'hold-reminded', text, audience: 'channel', level: 'warning' } as const
    const message = drawEntry(entry, watched({ status: 'holding' }))
    const ts = await here.post(message, { channel: 'C1', thread: null, broadcast: false, key: 'a' })
    await here.update(message, { channel: 'C1', ts })
    for (const told of [chat.said[0], chat.edits[0]?.message]) {
      expect(told?.text).toContain('`/ship resume api`')
      expect(JSON.stringify(told?.blocks)).not.toContain('/deploy')
      expect(JSON.stringify(told?.blocks)).toContain('"value":"api-42|watch-25"')
    }
    expect(chatAsTypedHere(chat)).toBe(chat)
  })
})
