/** Slack, as far as telling goes. Rendering is done before: a message is blocks plus a text for screen readers. */

export interface ChatMessage {
  readonly text: string
  /** Block Kit, checked against Slack's limits by the renderer. */
  readonly blocks: readonly object[]
}

/** A sentence as a message, Slack's three signs escaped: what people typed mentions nobody. */
export function plainMessage(text: string): ChatMessage {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return { text: escaped, blocks: [] }
}

/**
 * `late`: worth another try, after `retryAfterMs` when Slack said so (429, 5xx, network). `refused`: another try cannot
 * help until somebody acts; `code` is Slack's own (not_in_channel, token_revoked, channel_not_found, msg_too_long ...).
 */
export class ChatError extends Error {
  override readonly name = 'ChatError'
  readonly kind: 'late' | 'refused'
  readonly code: string
  readonly retryAfterMs: number | null
  constructor(kind: 'late' | 'refused', code: string, message: string, retryAfterMs: number | null = null) {
    super(message)
    this.kind = kind
    this.code = code
    this.retryAfterMs = retryAfterMs
  }
}

export interface Chat {
  /** Posts and returns the message's timestamp. `key` goes into the message's metadata, to be found again after a crash. */
  post(
    message: ChatMessage,
    to: { readonly channel: string; readonly thread: string | null; readonly broadcast: boolean; readonly key: string },
  ): Promise<string>
  /** Draws an own message anew. */
  update(message: ChatMessage, at: { readonly channel: string; readonly ts: string }): Promise<void>
  /** Finds an own message by its key among the newest 50 of the channel or thread; undefined when it is not there or may not be read. */
  find(key: string, where: { readonly channel: string; readonly thread: string | null }): Promise<string | undefined>
}
