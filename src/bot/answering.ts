/**
 * From an intent to what the asker reads, in time for Slack: it waits 3 s for an acknowledgement and never asks again.
 * Whatever goes wrong, the answer says whether anything was recorded.
 */
import type { Answer, Asker, Intent } from '../handlers/ask.ts'
import type { Refusal } from '../playbook/refusal.ts'
import { ChatError, type ChatMessage } from '../ports/chat.ts'
import type { Log } from '../ports/log.ts'
import { StoreUnavailable } from '../ports/store.ts'
import type { Catalogue } from './command/parse-fault.ts'
import type { Channels } from './slack-channels.ts'
import { drawRefusal, drawReply } from './views/reply.ts'

export interface Answering {
  readonly answer: Answer
  readonly channels: Channels
  readonly log: Log
  readonly catalogue: Catalogue
  /** Slack channel ids by service, to know where a card would go. */
  readonly channelOf: (service: string) => string | undefined
  readonly commandName: string
  /** Real ms until the asker is told that the answer is not there yet. Default 2.5 s. */
  readonly patienceMs?: number
}

export interface Answered {
  readonly message: ChatMessage
  /** Did the record change as asked? Then card and thread tell the rest. */
  readonly done: boolean
  /** Set when `message` only says that it takes longer; resolves with the real answer. */
  readonly later?: Promise<Answered>
}

const PATIENCE_MS = 2_500

/** Never rejects. */
export async function answerInTime(
  parts: Answering,
  intent: Intent,
  asker: Asker,
  how: 'typed' | 'pressed',
): Promise<Answered> {
  const answered = answerAlways(parts, intent, asker, how)
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), parts.patienceMs ?? PATIENCE_MS)
  })
  const first = await Promise.race([answered, late])
  clearTimeout(timer)
  if (first !== undefined) return first
  parts.log.warn({ intent, asker: asker.id }, 'The answer takes longer than Slack waits; the asker was told so.')
  const meanwhile = intent.verb === 'emergency' ? UNDER_WAY : notKnownYet(how)
  return { message: refusalMessage(parts, meanwhile), done: false, later: answered }
}

async function answerAlways(
  parts: Answering,
  intent: Intent,
  asker: Asker,
  how: 'typed' | 'pressed',
): Promise<Answered> {
  try {
    const foreign = await channelRefusal(parts, intent, asker, how)
    if (foreign !== undefined) return { message: refusalMessage(parts, foreign), done: false }
    const reply = await parts.answer(intent, asker)
    const message = drawReply(reply, { catalogue: parts.catalogue, commandName: parts.commandName })
    return { message, done: reply.kind === 'done' }
  } catch (failure) {
    return { message: refusalMessage(parts, refusalFor(parts, failure, intent, how)), done: false }
  }
}

function refusalMessage(parts: Answering, refusal: Refusal): ChatMessage {
  return drawRefusal(refusal, parts.commandName)
}

/**
 * No deployment is started into a channel that other organisations see, or that the bot is not in; and no button there
 * approves or resumes. Going back, holding and asking are never stopped by this, nor is what a member types.
 */
async function channelRefusal(
  { channels, channelOf }: Answering,
  intent: Intent,
  asker: Asker,
  how: 'typed' | 'pressed',
): Promise<Refusal | undefined> {
  if (intent.verb === 'deploy') {
    const channel = channelOf(intent.service)
    if (channel === undefined) return undefined
    const { shared, member } = await channels.facts(channel)
    return shared ? sharedRefusal(intent.service) : member ? undefined : notThere(intent.service, channel)
  }
  if (how === 'typed' || (intent.verb !== 'approve' && intent.verb !== 'resume')) return undefined
  const { shared } = await channels.facts(asker.channel)
  return shared ? sharedRefusal(intent.service) : undefined
}

function sharedRefusal(service: string): Refusal {
  return {
    code: 'channel-shared',
    what: `Not done: the channel of ${service} is shared with another organisation.`,
    traffic: 'Nothing has changed.',
    next: `Type the command in a channel of your own, and name one for ${service} in tminus.yml.`,
  }
}

function notThere(service: string, channel: string): Refusal {
  return {
    code: 'not-recorded',
    what: `Not started: the bot is not in <#${channel}>, where the card of ${service} would be.`,
    traffic: 'Nothing has changed.',
    next: `Type \`/invite @tminus\` in <#${channel}>, then type it again.`,
  }
}

const AGAIN = {
  typed: 'Type it again; doing it twice is harmless.',
  pressed: 'Press again; pressing twice is harmless.',
} as const

/** What changes nothing and needs no record of its own. */
const LOOKING: readonly Intent['verb'][] = ['plan', 'status', 'help']

function refusalFor({ log }: Answering, failure: unknown, intent: Intent, how: 'typed' | 'pressed'): Refusal {
  const unchanged = 'What is running goes on as it is.'
  if (failure instanceof StoreUnavailable) {
    log.error(
      { intent, failure: failure.message },
      'The store cannot be reached; the asker was told that nothing is recorded.',
    )
    const what = LOOKING.includes(intent.verb)
      ? 'Not shown: the record could not be read in time.'
      : 'Not recorded: the record could not be written in time.'
    return { code: 'not-recorded', what, traffic: unchanged, next: AGAIN[how] }
  }
  if (failure instanceof ChatError) {
    log.warn({ intent, code: failure.code }, 'Slack could not be asked; the asker was told that nothing is recorded.')
    const what = `Not recorded: Slack could not be asked about you or the channel (${failure.code}).`
    return { code: 'not-recorded', what, traffic: unchanged, next: AGAIN[how] }
  }
  log.error({ intent, failure }, 'An answer failed: this is a bug.')
  const what = 'Something broke in T-Minus itself; it is not known whether this was recorded.'
  return { code: 'not-recorded', what, traffic: unchanged, next: 'See `/deploy status`, then try again.' }
}

const UNDER_WAY: Refusal = {
  code: 'not-recorded',
  what: 'The emergency rollback is under way and not done yet.',
  traffic: 'Traffic is being moved to the version that is written down on the cluster.',
  next: 'You will be told here. From a shell: `tminus emergency <service>`.',
}

function notKnownYet(how: 'typed' | 'pressed'): Refusal {
  return {
    code: 'not-recorded',
    what: 'This takes longer than it should; it is not known yet whether it was recorded.',
    traffic: 'What is running goes on as it is.',
    next: `You will be told here. If not: see \`/deploy status\`. ${AGAIN[how]}`,
  }
}
