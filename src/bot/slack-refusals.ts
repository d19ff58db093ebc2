/** What the announcer does when Slack says no, and what it may say about it. */
import { SECOND } from '../playbook/durations.ts'
import type { ChatError } from '../ports/chat.ts'

/** Between two tries where somebody has to act first, ms. */
export const SLOW_RETRY_MS = 60 * SECOND

/** The longest pause between two tries where Slack is merely late and names no time, ms. */
const LONGEST_BACK_OFF_MS = 30 * SECOND

/** Pause before try number `failures` + 1 (1 after the first failure), ms: 1, 2, 4 ... 30 s. */
export function backOffMs(failures: number): number {
  return Math.min(LONGEST_BACK_OFF_MS, SECOND * 2 ** Math.max(0, failures - 1))
}

/** Slack refused before posting: a retry cannot repeat anything. Otherwise nobody knows whether it arrived. */
export function surelyNotPosted(failure: ChatError): boolean {
  return failure.kind === 'refused' || failure.code === 'ratelimited' || failure.code === 'rate_limited'
}

/** The card is gone or cannot be edited any more: a new one takes its place. */
const CARD_LOST: readonly string[] = [
  'message_not_found',
  'cant_update_message',
  'edit_window_closed',
  'thread_not_found',
  'cannot_reply_to_message',
]

export function cardIsLost(failure: ChatError): boolean {
  return failure.kind === 'refused' && CARD_LOST.includes(failure.code)
}

/** Slack refused the content itself: the same content would be refused for ever, plain text may pass. */
const CONTENT_REFUSED: readonly string[] = [
  'invalid_blocks',
  'invalid_blocks_format',
  'msg_blocks_too_long',
  'msg_too_long',
  'metadata_too_large',
  'invalid_metadata_format',
  'no_text',
  'block_mismatch',
]

export function contentIsRefused(failure: ChatError): boolean {
  return failure.kind === 'refused' && CONTENT_REFUSED.includes(failure.code)
}

/** What somebody has to do before Slack says yes, for the log. */
export function whatToDo(failure: ChatError, channel: string): string {
  switch (failure.code) {
    case 'not_in_channel':
    case 'channel_not_found':
      return `The bot is not in channel ${channel}. Invite it there: /invite @tminus`
    case 'is_archived':
      return `Channel ${channel} is archived. Unarchive it, or name another channel in the catalogue.`
    case 'token_revoked':
    case 'invalid_auth':
    case 'account_inactive':
    case 'not_authed':
    case 'token_expired':
      return 'Slack does not accept the bot token. Install the app anew and set SLACK_BOT_TOKEN.'
    case 'missing_scope':
    case 'no_permission':
      return 'The bot token lacks a scope. Compare the app with manifest.yml and install it anew.'
    case 'restricted_action':
    case 'posting_to_channel_denied':
      return `A setting of the workspace forbids the bot to post in channel ${channel}. An admin can allow it.`
    default:
      return `Slack refuses with "${failure.code}".`
  }
}
