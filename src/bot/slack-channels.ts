/** What the bot must know of a channel before it puts controls there. */
import { ChatError } from '../ports/chat.ts'
import type { SlackWeb } from './slack-web.ts'
import { isTable } from './views/block-reading.ts'

export interface ChannelFacts {
  /** Shared with another organisation: people we do not know can press what is posted there. */
  readonly shared: boolean
  /** Is the bot in it? */
  readonly member: boolean
}

export interface Channels {
  /** Throws ChatError when Slack cannot be asked; a channel the bot may not see is one it is not in. */
  facts(channel: string): Promise<ChannelFacts>
}

/** An answer is believed for so long, ms: a channel is shared by a person, and rarely. */
const BELIEVED_MS = 60_000

/** A decision waits for the answer, and Slack waits for the decision: 3 s in all. */
const ASK_MS = 1_500

export function slackChannels(web: SlackWeb, now: () => number = () => performance.now()): Channels {
  const known = new Map<string, { readonly facts: ChannelFacts; readonly until: number }>()
  return {
    async facts(channel) {
      const before = known.get(channel)
      if (before !== undefined && now() < before.until) return before.facts
      const facts = await ask(web, channel)
      // A bot that was just invited should not have to wait.
      if (facts.member) known.set(channel, { facts, until: now() + BELIEVED_MS })
      return facts
    },
  }
}

async function ask(web: SlackWeb, channel: string): Promise<ChannelFacts> {
  try {
    const answer = await web.call('conversations.info', { channel }, { timeoutMs: ASK_MS })
    const found = isTable(answer.channel) ? answer.channel : {}
    return { shared: found.is_ext_shared === true, member: found.is_member === true || found.is_im === true }
  } catch (failure) {
    if (failure instanceof ChatError && failure.code === 'channel_not_found') return { shared: false, member: false }
    throw failure
  }
}
