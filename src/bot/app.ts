/** The Slack app: one transport, the routes, and the ports that tell. */
import type { Server } from 'node:http'
import { App, HTTPReceiver, type Receiver } from '@slack/bolt'
import type { Answer } from '../handlers/ask.ts'
import type { Service } from '../playbook/service.ts'
import type { Chat } from '../ports/chat.ts'
import type { Log } from '../ports/log.ts'
import type { People } from '../ports/people.ts'
import { boltLogger } from './bolt-logger.ts'
import { refuseReplays, SIGNATURE } from './replays.ts'
import { route } from './routes.ts'
import { type SlackPortSettings, type SlackPorts, slackPorts } from './slack-ports.ts'
import { webOptions } from './slack-web.ts'
import { socketReceiver } from './socket-receiver.ts'

export interface SlackSettings extends SlackPortSettings {
  /** App-level token: Socket Mode. Without it: signed HTTP. */
  readonly appToken?: string | undefined
  /** Needed without an app token; empty refuses to start. */
  readonly signingSecret?: string | undefined
  /** HTTP only. 0: any free port. Default 3000. */
  readonly port?: number | undefined
  /** HTTP only; default all interfaces. */
  readonly host?: string | undefined
  /** Socket Mode only: connections of this process; default 2, so that one stands while Slack renews the other. */
  readonly socketConnections?: number | undefined
  /** Socket Mode only: how long a pong may take, and the wait before connecting again, real ms. Default 3 s. */
  readonly socketPingTimeoutMs?: number | undefined
}

export interface StartSlack {
  readonly answer: Answer
  readonly services: readonly Service[]
  readonly log: Log
  readonly slack: SlackSettings
  /** Made before with `slackPorts`, where the answer itself needs them; else made here. */
  readonly ports?: SlackPorts
}

export interface RunningSlack {
  readonly chat: Chat
  readonly people: People
  /** HTTP only. */
  readonly port?: number
  stop(): Promise<void>
}

/**
 * Connects, or listens, and answers from then on. Rejects when a secret is missing, Slack cannot be reached, or the token
 * is refused.
 */
export async function startSlack(options: StartSlack): Promise<RunningSlack> {
  const { answer, services, log, slack } = options
  const transport = transportFor(slack, log)
  const ports = options.ports ?? slackPorts(slack, log)
  const identity = await ports.web.identity()
  const logger = boltLogger(log)
  const app = new App({
    receiver: transport.receiver,
    logger,
    deferInitialization: true,
    convoStore: false,
    clientOptions: webOptions({ apiUrl: slack.apiUrl, logger }),
    // One workspace, one token, known already: no question to Slack stands between a click and its answer.
    authorize: () => Promise.resolve({ botToken: slack.botToken, botId: identity.botId, botUserId: identity.userId }),
  })
  app.error((failure) => {
    log.error({ failure }, 'A request of Slack was not answered.')
    return Promise.resolve()
  })
  app.use(refuseReplays(log))
  route(app, {
    answer,
    channels: ports.channels,
    log,
    catalogue: services,
    channelOf: (name) => services.find((service) => service.name === name)?.channel,
    commandName: slack.command ?? '/deploy',
  })
  await app.init()
  const port = await transport.start()
  return {
    chat: ports.chat,
    people: ports.people,
    ...(port === undefined ? {} : { port }),
    stop: async () => void (await app.stop()),
  }
}

interface Transport {
  readonly receiver: Receiver
  /** Resolves with the port where there is one. */
  start(): Promise<number | undefined>
}

function transportFor(slack: SlackSettings, log: Log): Transport {
  const logger = boltLogger(log)
  if (slack.appToken !== undefined && slack.appToken.trim() !== '') {
    const { appToken, apiUrl, socketConnections: connections, socketPingTimeoutMs: pingTimeoutMs } = slack
    const receiver = socketReceiver({ appToken, apiUrl, connections, pingTimeoutMs }, logger, log)
    return { receiver, start: async () => void (await receiver.start()) }
  }
  const signingSecret = slack.signingSecret?.trim() ?? ''
  if (signingSecret === '')
    throw new Error(
      'Neither SLACK_APP_TOKEN (Socket Mode) nor SLACK_SIGNING_SECRET (HTTP) is set: anybody could send requests. Set one of them.',
    )
  const receiver = new HTTPReceiver({
    signingSecret,
    logger,
    customPropertiesExtractor: ({ headers }) => ({ [SIGNATURE]: headers['x-slack-signature'] }),
  })
  const { host } = slack
  return {
    receiver,
    start: async () =>
      portOf(await receiver.start({ port: slack.port ?? 3000, ...(host === undefined ? {} : { host }) })),
  }
}

function portOf(server: Server): number | undefined {
  const address = server.address()
  return address === null || typeof address === 'string' ? undefined : address.port
}
