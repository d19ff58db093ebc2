import { Fragment, type ReactNode } from 'react'
import { LibraryBlocks } from './library-blocks.tsx'
import { usePage } from './use-workspace.ts'

/**
 * Slack's markup, drawn as Slack draws it: emphasis only at the edges of words, and what was escaped (`&lt;!channel&gt;`)
 * stays text. The library takes escaped text for markup, so text is drawn here.
 */
export function Mrkdwn({ text }: { readonly text: string }) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/)
  return (
    <div className="mrkdwn">
      {parts.map((part, index) => {
        const key = `${index}-${part.length}`
        if (index % 2 === 1) return <pre key={key}>{unescaped(part)}</pre>
        const trimmed = index === 0 ? part : part.replace(/^\n/, '')
        return trimmed === '' ? null : <Lines key={key} text={trimmed} />
      })}
    </div>
  )
}

/** Plain text as Slack draws it: only emoji are special. */
export function plainWords(text: string): ReactNode {
  return tokens(unescaped(text), /(?<!\w):([a-z+-][\w+-]*):/g, ([, name = '']) => <Emoji name={name} />)
}

/** Lines that begin with `>` are one quotation. */
function Lines({ text }: { readonly text: string }) {
  const groups: { readonly quoted: boolean; readonly lines: string[] }[] = []
  for (const line of text.replace(/\n$/, '').split('\n')) {
    const quote = /^(?:>|&gt;) ?(.*)$/.exec(line)
    const last = groups.at(-1)
    if (last?.quoted === (quote !== null)) last.lines.push(quote?.[1] ?? line)
    else groups.push({ quoted: quote !== null, lines: [quote?.[1] ?? line] })
  }
  return groups.map((group, index) => {
    const key = `${index}-${group.lines.length}`
    const Tag = group.quoted ? 'blockquote' : 'div'
    return (
      <Tag key={key} className="mrkdwn-lines">
        <Inline text={group.lines.join('\n')} />
      </Tag>
    )
  })
}

const MARKUP = new RegExp(
  [
    /`([^`\n]+)`/,
    /<([^<>\n]+)>/,
    /(https?:\/\/[^\s<>|]*[^\s<>|.,;:!?)\]'"*_~])/,
    /(?<!\w):([a-z+-][\w+-]*):/,
    /(?<![\w*])\*(?=[^\s*])([^*\n]*?[^\s*]|[^\s*])\*(?![\w*])/,
    /(?<![\w_])_(?=[^\s_])([^_\n]*?[^\s_]|[^\s_])_(?![\w_])/,
    /(?<![\w~])~(?=[^\s~])([^~\n]*?[^\s~]|[^\s~])~(?![\w~])/,
  ]
    .map((part) => part.source)
    .join('|'),
  'g',
)

function Inline({ text }: { readonly text: string }) {
  return tokens(text, MARKUP, ([, code, entity, url, emoji, bold, italic, strike]) => {
    if (code !== undefined) return <code>{unescaped(code)}</code>
    if (entity !== undefined) return <Entity inside={entity} />
    if (url !== undefined) return <Link address={url} />
    if (emoji !== undefined) return <Emoji name={emoji} />
    if (bold !== undefined) return <strong>{<Inline text={bold} />}</strong>
    if (italic !== undefined) return <em>{<Inline text={italic} />}</em>
    return <s>{<Inline text={strike ?? ''} />}</s>
  })
}

/** The text with each match drawn by `draw`, and everything between as it is. */
function tokens(text: string, pattern: RegExp, draw: (match: RegExpMatchArray) => ReactNode): ReactNode {
  const drawn: ReactNode[] = []
  let end = 0
  for (const match of text.matchAll(pattern)) {
    const start = match.index
    drawn.push(unescaped(text.slice(end, start)), <Fragment key={start}>{draw(match)}</Fragment>)
    end = start + match[0].length
  }
  drawn.push(unescaped(text.slice(end)))
  return drawn
}

/** What stands between angle brackets: people, channels, everybody, dates and links. */
function Entity({ inside }: { readonly inside: string }) {
  const { people, channels, app } = usePage()
  const [head = '', label] = inside.split('|', 2)
  const id = head.slice(1)
  if (head.startsWith('@')) {
    const name = id === app.botUserId ? app.botName : people.find((person) => person.id === id)?.realName
    return <span className="mention">@{name ?? label ?? id}</span>
  }
  if (head.startsWith('#'))
    return <span className="mention">#{channels.find((channel) => channel.id === id)?.name ?? label ?? id}</span>
  if (head.startsWith('!date^')) return <Moment parts={head.split('^')} fallback={label ?? ''} />
  if (head.startsWith('!subteam')) return <span className="mention">{label ?? '@group'}</span>
  if (head.startsWith('!')) return <span className="mention loud">@{id}</span>
  return <Link address={head} {...(label === undefined ? {} : { label })} />
}

function Link({ address, label }: { readonly address: string; readonly label?: string }) {
  const target = unescaped(address)
  if (!/^(https?|mailto):/.test(target)) return <>{unescaped(label ?? address)}</>
  return (
    <a href={target} target="_blank" rel="noreferrer">
      {label === undefined ? target : <Inline text={label} />}
    </a>
  )
}

const DATE_WORDS: Readonly<Record<string, Intl.DateTimeFormatOptions>> = {
  date_num: { year: 'numeric', month: '2-digit', day: '2-digit' },
  date: { year: 'numeric', month: 'long', day: 'numeric' },
  date_short: { year: 'numeric', month: 'short', day: 'numeric' },
  date_long: { weekday: 'long', year: 'numeric', month: 'long', day: 'numeric' },
  time: { hour: '2-digit', minute: '2-digit' },
  time_secs: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
}

/** `<!date^seconds^format^link|fallback>`, in the zone of the person who looks. */
function Moment({ parts, fallback }: { readonly parts: readonly string[]; readonly fallback: string }) {
  const { me } = usePage()
  const [, seconds = '', format = ''] = parts
  const at = new Date(Number(seconds) * 1000)
  if (Number.isNaN(at.getTime())) return <>{fallback}</>
  const zone = me.tz === undefined ? {} : { timeZone: me.tz }
  const words = format.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const options = DATE_WORDS[name.replace(/_pretty$/, '')]
    return options ? new Intl.DateTimeFormat('en-GB', { ...options, ...zone }).format(at) : whole
  })
  return (
    <time dateTime={at.toISOString()} title={fallback}>
      {words}
    </time>
  )
}

/** The library knows the names of emoji. */
export function Emoji({ name }: { readonly name: string }) {
  const block = { type: 'section', block_id: 'emoji', text: { type: 'plain_text', text: `:${name}:` } }
  return (
    <span className="emoji">
      <LibraryBlocks blocks={[block]} />
    </span>
  )
}

function unescaped(text: string): string {
  return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')
}

/** Text in Slack's markup, for messages without blocks. */
export function Words({ text }: { readonly text: string }) {
  return text === '' ? null : <Mrkdwn text={text} />
}
