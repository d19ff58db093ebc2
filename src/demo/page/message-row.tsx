import type { SlackMessage } from '../workspace/channel-store.ts'
import { Avatar } from './avatar.tsx'
import { BlockKit } from './block-kit.tsx'
import { MessageFiles } from './message-files.tsx'
import { clockTime } from './message-time.ts'
import { Emoji, Words } from './mrkdwn.tsx'
import { authorOf, threadMessages } from './page-state.ts'
import { usePage } from './use-workspace.ts'
import { act } from './wire.ts'

interface MessageRowProps {
  readonly message: SlackMessage
  /** The same author goes on: no picture and no name again. */
  readonly isContinued: boolean
  readonly inThread: boolean
  readonly openThread?: (ts: string) => void
}

export function MessageRow({ message, isContinued, inThread, openThread }: MessageRowProps) {
  const state = usePage()
  const author = authorOf(state, message.user)
  const time = clockTime(message.ts, state.me.tz)
  const isPrivate = message.onlyFor !== undefined
  const mark = [isContinued ? 'continued' : '', isPrivate ? 'private' : ''].join(' ')
  return (
    <article className={`message ${mark}`} aria-label={`${author.name}, ${time}`} data-ts={message.ts}>
      {isPrivate && <p className="only-you">◉ Only visible to you</p>}
      <div className="message-side">
        {isContinued ? (
          <time className="side-time">{time}</time>
        ) : (
          <Avatar id={author.id} name={author.name} size={36} isApp={author.isApp} />
        )}
      </div>
      <div className="message-main">
        {!isContinued && (
          <p className="byline">
            <strong>{author.name}</strong>
            {author.isApp && <span className="app-tag">APP</span>}
            <time>{time}</time>
          </p>
        )}
        {message.broadcast && (
          <BroadcastNote message={message} inThread={inThread} {...(openThread && { openThread })} />
        )}
        <Body message={message} />
        {message.edited && <span className="edited">(edited)</span>}
        <MessageFiles files={message.files ?? []} />
        <Reactions message={message} />
        {openThread && message.threadTs === undefined && <RepliesBar message={message} open={openThread} />}
      </div>
      {openThread && !isPrivate && (
        <button type="button" className="reply-button" onClick={() => openThread(message.threadTs ?? message.ts)}>
          Reply in thread
        </button>
      )}
    </article>
  )
}

function Body({ message }: { readonly message: SlackMessage }) {
  const { me } = usePage()
  if (message.blocks === undefined || message.blocks.length === 0) return <Words text={message.text} />
  const at = { userId: me.id, channelId: message.channel, messageTs: message.ts }
  return <BlockKit blocks={message.blocks} onAction={(choice, values) => act('click', { ...choice, values, ...at })} />
}

interface BroadcastNoteProps {
  readonly message: SlackMessage
  readonly inThread: boolean
  readonly openThread?: (ts: string) => void
}

function BroadcastNote({ message, inThread, openThread }: BroadcastNoteProps) {
  const state = usePage()
  if (inThread || openThread === undefined) return <p className="broadcast-note">Also sent to the channel</p>
  const ts = message.threadTs ?? ''
  const root = state.messages.find((entry) => entry.channel === message.channel && entry.ts === ts)
  const [line = ''] = (root?.text ?? '').replace(/[*_`~]/g, '').split('\n')
  const words = line.length > 80 ? `${line.slice(0, 79)}…` : line
  return (
    <p className="broadcast-note">
      replied to a thread:{' '}
      <button type="button" className="link" onClick={() => openThread(ts)}>
        {words || 'the thread'}
      </button>
    </p>
  )
}

function RepliesBar({ message, open }: { readonly message: SlackMessage; readonly open: (ts: string) => void }) {
  const state = usePage()
  const replies = threadMessages(state, message.channel, message.ts).filter(
    (entry) => entry.threadTs !== undefined && entry.onlyFor === undefined,
  )
  const last = replies.at(-1)
  if (!last) return null
  const authors = [...new Set(replies.map((reply) => reply.user))].slice(0, 4).map((user) => authorOf(state, user))
  return (
    <button type="button" className="replies" onClick={() => open(message.ts)}>
      {authors.map((author) => (
        <Avatar key={author.id} id={author.id} name={author.name} size={22} isApp={author.isApp} />
      ))}
      <span className="replies-count">{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</span>
      <span className="replies-last">Last reply at {clockTime(last.ts, state.me.tz)}</span>
    </button>
  )
}

function Reactions({ message }: { readonly message: SlackMessage }) {
  if (message.reactions === undefined || message.reactions.length === 0) return null
  return (
    <p className="reactions">
      {message.reactions.map((reaction) => (
        <span key={reaction.name} className="reaction" title={`:${reaction.name}:`}>
          <Emoji name={reaction.name} /> {reaction.users.length}
        </span>
      ))}
    </p>
  )
}
