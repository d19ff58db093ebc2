/**
 * Commands in messages as people type them here: texts are written for `/deploy`, and the catalogue may have named the
 * command otherwise (`slack.command`).
 */
import type { Chat, ChatMessage } from '../ports/chat.ts'
import { isTable } from './views/block-reading.ts'

export const WRITTEN_FOR = '/deploy'

/** The text with the command of this workspace; a longer word that only begins alike stays as it is. */
export function asTypedHere(text: string, commandName: string): string {
  return commandName === WRITTEN_FOR
    ? text
    : text.replace(/(^|[\s`"(])\/deploy(?=[\s`")]|$)/g, (_, before: string) => `${before}${commandName}`)
}

/** The same chat, in which every message names the command of this workspace, whoever wrote it. */
export function chatAsTypedHere(chat: Chat, commandName: string = WRITTEN_FOR): Chat {
  if (commandName === WRITTEN_FOR) return chat
  const here = ({ text, blocks }: ChatMessage): ChatMessage => ({
    text: asTypedHere(text, commandName),
    blocks: blocks.map((block) => textsOf(block, commandName)),
  })
  return {
    ...chat,
    post: (message, to) => chat.post(here(message), to),
    update: (message, at) => chat.update(here(message), at),
  }
}

/** All texts of a block; ids and values of buttons stay, since they are read back. */
function textsOf<Part>(part: Part, commandName: string): Part
function textsOf(part: unknown, commandName: string): unknown {
  if (Array.isArray(part)) return part.map((entry: unknown) => textsOf(entry, commandName))
  if (!isTable(part)) return part
  return Object.fromEntries(
    Object.entries(part).map(([key, value]) => [
      key,
      typeof value === 'string' && key === 'text' ? asTypedHere(value, commandName) : textsOf(value, commandName),
    ]),
  )
}
