/** What people do in the workspace: each act becomes a payload, and its acknowledgement becomes what they see. */
import { SLACKBOT } from './app-identity.ts'
import type { Channel, SlackMessage } from './channel-store.ts'
import type { Delivered, Delivery, Outgoing } from './delivery.ts'
import {
  type Actor,
  actionObject,
  type Choice,
  commandPayload,
  escapeText,
  eventPayload,
  messageActionPayload,
  viewActionPayload,
} from './interaction-payloads.ts'
import { type JsonObject, objectsField } from './json-object.ts'
import { hasBody } from './methods-chat.ts'
import type { ResponseUrls } from './response-urls.ts'
import { messageRefusal, SLACK_LIMITS } from './slack-limits.ts'
import type { Slack } from './web-method.ts'

/** What became of an act. `shown` is the message that the person saw because of it: the answer, or Slack's complaint. */
export interface EphemeralOrAck {
  readonly ok: boolean
  /** `operation_timeout`, `dispatch_failed`, `invalid_command`, or what is wrong with the acknowledgement. */
  readonly error?: string
  readonly ack?: JsonObject
  readonly shown?: SlackMessage
}

export interface Click extends Choice {
  readonly userId: string
  readonly channelId: string
  readonly messageTs: string
  /** `state.values` of the inputs in the message. */
  readonly values?: JsonObject
}

export interface ViewClick extends Choice {
  readonly userId: string
  readonly viewId: string
  readonly values?: JsonObject
}

export interface InteractionOptions {
  readonly slack: Slack
  readonly delivery: () => Delivery
  readonly responseUrls: ResponseUrls
  readonly commands: readonly string[]
}

export class Interactions {
  readonly #options: InteractionOptions
  #lastEvent = 0

  constructor(options: InteractionOptions) {
    this.#options = options
  }

  /** A line typed into the channel's composer that begins with a slash. */
  async command(user: string, channelId: string, line: string): Promise<EphemeralOrAck> {
    const { slack, commands, responseUrls } = this.#options
    const channel = this.#channel(channelId)
    const [, command = '', text = ''] = /^(\/\S*)\s*([\s\S]*)$/.exec(line.trim()) ?? []
    if (!commands.includes(command)) {
      const words = `\`${command}\` is not a valid command. In Slack, all messages that start with the "/" character are interpreted as commands.`
      return { ok: false, error: 'invalid_command', shown: this.#complain(user, channel, words) }
    }
    const url = responseUrls.issue(user, channel)
    const payload = commandPayload(slack, this.#actor(user), channel, command, text, url)
    const delivered = await this.deliver({ type: 'slash_commands', payload })
    if (!delivered.ok) return { ...delivered, shown: this.#commandFailed(user, channel, command, delivered.error) }
    if (!hasBody(delivered.ack)) return delivered
    const refusal = messageRefusal(delivered.ack, SLACK_LIMITS.postedText)
    if (refusal)
      return { ok: false, error: refusal.error, shown: this.#commandFailed(user, channel, command, refusal.error) }
    if (delivered.ack.response_type === 'in_channel')
      slack.store.post({ channel: channel.id, user, text: escapeText(line.trim()) })
    return { ...delivered, shown: responseUrls.post(user, channel, delivered.ack) }
  }

  /** Developers' commands cannot be used in threads. */
  commandInThread(user: string, channelId: string, line: string, threadTs: string): EphemeralOrAck {
    const command = /^\/\S*/.exec(line.trim())?.[0] ?? '/'
    const words = `\`${command}\` is not supported in threads. Sorry!`
    return {
      ok: false,
      error: 'invalid_command',
      shown: this.#complain(user, this.#channel(channelId), words, threadTs),
    }
  }

  /** Words that a person says in the channel; a mention of the bot is told to the app. */
  async say(user: string, channelId: string, text: string, threadTs?: string): Promise<SlackMessage> {
    const { slack } = this.#options
    const channel = this.#channel(channelId)
    const mention = new RegExp(`@${slack.app.botName}\\b`, 'g')
    const written = escapeText(text).replace(mention, `<@${slack.app.botUserId}>`)
    const thread = threadTs === undefined ? {} : { threadTs }
    const message = slack.store.post({ channel: channel.id, user, text: written, ...thread })
    if (channel.botIsMember && written.includes(`<@${slack.app.botUserId}>`)) {
      const at = threadTs === undefined ? {} : { thread_ts: threadTs }
      const mentioned = { type: 'app_mention', user, text: written, ts: message.ts, channel: channel.id, ...at }
      await this.event({ ...mentioned, event_ts: message.ts })
    }
    return message
  }

  /** A press on an element of a message; works for messages that were edited since the person saw them. */
  async click(click: Click): Promise<EphemeralOrAck> {
    const { slack, responseUrls } = this.#options
    const channel = this.#channel(click.channelId)
    const message = slack.store.find(channel.id, click.messageTs)
    if (!message) throw new Error(`no message ${click.messageTs} in ${channel.name}`)
    const payload = messageActionPayload(slack, this.#actor(click.userId), {
      channel,
      message,
      action: actionObject(message.blocks ?? [], click, slack.clock.now()),
      values: click.values ?? {},
      responseUrl: responseUrls.issue(click.userId, channel, message.ts),
    })
    return await this.deliver({ type: 'interactive', payload })
  }

  /** A press on an element inside a modal or the App Home. */
  async clickInView(click: ViewClick): Promise<EphemeralOrAck> {
    const { slack } = this.#options
    const open = slack.views.find(click.viewId)
    if (!open) throw new Error(`no view ${click.viewId}`)
    const action = actionObject(objectsField(open.view, 'blocks'), click, slack.clock.now())
    const actor = this.#actor(click.userId, open.rootId)
    const payload = viewActionPayload(slack, actor, slack.views.describe(open, click.values), action)
    return await this.deliver({ type: 'interactive', payload })
  }

  /** Sends an event of the Events API; `attempt` above 0 makes it a repetition. */
  async event(
    event: JsonObject,
    options: { readonly attempt?: number; readonly id?: string } = {},
  ): Promise<Delivered> {
    const id = options.id ?? `Ev${String(++this.#lastEvent).padStart(8, '0')}`
    const attempt = options.attempt === undefined ? {} : { attempt: options.attempt, reason: 'http_timeout' }
    return await this.deliver({ type: 'events_api', payload: eventPayload(this.#options.slack, event, id), ...attempt })
  }

  /** The person opens the Home tab of the app. */
  openHome(user: string): Promise<Delivered> {
    return this.event({ type: 'app_home_opened', user, tab: 'home', channel: `D${user}` })
  }

  deliver(outgoing: Outgoing): Promise<Delivered> {
    return this.#options.delivery().deliver(outgoing)
  }

  #actor(user: string, rootView?: string): Actor {
    return { id: user, triggerId: this.#options.slack.triggers.issue(user, rootView) }
  }

  #channel(id: string): Channel {
    const channel = this.#options.slack.store.channel(id)
    if (!channel) throw new Error(`no channel ${id}`)
    return channel
  }

  #commandFailed(user: string, channel: Channel, command: string, error: string): SlackMessage {
    return this.#complain(user, channel, `${command} failed with the error "${error}"`)
  }

  #complain(user: string, channel: Channel, text: string, threadTs?: string): SlackMessage {
    const thread = threadTs === undefined ? {} : { threadTs }
    return this.#options.slack.store.post({ channel: channel.id, user: SLACKBOT, text, onlyFor: user, ...thread })
  }
}
