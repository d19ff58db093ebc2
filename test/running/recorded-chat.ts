/** A Chat port that keeps what it was told, for tests that look at the engine and not at Slack. */
import type { Chat, ChatError, ChatMessage } from '../../src/ports/chat.ts'

export interface RecordedChat extends Chat {
  readonly said: {
    readonly text: string
    readonly blocks: readonly object[]
    readonly thread: string | null
    readonly broadcast: boolean
    readonly key: string
    readonly ts: string
  }[]
  readonly edits: { readonly ts: string; readonly message: ChatMessage }[]
  /** Every call fails with this from now on; undefined: Slack is back. */
  setAway(error: ChatError | undefined): void
}

export function recordedChat(): RecordedChat {
  const said: RecordedChat['said'] = []
  const edits: RecordedChat['edits'] = []
  let away: ChatError | undefined
  const meet = () => {
    if (away) throw away
  }
  return {
    said,
    edits,
    setAway: (error) => {
      away = error
    },
    async post({ text, blocks }, { thread, broadcast, key }) {
      meet()
      const ts = `1.${String(said.length + 1).padStart(6, '0')}`
      said.push({ text, blocks, thread, broadcast, key, ts })
      return ts
    },
    async update(message, { ts }) {
      meet()
      edits.push({ ts, message })
    },
    async find(key) {
      meet()
      return said.find((row) => row.key === key)?.ts
    },
  }
}
