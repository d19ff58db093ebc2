import { Fragment, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { SlackMessage } from '../workspace/channel-store.ts'
import { MessageRow } from './message-row.tsx'
import { dayOf, dayWords } from './message-time.ts'
import { usePage } from './use-workspace.ts'

interface MessageListProps {
  readonly label: string
  readonly messages: readonly SlackMessage[]
  /** Absent inside of a thread. */
  readonly openThread?: (ts: string) => void
  readonly threadOf?: string
  readonly empty?: string
}

/** Messages of one author within this time stand under one name. */
const GROUP_MS = 5 * 60_000
/** This near to the end the list follows new messages. */
const NEAR_END_PX = 80

export function MessageList({ label, messages, openThread, threadOf, empty }: MessageListProps) {
  const { me } = usePage()
  const { list, isAtEnd, toEnd } = useFollowing(messages)
  return (
    <div className="list-frame">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <div className="message-list" ref={list} role="log" aria-label={label} tabIndex={0}>
        {messages.length === 0 && empty !== undefined && <p className="empty">{empty}</p>}
        {messages.map((message, index) => {
          const before = messages[index - 1]
          const newDay = threadOf === undefined && (!before || dayOf(before.ts, me.tz) !== dayOf(message.ts, me.tz))
          return (
            <Fragment key={message.ts}>
              {newDay && (
                <div className="day">
                  <span>{dayWords(message.ts, me.tz)}</span>
                </div>
              )}
              <MessageRow
                message={message}
                isContinued={!newDay && isContinued(before, message)}
                {...(openThread ? { openThread } : {})}
                inThread={threadOf !== undefined}
              />
              {threadOf === message.ts && messages.length > 1 && <ReplyCount count={messages.length - 1} />}
            </Fragment>
          )
        })}
      </div>
      {!isAtEnd && (
        <button type="button" className="to-end" onClick={toEnd}>
          ↓ Latest messages
        </button>
      )}
    </div>
  )
}

function ReplyCount({ count }: { readonly count: number }) {
  return (
    <div className="reply-count">
      <span>{count === 1 ? '1 reply' : `${count} replies`}</span>
    </div>
  )
}

function isContinued(before: SlackMessage | undefined, message: SlackMessage): boolean {
  if (!before || before.user !== message.user || before.onlyFor !== message.onlyFor) return false
  if (message.broadcast || before.broadcast || before.blocks || message.blocks) return false
  return (Number(message.ts) - Number(before.ts)) * 1000 < GROUP_MS
}

/** Keeps the end in sight while the person is there, and leaves the list alone while they read further up. */
function useFollowing(messages: readonly SlackMessage[]) {
  const list = useRef<HTMLDivElement>(null)
  const [isAtEnd, setAtEnd] = useState(true)
  const following = useRef(true)
  useEffect(() => {
    const element = list.current
    if (!element) return
    const look = () => {
      following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX
      setAtEnd(following.current)
    }
    element.addEventListener('scroll', look, { passive: true })
    const grown = new ResizeObserver(() => {
      if (following.current) element.scrollTop = element.scrollHeight
    })
    grown.observe(element)
    return () => {
      element.removeEventListener('scroll', look)
      grown.disconnect()
    }
  }, [])
  useLayoutEffect(() => {
    if (messages.length > 0 && following.current && list.current) list.current.scrollTop = list.current.scrollHeight
  }, [messages])
  const toEnd = () => list.current?.scrollTo({ top: list.current.scrollHeight, behavior: 'smooth' })
  return { list, isAtEnd, toEnd }
}
