/** The Web API as the bot uses it: bounded in time, never retried behind our back, failures as ChatError. */
import { type FetchFunction, type Logger, WebClient, type WebClientOptions } from '@slack/web-api'
import { ChatError } from '../ports/chat.ts'
import { asChatError } from './slack-failure.ts'
import { isTable, type Table } from './views/block-reading.ts'

export interface SlackWebSettings {
  readonly botToken: string
  /** Base of the Web API; default Slack's own. */
  readonly apiUrl?: string | undefined
  readonly logger: Logger
  /** One call, ms. Default 10 s. */
  readonly timeoutMs?: number
  /** Milliseconds of some steady clock, for pauses that Slack asked for. Default: performance.now. */
  readonly now?: () => number
}

export interface SlackWeb {
  /** Calls a method and returns its answer. Throws ChatError; `late` at once while Slack asked for a pause of this method. */
  call(method: string, args: Table, options?: { readonly timeoutMs?: number }): Promise<Table>
  /** Who the bot is; asked once, and again after a failure. */
  identity(): Promise<Identity>
}

export interface Identity {
  readonly userId: string
  readonly botId: string
  /** Team and, in an Enterprise organisation, the organisation. */
  readonly teams: readonly string[]
}

const CALL_MS = 10_000

/**
 * web-api's defaults are ten retries over half an hour without a timeout: a click would be answered after the deployment.
 * Retries belong to the announcer, which knows what was posted.
 */
export function webOptions(settings: Pick<SlackWebSettings, 'apiUrl' | 'logger' | 'timeoutMs'>): WebClientOptions {
  const timeout = settings.timeoutMs ?? CALL_MS
  return {
    ...(settings.apiUrl === undefined ? {} : { slackApiUrl: settings.apiUrl }),
    logger: settings.logger,
    timeout,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    fetch: boundedFetch(timeout),
  }
}

/** Bolt's `respond` knows no timeout of its own. */
function boundedFetch(ms: number): FetchFunction {
  return (url, init) => fetch(url, { ...init, signal: init?.signal ?? AbortSignal.timeout(ms) })
}

export function slackWeb(settings: SlackWebSettings): SlackWeb {
  const clients = new Map<number, WebClient>()
  const now = settings.now ?? (() => performance.now())
  const pausedUntil = new Map<string, number>()
  const clientFor = (timeoutMs: number) => {
    const known = clients.get(timeoutMs)
    const client = known ?? new WebClient(settings.botToken, webOptions({ ...settings, timeoutMs }))
    clients.set(timeoutMs, client)
    return client
  }
  let identity: Promise<Identity> | undefined

  async function call(method: string, args: Table, options: { readonly timeoutMs?: number } = {}): Promise<Table> {
    // Posting is limited by channel, everything else by method.
    const lane = method === 'chat.postMessage' ? `${method} ${String(args.channel)}` : method
    const left = (pausedUntil.get(lane) ?? 0) - now()
    if (left > 0) throw new ChatError('late', 'ratelimited', `${method}: Slack asked for a pause`, Math.ceil(left))
    try {
      const client = clientFor(options.timeoutMs ?? settings.timeoutMs ?? CALL_MS)
      const answer: unknown = await client.apiCall(method, { ...args })
      return isTable(answer) ? answer : {}
    } catch (failure) {
      const known = asChatError(failure, method)
      if (known instanceof ChatError && known.retryAfterMs !== null) pausedUntil.set(lane, now() + known.retryAfterMs)
      throw known
    }
  }

  async function askIdentity(): Promise<Identity> {
    const answer = await call('auth.test', {})
    const teams = [answer.team_id, answer.enterprise_id].filter((id) => typeof id === 'string')
    const { user_id: userId, bot_id: botId } = answer
    if (typeof userId !== 'string' || typeof botId !== 'string' || teams.length === 0)
      throw new ChatError('refused', 'no_bot', 'auth.test: the token is not a bot token')
    return { userId, botId, teams }
  }

  return {
    call,
    identity() {
      identity ??= askIdentity().catch((failure: unknown) => {
        identity = undefined
        throw failure
      })
      return identity
    },
  }
}
