import type { Channel } from '../workspace/channel-store.ts'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { threadMessages } from './page-state.ts'
import { usePage } from './use-workspace.ts'

interface ThreadPaneProps {
  readonly channel: Channel
  readonly ts: string
  readonly close: () => void
}

export function ThreadPane({ channel, ts, close }: ThreadPaneProps) {
  const state = usePage()
  return (
    <aside className="pane thread" aria-label="Thread">
      <header className="pane-header">
        <h1>Thread</h1>
        <span className="pane-note"># {channel.name}</span>
        <button type="button" className="icon-button" aria-label="Close the thread" onClick={close}>
          ✕
        </button>
      </header>
      <MessageList
        key={ts}
        label="Messages of the thread"
        messages={threadMessages(state, channel.id, ts)}
        threadOf={ts}
      />
      <Composer key={`${ts}-composer`} channel={channel} threadTs={ts} />
    </aside>
  )
}
