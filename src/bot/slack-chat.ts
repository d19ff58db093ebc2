/** The Chat port over Slack's Web API. */
import { type Chat, ChatError, type ChatMessage } from '../ports/chat.ts'
import type { Log } from '../ports/log.ts'
import type { Channels } from './slack-channels.ts'
import type { SlackWeb } from './slack-web.ts'
import { isTable, type Table, tablesIn } from './views/block-reading.ts'
import { context } from './views/blocks.ts'
import { fitToSlack } from './views/fit-to-slack.ts'

/** Marks our own posts in their metadata; ids only, since every app that may read the message may read it. */
const POST_EVENT = 'tminus_post'

/** Newest messages looked through for a key. */
const LOOKED_THROUGH = 50

/** A thread is given oldest first, so all of it is read, in at most so many pages of 200. */
const THREAD_PAGES = 10

export function slackChat(web: SlackWeb, channels: Channels, log: Log): Chat {
  const withoutForeignHands = async (message: ChatMessage, channel: string): Promise<ChatMessage> => {
    if (!message.blocks.some(isActions)) return message
    const facts = await channels.facts(channel).catch((failure: unknown) => {
      log.warn({ channel, failure }, 'Slack could not say whether the channel is shared; every click is judged anyway.')
      return { shared: false }
    })
    return facts.shared ? withoutButtons(message) : message
  }
  return {
    async post(message, { channel, thread, broadcast, key }) {
      const { text, blocks } = await withoutForeignHands(message, channel)
      const answer = await web.call('chat.postMessage', {
        channel,
        text,
        ...(blocks.length === 0 ? {} : { blocks }),
        ...(thread === null ? {} : { thread_ts: thread, ...(broadcast ? { reply_broadcast: true } : {}) }),
        metadata: { event_type: POST_EVENT, event_payload: { key } },
        unfurl_links: false,
        unfurl_media: false,
      })
      if (typeof answer.ts !== 'string')
        throw new ChatError('late', 'no_ts', 'chat.postMessage: no timestamp came back')
      return answer.ts
    },
    async update(message, { channel, ts }) {
      const { text, blocks } = await withoutForeignHands(message, channel)
      // An empty list, not none: without `blocks` the old ones would go or stay as Slack pleases.
      await web.call('chat.update', { channel, ts, text, blocks })
    },
    async find(key, { channel, thread }) {
      try {
        const { botId } = await web.identity()
        const messages = thread === null ? await newest(web, channel) : await threadOf(web, channel, thread)
        return messages.find((message) => message.bot_id === botId && keyOf(message) === key)?.ts?.toString()
      } catch (failure) {
        if (failure instanceof ChatError && failure.code === 'missing_scope') return undefined
        throw failure
      }
    },
  }
}

async function newest(web: SlackWeb, channel: string): Promise<readonly Table[]> {
  const answer = await web.call('conversations.history', {
    channel,
    limit: LOOKED_THROUGH,
    include_all_metadata: true,
  })
  return tablesIn(answer.messages)
}

async function threadOf(web: SlackWeb, channel: string, thread: string): Promise<readonly Table[]> {
  let found: readonly Table[] = []
  let cursor = ''
  for (let page = 0; page < THREAD_PAGES; page++) {
    const answer = await web.call('conversations.replies', {
      channel,
      ts: thread,
      limit: 200,
      include_all_metadata: true,
      ...(cursor === '' ? {} : { cursor }),
    })
    found = [...found, ...tablesIn(answer.messages)].slice(-LOOKED_THROUGH)
    const next = isTable(answer.response_metadata) ? answer.response_metadata.next_cursor : undefined
    if (typeof next !== 'string' || next === '') break
    cursor = next
  }
  return found
}

function keyOf(message: Table): unknown {
  const { metadata } = message
  if (!isTable(metadata) || metadata.event_type !== POST_EVENT) return undefined
  return isTable(metadata.event_payload) ? metadata.event_payload.key : undefined
}

function isActions(block: object): boolean {
  return isTable(block) && block.type === 'actions'
}

function withoutButtons(message: ChatMessage): ChatMessage {
  const note =
    'No buttons here: this channel is shared with another organisation. Type the command in a channel of your own.'
  return fitToSlack({
    text: message.text,
    blocks: [...message.blocks.filter((block) => !isActions(block)), context(note)],
  })
}
