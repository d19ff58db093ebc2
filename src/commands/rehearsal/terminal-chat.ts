/** The Chat port for a terminal: prints what people would see, where they would see it. */
import { printMessage } from '../../bot/transcript.ts'
import type { Chat, ChatMessage } from '../../ports/chat.ts'
import type { Clock } from '../../ports/clock.ts'

export interface TerminalChat extends Chat {
  /** What only one person sees. */
  whisper(to: string, message: ChatMessage): void
  /** What somebody types or presses. */
  act(who: string, what: string): void
}

export interface TerminalOptions {
  readonly clock: Clock
  readonly print: (line: string) => void
  readonly names: Readonly<Record<string, string>>
}

export function terminalChat({ clock, print, names }: TerminalOptions): TerminalChat {
  let sequence = 0
  const texts = new Map<string, string>()
  const places = new Map<string, string>()
  const stamp = () => new Date(clock.now()).toISOString().replace('T', ' ').slice(0, 19)
  const show = (where: string, body: string) => {
    print('')
    print(`── ${stamp()}  ${where}`)
    for (const line of body.split('\n')) print(line === '' ? '' : `   ${line}`)
  }
  return {
    async post(message, to) {
      sequence += 1
      const ts = `${Math.floor(clock.now() / 1000)}.${String(sequence).padStart(6, '0')}`
      texts.set(ts, message.text)
      const place = to.thread === null ? 'channel · the card' : to.broadcast ? 'thread, and channel' : 'thread'
      places.set(ts, place)
      show(place, printMessage(message, { names }))
      return ts
    },
    async update(message, at) {
      // The numbers of a card move all the time; a transcript shows a message when its sentence changes.
      if (texts.get(at.ts) === message.text) return
      texts.set(at.ts, message.text)
      show(`${places.get(at.ts) ?? 'channel'}, edited`, printMessage(message, { names }))
    },
    async find() {
      return undefined
    },
    whisper: (to, message) => show(`only ${to} sees this`, printMessage(message, { names })),
    act: (who, what) => show(who, what),
  }
}
