import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import type { Channel } from '../workspace/channel-store.ts'
import { usePage } from './use-workspace.ts'
import { act, type CommandHint } from './wire.ts'

interface ComposerProps {
  readonly channel: Channel
  readonly threadTs?: string
}

/** Where one types. A line that begins with a slash is a command; while it is typed, the known ones are offered. */
export function Composer({ channel, threadTs }: ComposerProps) {
  const { me, commands, hints } = usePage()
  const [text, setText] = useState('')
  const [active, setActive] = useState(-1)
  const [problem, setProblem] = useState<string>()
  const field = useRef<HTMLTextAreaElement>(null)
  const listId = useId()
  // A thread that was just opened is where one wants to type.
  useEffect(() => {
    if (threadTs !== undefined) field.current?.focus()
  }, [threadTs])
  const offered = threadTs === undefined ? offers(text, commands, hints) : []
  const isOpen = offered.length > 0

  const take = (line: string) => {
    setText(line)
    setActive(-1)
    field.current?.focus()
  }
  const send = async () => {
    const line = text.trim()
    if (line === '') return
    setText('')
    setActive(-1)
    const at = { userId: me.id, channelId: channel.id, text: line, ...(threadTs === undefined ? {} : { threadTs }) }
    const outcome = await act(line.startsWith('/') ? 'command' : 'say', at)
    // Slack's own complaints arrive as messages that only this person sees; here stand those of the page.
    setProblem(outcome.error?.includes(' ') ? outcome.error : undefined)
  }
  const onKey = (event: KeyboardEvent) => {
    const move = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
    const chosen = offered[active] ?? (event.key === 'Tab' ? offered[0] : undefined)
    if (isOpen && move !== 0) {
      event.preventDefault()
      setActive((active + move + offered.length) % offered.length)
    } else if (isOpen && chosen && (event.key === 'Enter' || event.key === 'Tab') && chosen.line !== text) {
      event.preventDefault()
      take(chosen.line)
    } else if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape') setActive(-1)
  }
  const where = threadTs === undefined ? `Message #${channel.name}` : 'Reply'
  return (
    <div className="composer">
      {isOpen && <HintList id={listId} hints={offered} active={active} take={take} />}
      {problem !== undefined && (
        <p className="composer-problem" role="alert">
          {problem}
        </p>
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          rows={Math.min(6, text.split('\n').length)}
          value={text}
          role="combobox"
          aria-label={`${where} as ${me.realName}`}
          aria-expanded={isOpen}
          aria-controls={isOpen ? listId : undefined}
          aria-activedescendant={isOpen && active >= 0 ? `${listId}-${active}` : undefined}
          aria-autocomplete="list"
          placeholder={`${where} as ${me.realName}`}
          onChange={(event) => {
            setText(event.target.value)
            setActive(-1)
          }}
          onKeyDown={onKey}
        />
        <button
          type="button"
          className="send"
          aria-label="Send"
          disabled={text.trim() === ''}
          onClick={() => void send()}
        >
          <svg viewBox="0 0 20 20" width="16" height="16" aria-hidden="true">
            <path d="M2 3l16 7-16 7 3-7z M5 10h7" fill="currentColor" />
          </svg>
        </button>
      </div>
      <p className="composer-help">
        <kbd>/</kbd> commands · <kbd>Enter</kbd> sends · <kbd>Shift</kbd>+<kbd>Enter</kbd> new line
      </p>
    </div>
  )
}

interface HintListProps {
  readonly id: string
  readonly hints: readonly CommandHint[]
  readonly active: number
  readonly take: (line: string) => void
}

function HintList({ id, hints, active, take }: HintListProps) {
  return (
    <div className="hints" id={id} role="listbox" aria-label="Commands">
      {hints.map((hint, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: the keys belong to the field, as a combobox wants it
        <div
          key={hint.line}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          tabIndex={-1}
          className="hint-row"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => take(hint.line)}
        >
          <code>{hint.line}</code>
          <span>{hint.description}</span>
        </div>
      ))}
    </div>
  )
}

/** Lines that begin with what is typed; without hints, the bare commands. */
function offers(text: string, commands: readonly string[], hints: readonly CommandHint[]): readonly CommandHint[] {
  if (!text.startsWith('/') || text.includes('\n')) return []
  const all = hints.length > 0 ? hints : commands.map((command) => ({ line: `${command} `, description: '' }))
  return all.filter((hint) => hint.line.startsWith(text) && hint.line !== text).slice(0, 8)
}
