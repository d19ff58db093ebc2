/** Chat, People and what they share, from one token: all that a process needs which only tells (a worker). */
import type { Chat } from '../ports/chat.ts'
import type { Log } from '../ports/log.ts'
import type { People } from '../ports/people.ts'
import { chatAsTypedHere } from './as-typed-here.ts'
import { boltLogger } from './bolt-logger.ts'
import { type Channels, slackChannels } from './slack-channels.ts'
import { slackChat } from './slack-chat.ts'
import { slackPeople } from './slack-people.ts'
import { type SlackWeb, slackWeb } from './slack-web.ts'

export interface SlackPortSettings {
  readonly botToken: string
  /** Base of the Web API; default Slack's own. */
  readonly apiUrl?: string | undefined
  /** Team ids whose members may decide; default: the workspace of the bot. */
  readonly allowedTeams?: readonly string[] | undefined
  /** What people type, as messages name it; default `/deploy`. */
  readonly command?: string | undefined
}

export interface SlackPorts {
  readonly chat: Chat
  readonly people: People
  readonly channels: Channels
  readonly web: SlackWeb
}

/** Asks nothing of Slack yet. Throws on an empty token or an empty list of teams. */
export function slackPorts(settings: SlackPortSettings, log: Log): SlackPorts {
  if (settings.botToken.trim() === '') throw new Error('SLACK_BOT_TOKEN is empty: nothing can be told to Slack.')
  if (settings.allowedTeams?.length === 0) throw new Error('The list of allowed teams is empty: nobody could decide.')
  const web = slackWeb({ botToken: settings.botToken, apiUrl: settings.apiUrl, logger: boltLogger(log) })
  const channels = slackChannels(web)
  const chat = chatAsTypedHere(slackChat(web, channels, log), settings.command)
  return { web, channels, chat, people: slackPeople(web, settings.allowedTeams) }
}
