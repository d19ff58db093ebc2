/**
 * A message as a person reads it, for a terminal: the same text for the same message, on every machine and in every
 * time zone.
 */
import type { ChatMessage } from '../ports/chat.ts'
import { isTable, type Table, tablesIn, textIn } from './views/block-reading.ts'

export interface PrintOptions {
  /** Columns; default 100. */
  readonly width?: number
  /** Names to show in place of user ids; an id without a name is shown as it is. */
  readonly names?: Readonly<Record<string, string>>
}

/** Lines without trailing blanks, without a line break at the end. A message without blocks prints its text. */
export function printMessage(message: ChatMessage, options: PrintOptions = {}): string {
  const width = options.width ?? 100
  const read = (text: string) => readable(text, options.names ?? {})
  const lines =
    message.blocks.length === 0
      ? wrapped(read(message.text), width, '')
      : message.blocks.flatMap((block) => (isTable(block) ? blockLines(block, width, read) : []))
  return lines.map((line) => line.trimEnd()).join('\n')
}

function blockLines(block: Table, width: number, read: (text: string) => string): readonly string[] {
  switch (block.type) {
    case 'header':
      return wrapped(textIn(block.text) ?? '', width, '')
    case 'section':
      return [
        ...wrapped(read(textIn(block.text) ?? ''), width, ''),
        ...tablesIn(block.fields).flatMap((field) => wrapped(read(textIn(field) ?? ''), width, '  ')),
      ]
    case 'context':
      return tablesIn(block.elements).flatMap((element) => wrapped(read(textIn(element) ?? ''), width, '  '))
    case 'actions':
      return wrapped(tablesIn(block.elements).map(button).join('  '), width, '')
    case 'divider':
      return ['─'.repeat(Math.min(width, 40))]
    case 'image':
      return [`(picture: ${String(block.alt_text ?? '')})`]
    default:
      return wrapped(read(textIn(block) ?? textIn(block.text) ?? ''), width, '')
  }
}

function button(element: Table): string {
  return `[${textIn(element.text) ?? String(element.action_id ?? '?')}]`
}

/** Dates in UTC, people by name, links by label; bold, code and entities as plain text. */
function readable(text: string, names: Readonly<Record<string, string>>): string {
  return text
    .replace(
      /<!date\^(\d+)\^([^|>]*?)(?:\^[^|>]*)?\|([^>]*)>/g,
      (_, seconds: string, format: string, fallback: string) => dateIn(Number(seconds), format) ?? fallback,
    )
    .replace(
      /<@([A-Z0-9]+)(?:\|[^>]*)?>/g,
      (_, id: string) => `@${(Object.hasOwn(names, id) ? names[id] : undefined) ?? id}`,
    )
    .replace(/<#([A-Z0-9]+)(?:\|([^>]*))?>/g, (_, id: string, name: string | undefined) => `#${name || id}`)
    .replace(/<(https?:[^|>]+)(?:\|([^>]*))?>/g, (_, url: string, label: string | undefined) => label || url)
    .replace(/(^|[\s(])\*([^*\n]+)\*(?=[\s.,:;!?)]|$)/gm, '$1$2')
    .replace(/(^|[\s(])_([^_\n]+)_(?=[\s.,:;!?)]|$)/gm, '$1$2')
    .replace(/&(lt|gt|amp);/g, (_, name: string) => (name === 'lt' ? '<' : name === 'gt' ? '>' : '&'))
}

/** The format's known parts in UTC; undefined when it has a part that we never send. */
function dateIn(seconds: number, format: string): string | undefined {
  const date = new Date(seconds * 1000)
  if (Number.isNaN(date.getTime())) return undefined
  const iso = date.toISOString()
  const parts: Readonly<Record<string, string>> = {
    time: `${iso.slice(11, 16)} UTC`,
    time_secs: `${iso.slice(11, 19)} UTC`,
    date: iso.slice(0, 10),
    date_num: iso.slice(0, 10),
    date_short: iso.slice(0, 10),
    date_short_pretty: iso.slice(0, 10),
    date_pretty: iso.slice(0, 10),
  }
  let known = true
  const text = format.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = Object.hasOwn(parts, name) ? parts[name] : undefined
    known &&= value !== undefined
    return value ?? whole
  })
  return known ? text : undefined
}

/** Wrapped at blanks; lines of a code fence stay as they are, indented, and the fences themselves go. */
function wrapped(text: string, width: number, indent: string): readonly string[] {
  if (text === '') return []
  let fenced = false
  return text.split('\n').flatMap((line) => {
    if (line.trim() === '```') {
      fenced = !fenced
      return []
    }
    return fenced ? [`${indent}    ${line}`] : wrapLine(line, width, indent)
  })
}

function wrapLine(line: string, width: number, indent: string): readonly string[] {
  const lines: string[] = []
  let current = indent
  for (const word of line.split(' ')) {
    const next = current === indent ? `${indent}${word}` : `${current} ${word}`
    if (next.length > width && current !== indent) {
      lines.push(current)
      current = `${indent}${word}`
    } else current = next
  }
  return [...lines, current]
}
