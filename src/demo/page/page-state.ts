/** What the page knows, and how each event of the stream changes it. */
import type { Channel, SlackMessage } from '../workspace/channel-store.ts'
import type { DemoPerson } from '../workspace/people.ts'
import type { BotIdentity, CommandHint, StreamEvent, Views } from './wire.ts'

export interface PageState extends Views {
  readonly me: DemoPerson
  readonly app: BotIdentity
  readonly commands: readonly string[]
  readonly hints: readonly CommandHint[]
  readonly people: readonly DemoPerson[]
  readonly channels: readonly Channel[]
  /** In order of time; replies and ephemerals included. */
  readonly messages: readonly SlackMessage[]
  /** Whether there is a side panel; what it shows changes too often to stand here. */
  readonly hasPanels: boolean
}

const NOBODY: DemoPerson = { id: '', name: 'nobody', realName: 'Nobody' }

export function reduce(state: PageState | undefined, event: StreamEvent): PageState | undefined {
  if (event.kind === 'hello') {
    const { as, panels, ...rest } = event.data
    return { ...rest, hasPanels: panels !== null, me: rest.people.find((person) => person.id === as) ?? NOBODY }
  }
  if (state === undefined) return undefined
  switch (event.kind) {
    case 'message':
      return { ...state, messages: withMessage(state.messages, event.data) }
    case 'removed':
      return { ...state, messages: state.messages.filter((message) => !same(message, event.data)) }
    case 'channel':
      return {
        ...state,
        channels: state.channels.map((channel) => (channel.id === event.data.id ? event.data : channel)),
      }
    case 'views':
      return { ...state, ...event.data }
    case 'panels':
      return state
  }
}

function withMessage(messages: readonly SlackMessage[], message: SlackMessage): readonly SlackMessage[] {
  const known = messages.some((entry) => same(entry, message))
  return known ? messages.map((entry) => (same(entry, message) ? message : entry)) : [...messages, message]
}

function same(a: SlackMessage, b: SlackMessage): boolean {
  return a.channel === b.channel && a.ts === b.ts
}

/** The top level of a channel as this person sees it: roots, broadcast replies and whispers outside threads. */
export function channelMessages(state: PageState, channel: string): readonly SlackMessage[] {
  return state.messages.filter(
    (message) => message.channel === channel && (message.threadTs === undefined || message.broadcast === true),
  )
}

export function threadMessages(state: PageState, channel: string, ts: string): readonly SlackMessage[] {
  return state.messages.filter(
    (message) => message.channel === channel && (message.ts === ts || message.threadTs === ts),
  )
}

export interface Author {
  readonly id: string
  readonly name: string
  readonly isApp: boolean
}

/** Who wrote it: a person, the bot, or Slack itself. */
export function authorOf(state: PageState, user: string): Author {
  if (user === state.app.botUserId) return { id: user, name: state.app.botName, isApp: true }
  if (user === 'USLACKBOT') return { id: user, name: 'Slackbot', isApp: false }
  return { id: user, name: state.people.find((person) => person.id === user)?.realName ?? user, isApp: false }
}
