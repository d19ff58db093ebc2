/** `response_url`: five answers within 30 minutes of deployment time, the only way to change an ephemeral message. */
import type { Channel, SlackMessage } from './channel-store.ts'
import { flagField, type JsonObject, stringField } from './json-object.ts'
import { content, edited } from './methods-chat.ts'
import { messageRefusal, SLACK_LIMITS } from './slack-limits.ts'
import type { Slack } from './web-method.ts'

const LIFE_MS = 30 * 60_000
const USES = 5

interface Origin {
  readonly user: string
  readonly channel: Channel
  /** The message that was acted on; a command has none. */
  readonly messageTs?: string
  readonly until: number
  left: number
}

export interface ResponseOutcome {
  readonly status: number
  readonly body: JsonObject
}

export class ResponseUrls {
  readonly #slack: Slack
  readonly #origins = new Map<string, Origin>()
  #last = 0

  constructor(slack: Slack) {
    this.#slack = slack
  }

  issue(user: string, channel: Channel, messageTs?: string): string {
    const { app, clock, origin } = this.#slack
    const path = `/actions/${app.teamId}/${++this.#last}/${app.botToken.slice(-8)}${this.#last}`
    const until = clock.now() + LIFE_MS
    this.#origins.set(path, { user, channel, until, left: USES, ...(messageTs === undefined ? {} : { messageTs }) })
    return `${origin()}${path}`
  }

  /** What the app posted to the address does in the channel, and what Slack answers. */
  answer(path: string, args: JsonObject): ResponseOutcome {
    const origin = this.#origins.get(path)
    if (!origin) return failed(404, 'no_service')
    if (this.#slack.clock.now() > origin.until) return failed(404, 'expired_url')
    if (origin.left <= 0) return failed(404, 'used_url')
    origin.left -= 1
    const message =
      origin.messageTs === undefined ? undefined : this.#slack.store.find(origin.channel.id, origin.messageTs)
    if (flagField(args, 'delete_original')) {
      if (message) this.#slack.store.remove(message)
      return done()
    }
    const refusal = messageRefusal(args, SLACK_LIMITS.postedText)
    if (refusal) return failed(400, refusal.error)
    if (message && flagField(args, 'replace_original')) this.#replace(origin, message, args)
    else this.post(origin.user, origin.channel, args)
    return done()
  }

  /** A message of the app that was not posted by a method: public with `response_type: in_channel`, else for one person. */
  post(user: string, channel: Channel, args: JsonObject): SlackMessage {
    const everybody = args.response_type === 'in_channel'
    const threadTs = stringField(args, 'thread_ts')
    return this.#slack.store.post({
      ...content(this.#slack, channel, args),
      ...(everybody ? {} : { onlyFor: user }),
      ...(threadTs === undefined ? {} : { threadTs }),
    })
  }

  #replace(origin: Origin, message: SlackMessage, args: JsonObject): void {
    this.#slack.store.replace(edited(this.#slack, origin.channel, message, args))
  }
}

function done(): ResponseOutcome {
  return { status: 200, body: { ok: true } }
}

function failed(status: number, error: string): ResponseOutcome {
  return { status, body: { ok: false, error } }
}
