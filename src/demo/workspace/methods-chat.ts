/** `chat.*` and `reactions.add`, with the checks in Slack's order: channel, membership, content, target. */
import type { Channel, NewMessage, SlackMessage } from './channel-store.ts'
import { flagField, isObject, type JsonObject, objectField, objectsField, stringField } from './json-object.ts'
import { messageObject } from './message-object.ts'
import { messageRefusal, SLACK_LIMITS } from './slack-limits.ts'
import { channelOf, type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

const WRITE = ['chat:write']
const TS = /^\d{10,}\.\d{6}$/

export const CHAT_METHODS: Readonly<Record<string, WebMethod>> = {
  'chat.postMessage': { scopes: WRITE, run: postMessage },
  'chat.update': { scopes: WRITE, run: update },
  'chat.postEphemeral': { scopes: WRITE, run: postEphemeral },
  'chat.delete': { scopes: WRITE, run: remove },
  'chat.getPermalink': { scopes: [], run: permalink },
  'reactions.add': { scopes: ['reactions:write'], run: addReaction },
}

function postMessage(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const refusal = messageRefusal(args, 'cut')
  if (refusal) return refuse(refusal.error, refusal.messages)
  const threadTs = stringField(args, 'thread_ts')
  if (threadTs !== undefined && !TS.test(threadTs)) return refuse('invalid_thread_ts')
  const root = threadTs === undefined ? undefined : slack.store.find(channel.id, threadTs)
  if (threadTs !== undefined && (!root || root.onlyFor !== undefined)) return refuse('thread_not_found')
  const message = slack.store.post({
    ...content(slack, channel, args),
    ...(root === undefined ? {} : { threadTs: root.threadTs ?? root.ts }),
    ...(root !== undefined && flagField(args, 'reply_broadcast') ? { broadcast: true } : {}),
  })
  const cut = (stringField(args, 'text') ?? '').length > SLACK_LIMITS.postedText
  return {
    ok: true,
    channel: channel.id,
    ts: message.ts,
    message: messageObject(message, slack.store, slack.app, { metadata: true }),
    ...(cut ? { warning: 'message_truncated', response_metadata: { warnings: ['message_truncated'] } } : {}),
  }
}

/** The parts of a message that the arguments of every posting method share. */
export function content(slack: Slack, channel: Channel, args: JsonObject): NewMessage {
  const blocks = objectsField(args, 'blocks')
  const markdown = stringField(args, 'markdown_text')
  const metadata = objectField(args, 'metadata')
  const text = (stringField(args, 'text') ?? '').slice(0, SLACK_LIMITS.postedText)
  return {
    channel: channel.id,
    user: slack.app.botUserId,
    text: markdown ?? text,
    ...(markdown === undefined ? {} : { blocks: [{ type: 'markdown', text: markdown }] }),
    ...(blocks.length === 0 ? {} : { blocks }),
    ...(args.attachments === undefined ? {} : { attachments: objectsField(args, 'attachments') }),
    ...(metadata === undefined ? {} : { metadata }),
  }
}

function update(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  const message = slack.store.find(channel.id, stringField(args, 'ts') ?? '')
  if (!message || message.onlyFor !== undefined) return refuse('message_not_found')
  if (message.user !== slack.app.botUserId) return refuse('cant_update_message')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const refusal = messageRefusal(withOldBody(args, message), SLACK_LIMITS.updatedText)
  if (refusal) return refuse(refusal.error, refusal.messages)
  const updated = slack.store.replace(edited(slack, channel, message, args))
  return {
    ok: true,
    channel: channel.id,
    ts: updated.ts,
    text: updated.text,
    message: messageObject(updated, slack.store, slack.app, { metadata: true }),
  }
}

/** An edit of the metadata or the attachments alone keeps the body, so it may come without a text. */
function withOldBody(args: JsonObject, message: SlackMessage): JsonObject {
  const bodiless = args.text === undefined && args.blocks === undefined && args.markdown_text === undefined
  const changes = args.metadata !== undefined || args.attachments !== undefined
  return bodiless && changes ? { ...args, text: message.text.slice(0, SLACK_LIMITS.updatedText) || ' ' } : args
}

/** The message after the edit: text without blocks drops the blocks; an edit of blocks leaves no mark. */
export function edited(slack: Slack, channel: Channel, message: SlackMessage, args: JsonObject): SlackMessage {
  const { blocks: oldBlocks, ...kept } = message
  const fresh = content(slack, channel, args)
  const bodiless = args.text === undefined && args.blocks === undefined && args.markdown_text === undefined
  if (bodiless)
    return { ...message, ...fresh, text: message.text, ...(oldBlocks === undefined ? {} : { blocks: oldBlocks }) }
  const broadcast = message.broadcast || flagField(args, 'reply_broadcast')
  return {
    ...kept,
    ...fresh,
    user: message.user,
    ...(broadcast ? { broadcast: true } : {}),
    ...(fresh.blocks === undefined ? { edited: true } : {}),
  }
}

function postEphemeral(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const user = stringField(args, 'user') ?? ''
  if (!slack.people.has(user)) return refuse('user_not_found')
  if (!channel.members.includes(user)) return refuse('user_not_in_channel')
  const refusal = messageRefusal(args, SLACK_LIMITS.postedText)
  if (refusal) return refuse(refusal.error, refusal.messages)
  const threadTs = stringField(args, 'thread_ts')
  const posted = slack.store.post({
    ...content(slack, channel, args),
    onlyFor: user,
    ...(threadTs === undefined ? {} : { threadTs }),
  })
  return { ok: true, message_ts: posted.ts }
}

function remove(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  const message = slack.store.find(channel.id, stringField(args, 'ts') ?? '')
  if (!message || message.onlyFor !== undefined) return refuse('message_not_found')
  if (message.user !== slack.app.botUserId) return refuse('cant_delete_message')
  slack.store.remove(message)
  return { ok: true, channel: channel.id, ts: message.ts }
}

function permalink(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  const message = slack.store.find(channel.id, stringField(args, 'message_ts') ?? '')
  if (!message || message.onlyFor !== undefined) return refuse('message_not_found')
  const thread = message.threadTs === undefined ? '' : `?thread_ts=${message.threadTs}&cid=${channel.id}`
  const path = `/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`
  return { ok: true, channel: channel.id, permalink: `${slack.origin()}${path}` }
}

function addReaction(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  const message = slack.store.find(channel.id, stringField(args, 'timestamp') ?? '')
  if (!message) return refuse('message_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const name = stringField(args, 'name') ?? ''
  if (!/^[a-z0-9_+'-]{1,100}$/.test(name)) return refuse('invalid_name')
  const reactions = message.reactions ?? []
  const mine = slack.app.botUserId
  const present = reactions.find((reaction) => reaction.name === name)
  if (present?.users.includes(mine)) return refuse('already_reacted')
  const added = present
    ? reactions.map((reaction) => (reaction === present ? { ...present, users: [...present.users, mine] } : reaction))
    : [...reactions, { name, users: [mine] }]
  slack.store.replace({ ...message, reactions: added })
  return { ok: true }
}

/** The blocks and text of an acknowledgement or a response, if it has any. */
export function hasBody(value: unknown): value is JsonObject {
  return isObject(value) && (typeof value.text === 'string' || Array.isArray(value.blocks))
}
