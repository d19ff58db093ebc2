import type { Channel, SlackMessage } from './channel-store.ts'
import { flagField, type JsonObject, stringField } from './json-object.ts'
import { messageObject } from './message-object.ts'
import { channelOf, type MethodResult, refuse, type Slack, type WebMethod } from './web-method.ts'

const READ = ['channels:read', 'groups:read']
const HISTORY = ['channels:history', 'groups:history']

export const CONVERSATION_METHODS: Readonly<Record<string, WebMethod>> = {
  'conversations.info': { scopes: READ, run: info },
  'conversations.members': { scopes: READ, run: members },
  'conversations.join': { scopes: ['channels:join'], run: join },
  'conversations.history': { scopes: HISTORY, run: history },
  'conversations.replies': { scopes: HISTORY, run: replies },
}

function info(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  return channel ? { ok: true, channel: channelObject(slack, channel) } : refuse('channel_not_found')
}

function channelObject(slack: Slack, channel: Channel): JsonObject {
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: true,
    is_group: false,
    is_im: false,
    is_private: false,
    is_archived: false,
    is_general: false,
    is_member: channel.botIsMember,
    is_shared: channel.isExtShared,
    is_ext_shared: channel.isExtShared,
    is_org_shared: false,
    context_team_id: slack.app.teamId,
    created: 0,
    topic: { value: '' },
    purpose: { value: '' },
  }
}

function members(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  const bot = channel.botIsMember ? [slack.app.botUserId] : []
  const page = pageOf([...channel.members, ...bot], args, 100)
  return { ok: true, members: page.items, response_metadata: { next_cursor: page.next } }
}

function join(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  slack.store.setChannel({ ...channel, botIsMember: true })
  const joined = slack.store.channel(channel.id) ?? channel
  return {
    ok: true,
    channel: channelObject(slack, joined),
    ...(channel.botIsMember ? { warning: 'already_in_channel' } : {}),
  }
}

function history(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  return messagePage(slack, [...slack.store.messages(channel.id)].reverse(), args, 100)
}

function replies(slack: Slack, args: JsonObject): MethodResult {
  const channel = channelOf(slack, args)
  if (!channel) return refuse('channel_not_found')
  if (!channel.botIsMember) return refuse('not_in_channel')
  const asked = slack.store.find(channel.id, stringField(args, 'ts') ?? '')
  if (!asked || asked.onlyFor !== undefined) return refuse('thread_not_found')
  return messagePage(slack, slack.store.thread(channel.id, asked.threadTs ?? asked.ts), args, 1_000)
}

function messagePage(slack: Slack, all: readonly SlackMessage[], args: JsonObject, size: number): MethodResult {
  const oldest = Number(stringField(args, 'oldest') ?? 0)
  const latest = Number(stringField(args, 'latest') ?? Number.POSITIVE_INFINITY)
  const inclusive = flagField(args, 'inclusive')
  const within = all.filter((message) => {
    const ts = Number(message.ts)
    return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest
  })
  const page = pageOf(within, args, size)
  const metadata = flagField(args, 'include_all_metadata')
  return {
    ok: true,
    messages: page.items.map((message) => messageObject(message, slack.store, slack.app, { metadata })),
    has_more: page.next !== '',
    response_metadata: { next_cursor: page.next },
  }
}

/** One page of the list, and the cursor of the next one: an offset, as text. */
function pageOf<T>(items: readonly T[], args: JsonObject, size: number): { items: readonly T[]; next: string } {
  const start = Number(stringField(args, 'cursor') ?? 0) || 0
  const limit = Math.min(Math.max(1, Number(args.limit ?? size) || size), 1_000)
  const end = start + limit
  return { items: items.slice(start, end), next: end < items.length ? String(end) : '' }
}
