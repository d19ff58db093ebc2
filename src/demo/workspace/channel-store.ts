/**
 * What is written in the workspace: channels, messages with their threads, and what only one person sees. Messages are
 * replaced, never changed; each change is told to the listeners (the page and tests).
 */
import type { Clock } from '../../ports/clock.ts'
import { isObject, type JsonObject } from './json-object.ts'

export interface Channel {
  readonly id: string
  readonly name: string
  readonly botIsMember: boolean
  readonly isExtShared: boolean
  readonly members: readonly string[]
}

export interface SlackMessage {
  readonly channel: string
  /** Slack's message id within the channel: seconds of deployment time with six decimals. */
  readonly ts: string
  /** A person's id, the bot's, or `USLACKBOT`. */
  readonly user: string
  readonly text: string
  readonly blocks?: readonly JsonObject[]
  readonly attachments?: readonly JsonObject[]
  readonly metadata?: JsonObject
  readonly threadTs?: string
  /** A reply that was also sent to the channel. */
  readonly broadcast?: boolean
  /** Only this person sees it. */
  readonly onlyFor?: string
  /** Set by edits of messages without blocks; edits of blocks carry no mark. */
  readonly edited?: boolean
  readonly reactions?: readonly { readonly name: string; readonly users: readonly string[] }[]
  readonly files?: readonly JsonObject[]
}

export type StoreChange =
  | { readonly kind: 'message'; readonly message: SlackMessage }
  | { readonly kind: 'removed'; readonly message: SlackMessage }
  | { readonly kind: 'channel'; readonly channel: Channel }

export type NewMessage = Omit<SlackMessage, 'ts'>

export class ChannelStore {
  readonly #clock: Clock
  readonly #channels = new Map<string, Channel>()
  readonly #messages = new Map<string, SlackMessage>()
  /** Keys of the replies under the key of their root, so that a long demo stays quick. */
  readonly #replies = new Map<string, Set<string>>()
  readonly #listeners = new Set<(change: StoreChange) => void>()
  #lastMicros = 0
  #lastId = 0

  constructor(clock: Clock, channels: readonly Channel[]) {
    this.#clock = clock
    for (const channel of channels) this.#channels.set(channel.id, channel)
  }

  onChange(listener: (change: StoreChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  channels(): readonly Channel[] {
    return [...this.#channels.values()]
  }

  /** By id, or by name with or without `#` as `chat.postMessage` allows. */
  channel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, '')
    return this.#channels.get(idOrName) ?? this.channels().find((channel) => channel.name === name)
  }

  setChannel(channel: Channel): void {
    this.#channels.set(channel.id, channel)
    this.#tell({ kind: 'channel', channel })
  }

  post(message: NewMessage): SlackMessage {
    const stored = this.#named({ ...message, ts: this.#nextTs() })
    this.#messages.set(key(stored.channel, stored.ts), stored)
    if (stored.threadTs !== undefined) this.#addReply(key(stored.channel, stored.threadTs), stored)
    this.#tell({ kind: 'message', message: stored })
    return stored
  }

  replace(message: SlackMessage): SlackMessage {
    const stored = this.#named(message)
    this.#messages.set(key(stored.channel, stored.ts), stored)
    this.#tell({ kind: 'message', message: stored })
    return stored
  }

  remove(message: SlackMessage): void {
    if (this.#messages.delete(key(message.channel, message.ts))) this.#tell({ kind: 'removed', message })
  }

  /** The message, ephemeral ones included; undefined when there is none. */
  find(channel: string, ts: string): SlackMessage | undefined {
    return this.#messages.get(key(channel, ts))
  }

  /** All of it in order of time (which is the order of posting), ephemerals and replies included. */
  all(): readonly SlackMessage[] {
    return [...this.#messages.values()]
  }

  /** What everybody in the channel sees at its top level: roots and broadcast replies, oldest first. */
  messages(channel: string): readonly SlackMessage[] {
    return this.#public(channel).filter((message) => message.threadTs === undefined || message.broadcast)
  }

  /** The root and its replies, oldest first; empty when there is no such root. */
  thread(channel: string, ts: string): readonly SlackMessage[] {
    const root = this.find(channel, ts)
    return root === undefined || root.onlyFor !== undefined ? [] : [root, ...this.replies(channel, ts)]
  }

  replies(channel: string, ts: string): readonly SlackMessage[] {
    const keys = [...(this.#replies.get(key(channel, ts)) ?? [])]
    const replies = keys.flatMap((reply) => this.#messages.get(reply) ?? [])
    return replies.filter((message) => message.onlyFor === undefined)
  }

  /** What only this person sees, oldest first. */
  ephemerals(user: string): readonly SlackMessage[] {
    return this.all().filter((message) => message.onlyFor === user)
  }

  #public(channel: string): readonly SlackMessage[] {
    return this.all().filter((message) => message.channel === channel && message.onlyFor === undefined)
  }

  #addReply(root: string, reply: SlackMessage): void {
    const replies = this.#replies.get(root) ?? new Set()
    this.#replies.set(root, replies.add(key(reply.channel, reply.ts)))
  }

  #tell(change: StoreChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Later than every ts before it, also when the clock stands still. */
  #nextTs(): string {
    this.#lastMicros = Math.max(this.#clock.now() * 1000, this.#lastMicros + 1)
    return formatTs(this.#lastMicros)
  }

  /** Slack gives a name to each block and element that came without one. */
  #named(message: SlackMessage): SlackMessage {
    if (message.blocks === undefined) return message
    return { ...message, blocks: nameBlocks(message.blocks, () => `b${++this.#lastId}`) }
  }
}

/** Blocks with a `block_id` each and elements with an `action_id` each. */
export function nameBlocks(blocks: readonly JsonObject[], next: () => string): readonly JsonObject[] {
  const element = (value: unknown) =>
    isObject(value) && value.action_id === undefined && value.type !== 'image' ? { ...value, action_id: next() } : value
  return blocks.map((block) => {
    const named: Record<string, unknown> = { ...block, block_id: block.block_id ?? next() }
    if (block.type === 'actions' && Array.isArray(block.elements)) named.elements = block.elements.map(element)
    if (block.accessory !== undefined) named.accessory = element(block.accessory)
    if (block.type === 'input') named.element = element(block.element)
    return named
  })
}

function key(channel: string, ts: string): string {
  return `${channel}/${ts}`
}

function formatTs(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000)
  return `${seconds}.${String(Math.floor(micros % 1_000_000)).padStart(6, '0')}`
}
