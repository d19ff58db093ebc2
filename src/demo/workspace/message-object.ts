import type { AppIdentity } from './app-identity.ts'
import type { ChannelStore, SlackMessage } from './channel-store.ts'
import type { JsonObject } from './json-object.ts'

/** The message as the Web API and payloads tell it. Metadata is left out unless asked for, as Slack does. */
export function messageObject(
  message: SlackMessage,
  store: ChannelStore,
  app: AppIdentity,
  options: { readonly metadata?: boolean } = {},
): JsonObject {
  const fromBot = message.user === app.botUserId
  const replies = message.threadTs === undefined ? store.replies(message.channel, message.ts) : []
  const last = replies.at(-1)
  return {
    type: 'message',
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    user: message.user,
    ts: message.ts,
    team: app.teamId,
    text: message.text,
    ...(fromBot ? { bot_id: app.botId, app_id: app.appId, bot_profile: botProfile(app) } : {}),
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    ...(options.metadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
    ...(message.edited ? { edited: { user: message.user, ts: message.ts } } : {}),
    ...(message.files === undefined ? {} : { files: message.files }),
    ...(message.reactions === undefined
      ? {}
      : { reactions: message.reactions.map((reaction) => ({ ...reaction, count: reaction.users.length })) }),
    ...(message.threadTs === undefined
      ? last === undefined
        ? {}
        : {
            thread_ts: message.ts,
            reply_count: replies.length,
            reply_users: [...new Set(replies.map((reply) => reply.user))],
            latest_reply: last.ts,
          }
      : { thread_ts: message.threadTs, parent_user_id: store.find(message.channel, message.threadTs)?.user }),
  }
}

function botProfile(app: AppIdentity): JsonObject {
  return { id: app.botId, name: app.botName, app_id: app.appId, team_id: app.teamId, deleted: false }
}
