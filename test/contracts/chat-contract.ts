/** What every make of the Chat port does, whatever is behind it. */
import { afterEach, describe, expect, it } from 'vitest'
import { type Chat, ChatError } from '../../src/ports/chat.ts'

export interface ChatUnderTest {
  readonly chat: Chat
  /** A channel the bot is in, and one it is not in. */
  readonly channel: string
  readonly foreignChannel: string
  /** Texts at the top level of the channel, oldest first. */
  texts(): Promise<readonly string[]> | readonly string[]
  /** Texts of a thread, root first. */
  threadTexts(ts: string): Promise<readonly string[]> | readonly string[]
  stop(): Promise<void>
}

const message = (text: string) => ({ text, blocks: [{ type: 'section', text: { type: 'mrkdwn', text } }] })

export function chatContract(name: string, make: () => Promise<ChatUnderTest>): void {
  describe(`${name} as a chat`, () => {
    let stop: (() => Promise<void>) | undefined
    const begin = async () => {
      const made = await make()
      stop = () => made.stop()
      const post = (text: string, key: string, more: { thread?: string; broadcast?: boolean } = {}) =>
        made.chat.post(message(text), {
          channel: made.channel,
          thread: more.thread ?? null,
          broadcast: more.broadcast ?? false,
          key,
        })
      return { ...made, post }
    }
    afterEach(async () => {
      await stop?.()
      stop = undefined
    })

    it('posts to the channel and to a thread, and broadcasts only when told to', async () => {
      const { post, texts, threadTexts } = await begin()
      const root = await post('root', 'api-1/card')
      await post('quiet', 'api-1/0', { thread: root })
      await post('loud', 'api-1/1', { thread: root, broadcast: true })
      expect(await texts()).toEqual(['root', 'loud'])
      expect(await threadTexts(root)).toEqual(['root', 'quiet', 'loud'])
    })
    it('gives every message a timestamp of its own', async () => {
      const { post } = await begin()
      const all = [await post('a', 'api-1/0'), await post('b', 'api-1/1'), await post('c', 'api-1/2')]
      expect(new Set(all).size).toBe(3)
    })
    it('draws an own message anew, in its place', async () => {
      const { chat, channel, post, texts } = await begin()
      const ts = await post('before', 'api-1/card')
      await post('later', 'api-1/x')
      await chat.update(message('after'), { channel, ts })
      expect(await texts()).toEqual(['after', 'later'])
    })
    it('finds an own message by its key, at the top level and in a thread', async () => {
      const { chat, channel, post } = await begin()
      const root = await post('root', 'api-1/card')
      const reply = await post('reply', 'api-1/0', { thread: root })
      expect(await chat.find('api-1/card', { channel, thread: null })).toBe(root)
      expect(await chat.find('api-1/0', { channel, thread: root })).toBe(reply)
      expect(await chat.find('api-1/1', { channel, thread: root })).toBeUndefined()
      expect(await chat.find('api-2/card', { channel, thread: null })).toBeUndefined()
    })
    it('still finds a key by the text after it was drawn anew', async () => {
      const { chat, channel, post } = await begin()
      const ts = await post('before', 'api-1/card')
      await chat.update(message('after'), { channel, ts })
      expect(await chat.find('api-1/card', { channel, thread: null })).toBe(ts)
    })
    it('refuses a channel the bot is not in, with Slack’s own code', async () => {
      const { chat, foreignChannel } = await begin()
      const posting = chat.post(message('x'), { channel: foreignChannel, thread: null, broadcast: false, key: 'k' })
      await expect(posting).rejects.toBeInstanceOf(ChatError)
      await expect(posting).rejects.toMatchObject({ kind: 'refused', code: 'not_in_channel' })
    })
    it('refuses to draw a message that is not there', async () => {
      const { chat, channel } = await begin()
      await expect(chat.update(message('x'), { channel, ts: '1.000000' })).rejects.toMatchObject({
        kind: 'refused',
        code: 'message_not_found',
      })
    })
  })
}
