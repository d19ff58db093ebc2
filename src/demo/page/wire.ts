/** What crosses the wire between the page and its workspace: one stream in, posts out. */
import type { Channel, SlackMessage } from '../workspace/channel-store.ts'
import type { PanelSnapshot } from '../workspace/panels.ts'
import type { DemoPerson } from '../workspace/people.ts'

export type Json = Readonly<Record<string, unknown>>

export interface CommandHint {
  /** A whole line that a person may type. */
  readonly line: string
  readonly description: string
}

export interface BotIdentity {
  readonly teamName: string
  readonly botUserId: string
  readonly botName: string
}

export interface ViewBody {
  readonly id: string
  readonly type: string
  readonly blocks: readonly Json[]
  readonly title: { readonly text: string } | null
  readonly submit: { readonly text: string } | null
  readonly close: { readonly text: string } | null
}

export interface Views {
  readonly modal: ViewBody | null
  readonly home: ViewBody | null
}

export interface Hello extends Views {
  readonly as: string
  readonly app: BotIdentity
  readonly commands: readonly string[]
  readonly hints: readonly CommandHint[]
  readonly people: readonly DemoPerson[]
  readonly channels: readonly Channel[]
  readonly messages: readonly SlackMessage[]
  readonly panels: PanelSnapshot | null
}

export type StreamEvent =
  | { readonly kind: 'hello'; readonly data: Hello }
  | { readonly kind: 'message'; readonly data: SlackMessage }
  | { readonly kind: 'removed'; readonly data: SlackMessage }
  | { readonly kind: 'channel'; readonly data: Channel }
  | { readonly kind: 'views'; readonly data: Views }
  | { readonly kind: 'panels'; readonly data: PanelSnapshot }

const KINDS = ['hello', 'message', 'removed', 'channel', 'views', 'panels'] as const

/**
 * Opens the stream as one person. The browser reconnects by itself and gets a new `hello` then; `connected` tells how
 * it stands. Returns a function that closes it.
 */
export function openStream(
  user: string,
  onEvent: (event: StreamEvent) => void,
  connected: (up: boolean) => void,
): () => void {
  const source = new EventSource(`/page/stream?as=${encodeURIComponent(user)}`)
  source.onopen = () => connected(true)
  source.onerror = () => connected(false)
  for (const kind of KINDS) {
    source.addEventListener(kind, (event: MessageEvent<string>) => {
      // The server that sends this also served this page: both come from one build.
      onEvent({ kind, data: JSON.parse(event.data) } as StreamEvent)
    })
  }
  return () => source.close()
}

export interface Outcome {
  readonly ok: boolean
  readonly error?: string
  readonly errors?: Readonly<Record<string, string>>
}

/** Posts what the person did; never throws: a workspace that is gone is an outcome too. */
export async function act(path: string, body: Json): Promise<Outcome> {
  try {
    const response = await fetch(`/page/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const outcome: unknown = await response.json()
    return isOutcome(outcome) ? outcome : { ok: response.ok }
  } catch {
    return { ok: false, error: 'The local workspace does not answer. Is the demo still running?' }
  }
}

function isOutcome(value: unknown): value is Outcome {
  return typeof value === 'object' && value !== null && 'ok' in value && typeof value.ok === 'boolean'
}
