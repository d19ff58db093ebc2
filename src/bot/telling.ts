/**
 * One telling of one deployment: the card, then the lines of the thread that are not told yet, then the messages whose
 * buttons are no longer the right ones.
 *
 * A post is written down as "in flight" before it is sent, so that after a crash it is looked for by its key instead of
 * being posted again. Where it cannot be found, the second one says that it may be one.
 */
import type { Deployment, TimelineEntry } from '../playbook/deployment.ts'
import { MINUTE, SECOND } from '../playbook/durations.ts'
import { type Chat, ChatError, type ChatMessage } from '../ports/chat.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Job, Queue } from '../ports/queue.ts'
import type { AskedMessage, Store, Told } from '../ports/store.ts'
import { askedMessage, entriesOf, fingerprint, remembered } from './asked-messages.ts'
import { cardIsLost, contentIsRefused, surelyNotPosted } from './slack-refusals.ts'
import { drawCard as drawCardView } from './views/card.ts'
import { drawEntry as drawEntryView, drawMissed as drawMissedView, sayPerhapsTwice } from './views/entry.ts'

/** Between two edits of one card, ms of deployment time. */
export const CARD_INTERVAL_MS = 3 * SECOND

/**
 * Several untold lines, the oldest of them older than this (real ms): somebody was away, and one message tells it all, each
 * line with its moment. One after the other they would stand under the minute in which they were posted.
 */
const LONG_AGO_MS = MINUTE

export interface TellingParts {
  readonly store: Pick<Store, 'load' | 'timeline' | 'told' | 'saveTold' | 'durations'>
  readonly chat: Chat
  readonly queue: Pick<Queue, 'add'>
  readonly clock: Clock
  readonly log: Log
  readonly drawCard?: typeof drawCardView
  readonly drawEntry?: typeof drawEntryView
  readonly drawMissed?: typeof drawMissedView
}

export const NOTHING_TOLD: Told = { card: null, cursor: 0, drawn: null, drawnAt: 0, inFlight: null, asked: [] }

export function announceAt(deployment: string, at: number): Job {
  return { kind: 'announce', deployment, name: 'announce', at, key: 'card', urgent: false }
}

/** Slack lives in real time, jobs are due in deployment time. On a stepped clock both are the same. */
export function toDeploymentMs(clock: Clock, realMs: number): number {
  const realPerUnit = clock.toRealMs(1)
  return realPerUnit > 0 ? Math.ceil(realMs / realPerUnit) : realMs
}

export class Telling {
  readonly #parts: TellingParts
  #deployment: Deployment
  #told: Told
  /** The key of a post that may have arrived although nobody knows; its repetition says so. */
  #perhaps: string | null = null

  constructor(parts: TellingParts, deployment: Deployment, told: Told) {
    this.#parts = parts
    this.#deployment = deployment
    this.#told = told
  }

  async tell(): Promise<void> {
    await this.#findInFlight()
    const pending = await this.#parts.store.timeline(this.#deployment.id, this.#told.cursor)
    // Read after the lines, so that the record is never older than what is told with it: an approval that is asked for
    // must find the record waiting for it, or its button would be missing.
    this.#deployment = (await this.#parts.store.load(this.#deployment.id)) ?? this.#deployment
    try {
      // An edit that has to wait does not keep a breach from the thread: Slack limits the two apart.
      const card = await this.#tellCard(pending).catch(laterIfThereIsACard(this.#told.card))
      await this.#tellEntries(pending)
      if (card instanceof ChatError) throw card
      if (card === 'told') await this.#tellAnswers()
    } catch (failure) {
      if (failure instanceof ChatError && cardIsLost(failure)) await this.#save({ card: null, drawn: null })
      throw failure
    }
  }

  async #findInFlight(): Promise<void> {
    const key = this.#told.inFlight
    if (key === null) return
    const { channel } = this.#deployment
    const isCard = key === this.#key('card')
    const ts = await this.#parts.chat.find(key, { channel, thread: isCard ? null : this.#told.card })
    if (ts === undefined) this.#perhaps = key
    else if (isCard) await this.#save({ card: ts, inFlight: null })
    else {
      const entries = entriesOf(key)
      const cursor = Math.max(this.#told.cursor, (entries?.to ?? -1) + 1)
      const asked = entries === null ? this.#told.asked : remembered(this.#told.asked, { ts, ...entries, drawn: '' })
      await this.#save({ cursor, asked, inFlight: null })
    }
  }

  /** `put-off`: its turn has not come, and a job for it is enqueued. */
  async #tellCard(pending: readonly TimelineEntry[]): Promise<'told' | 'put-off'> {
    const { store, clock, chat, queue } = this.#parts
    const { id, channel, service } = this.#deployment
    const now = clock.now()
    const durations = await store.durations(service)
    const draw = this.#parts.drawCard ?? drawCardView
    const card = draw({ deployment: this.#deployment, now, durations })
    const drawn = fingerprint(card)
    if (this.#told.card === null) {
      const ts = await this.#post(card, this.#key('card'), null, false)
      await this.#save({ card: ts, drawn, drawnAt: now, inFlight: null })
      return 'told'
    }
    if (drawn === this.#told.drawn) return 'told'
    const next = this.#told.drawnAt + CARD_INTERVAL_MS
    if (now < next && !isUrgent(this.#deployment, pending)) {
      await queue.add(announceAt(id, next))
      return 'put-off'
    }
    await this.#withPlainText(card, (message) => chat.update(message, { channel, ts: this.#told.card ?? '' }))
    await this.#save({ drawn, drawnAt: now })
    return 'told'
  }

  async #tellEntries(pending: readonly TimelineEntry[]): Promise<void> {
    const from = this.#told.cursor
    const audible = pending.filter((entry) => entry.audience !== 'record')
    const now = this.#parts.clock.now()
    const oldest = audible[0]
    if (audible.length > 1 && oldest !== undefined && now - oldest.at > toDeploymentMs(this.#parts.clock, LONG_AGO_MS))
      return this.#tellMissed(audible, from, from + pending.length, now)
    const draw = this.#parts.drawEntry ?? drawEntryView
    for (const [offset, entry] of pending.entries()) {
      const at = from + offset
      let { asked } = this.#told
      if (entry.audience !== 'record') {
        const since = pending.slice(offset + 1)
        const message = draw(entry, this.#deployment, now, since)
        const ts = await this.#post(message, this.#key(String(at)), this.#told.card, entry.audience === 'channel')
        const range = { ts, from: at, to: at }
        asked = remembered(this.#told.asked, askedMessage(range, [entry], this.#deployment, since, now))
      }
      this.#told = { ...this.#told, cursor: at + 1, asked }
    }
    if (pending.length > 0) await this.#save({ inFlight: null })
  }

  async #tellMissed(audible: readonly TimelineEntry[], from: number, to: number, now: number): Promise<void> {
    const draw = this.#parts.drawMissed ?? drawMissedView
    const loud = audible.some((entry) => entry.audience === 'channel')
    const missed = draw(audible, this.#deployment, now)
    const said = this.#perhaps === null ? missed : sayPerhapsTwice(missed)
    const ts = await this.#post(said, this.#key(`${from}-${to - 1}`), this.#told.card, loud)
    const message = askedMessage({ ts, from, to: to - 1 }, audible, this.#deployment, [], now)
    await this.#save({ cursor: to, asked: remembered(this.#told.asked, message), inFlight: null })
  }

  /** Draws anew what was asked and is decided: the sentence stays, the buttons go. Done twice, it comes out the same. */
  async #tellAnswers(): Promise<void> {
    const { asked } = this.#told
    if (asked.length === 0) return
    const from = Math.min(...asked.map((message) => message.from))
    const timeline = await this.#parts.store.timeline(this.#deployment.id, from)
    const now = this.#parts.clock.now()
    for (const before of asked) {
      const entries = timeline.slice(before.from - from, before.to + 1 - from)
      const audible = entries.filter((entry) => entry.audience !== 'record')
      const since = timeline.slice(before.to + 1 - from)
      const after = askedMessage(before, audible, this.#deployment, since, now)
      if (after.drawn === before.drawn && !after.settled) continue
      const there = after.drawn === before.drawn || (await this.#drawAnswer(before, audible, since, now))
      const others = this.#told.asked.filter((message) => message.ts !== before.ts)
      await this.#save({ asked: there ? remembered(others, after) : others })
    }
  }

  /** False when the message is gone: there is nothing left to press. */
  async #drawAnswer(
    { ts, from, to }: AskedMessage,
    entries: readonly TimelineEntry[],
    since: readonly TimelineEntry[],
    now: number,
  ): Promise<boolean> {
    const { chat, log, drawEntry = drawEntryView, drawMissed = drawMissedView } = this.#parts
    const [first] = entries
    if (first === undefined) return false
    const message =
      from === to ? drawEntry(first, this.#deployment, now, since) : drawMissed(entries, this.#deployment, now, since)
    try {
      await this.#withPlainText(message, (sent) => chat.update(sent, { channel: this.#deployment.channel, ts }))
      return true
    } catch (failure) {
      // Lost as a card can be lost; but this one is not posted again.
      if (!(failure instanceof ChatError) || !cardIsLost(failure)) throw failure
      const facts = { deployment: this.#deployment.id, code: failure.code, ts }
      log.warn(facts, 'A message that asked for a decision cannot be edited any more; it is left as it is.')
      return false
    }
  }

  /** Written down first, then sent. A refusal that surely posted nothing is taken back at once. */
  async #post(message: ChatMessage, key: string, thread: string | null, broadcast: boolean): Promise<string> {
    const { channel } = this.#deployment
    const said = this.#perhaps === key ? sayPerhapsTwice(message) : message
    await this.#save({ inFlight: key })
    try {
      return await this.#withPlainText(said, (sent) => this.#parts.chat.post(sent, { channel, thread, broadcast, key }))
    } catch (failure) {
      if (failure instanceof ChatError && surelyNotPosted(failure) && this.#perhaps !== key)
        await this.#save({ inFlight: null })
      throw failure
    }
  }

  /** Content that Slack refuses is our bug; it must not silence the rest. */
  async #withPlainText<Result>(message: ChatMessage, send: (sent: ChatMessage) => Promise<Result>): Promise<Result> {
    try {
      return await send(message)
    } catch (failure) {
      if (!(failure instanceof ChatError)) throw failure
      if (!contentIsRefused(failure)) throw failure
      const facts = { deployment: this.#deployment.id, code: failure.code }
      this.#parts.log.error(facts, 'Slack refused a message of ours; it is told as plain text instead.')
      return send({ text: message.text, blocks: [] })
    }
  }

  async #save(changes: Partial<Told>): Promise<void> {
    this.#told = { ...this.#told, ...changes }
    await this.#parts.store.saveTold(this.#deployment.id, this.#told)
  }

  #key(what: string): string {
    return `${this.#deployment.id}/${what}`
  }
}

/** A late edit is put off; a card that was never posted, or is refused, stops the telling. */
function laterIfThereIsACard(card: string | null): (failure: unknown) => ChatError {
  return (failure) => {
    if (card !== null && failure instanceof ChatError && failure.kind === 'late') return failure
    throw failure
  }
}

/** Breaches, rollbacks and outcomes do not wait for the card's turn. */
function isUrgent(deployment: Deployment, pending: readonly TimelineEntry[]): boolean {
  return deployment.status === 'going-back' || pending.some((entry) => entry.audience === 'channel')
}
