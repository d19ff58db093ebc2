import type { Channel } from '../workspace/channel-store.ts'
import { Composer } from './composer.tsx'
import { MessageList } from './message-list.tsx'
import { channelMessages } from './page-state.ts'
import { usePage } from './use-workspace.ts'

interface ChannelViewProps {
  readonly channel: Channel
  readonly openThread: (ts: string) => void
}

export function ChannelView({ channel, openThread }: ChannelViewProps) {
  const state = usePage()
  const members = channel.members.length + (channel.botIsMember ? 1 : 0)
  return (
    <section className="pane" aria-label={`Channel ${channel.name}`}>
      <header className="pane-header">
        <h1>
          <span aria-hidden="true"># </span>
          {channel.name}
        </h1>
        <span className="pane-note">
          {members} members{channel.botIsMember ? '' : `, ${state.app.botName} is not here`}
          {channel.isExtShared ? ', shared with another organisation' : ''}
        </span>
      </header>
      <MessageList
        key={channel.id}
        label={`Messages in ${channel.name}`}
        messages={channelMessages(state, channel.id)}
        openThread={openThread}
        empty={`This is the very beginning of #${channel.name}. Type / to see what you can do here.`}
      />
      <Composer key={`${channel.id}-composer`} channel={channel} />
    </section>
  )
}
