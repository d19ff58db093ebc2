/**
 * What arrives from Slack, and what answers it. Who asks is read from the verified payload only; a button's value says
 * what it was drawn for, never who may press it.
 */
import type { App, BlockAction, ButtonAction, RespondFn, SlashCommand } from '@slack/bolt'
import type { Asker, Intent } from '../handlers/ask.ts'
import type { Refusal } from '../playbook/refusal.ts'
import type { ChatMessage } from '../ports/chat.ts'
import { type Answered, type Answering, answerInTime } from './answering.ts'
import { readButtonValue } from './button-value.ts'
import { parseCommand } from './command/parse-command.ts'
import { BUTTON_VERBS, type ButtonVerb } from './views/buttons.ts'
import { EMERGENCY_ACTION, readEmergencyValue } from './views/emergency.ts'
import { drawParseFault } from './views/fault.ts'
import { drawHelp } from './views/help.ts'
import { drawRefusal } from './views/reply.ts'

const FOREIGN_BUTTON: Refusal = {
  code: 'old-card',
  what: 'That button is not from a card of this bot as it is now.',
  traffic: 'Nothing has changed.',
  next: 'See `/deploy status`.',
}

/** Every route of the bot: one command, and one action for each verb a button can have. */
export function route(app: App, parts: Answering): void {
  app.command(parts.commandName, async ({ ack, command, respond }) => {
    const answered = await onCommand(parts, command)
    await ack(privately(answered.message))
    await tellLater(parts, answered, respond)
  })
  app.action<BlockAction<ButtonAction>>(
    { type: 'block_actions', action_id: EMERGENCY_ACTION },
    async ({ ack, body, action, respond }) => {
      // Acknowledged first: what follows takes longer than a record's write, and is told in words either way.
      await ack()
      const answered = await onEmergency(parts, action.value ?? '', askerOf(body))
      // The question goes with its button, unless it is still open.
      await respondOrLog(parts, respond, answered.message, answered.done || answered.later !== undefined)
      await tellLater(parts, answered, respond)
    },
  )
  for (const verb of BUTTON_VERBS) {
    app.action<BlockAction<ButtonAction>>(
      { type: 'block_actions', action_id: verb },
      async ({ ack, body, action, respond }) => {
        const answered = await onClick(parts, verb, action.value ?? '', askerOf(body))
        await ack()
        // The card and the thread tell what was done; only a refusal needs words.
        if (!answered.done) await respondOrLog(parts, respond, answered.message)
        await tellLater(parts, answered, respond)
      },
    )
  }
}

async function onEmergency(parts: Answering, value: string, asker: Asker): Promise<Answered> {
  const asked = readEmergencyValue(value)
  if (asked === undefined) return { message: drawRefusal(FOREIGN_BUTTON, parts.commandName), done: false }
  return answerInTime(parts, { verb: 'emergency', ...asked, confirmed: true }, asker, 'pressed')
}

async function onCommand(parts: Answering, command: SlashCommand): Promise<Answered> {
  const parsed = parseCommand(command.text, parts.catalogue, parts.commandName)
  if (!parsed.ok) return { message: drawParseFault(parsed.fault), done: false }
  const { intent } = parsed
  // Help is drawn from the catalogue at hand: it works when nothing else does.
  if (intent.verb === 'help')
    return { message: drawHelp(parts.catalogue, intent.topic, parts.commandName), done: false }
  const asker = { id: command.user_id, team: command.team_id, channel: command.channel_id }
  return answerInTime(parts, intent, asker, 'typed')
}

async function onClick(parts: Answering, verb: ButtonVerb, value: string, asker: Asker): Promise<Answered> {
  const drawnFor = readButtonValue(value)
  if (drawnFor === undefined) {
    return { message: drawRefusal(FOREIGN_BUTTON, parts.commandName), done: false }
  }
  const { service, ...card } = drawnFor
  const intent: Intent = { verb, service, card }
  return answerInTime(parts, intent, asker, 'pressed')
}

function askerOf(body: BlockAction): Asker {
  return {
    id: body.user.id,
    team: body.user.team_id ?? body.team?.id ?? '',
    channel: body.channel?.id ?? '',
  }
}

async function tellLater(parts: Answering, answered: Answered, respond: RespondFn): Promise<void> {
  const later = await answered.later
  if (later !== undefined) await respondOrLog(parts, respond, later.message)
}

/** The record has decided already; an answer that cannot be delivered changes nothing. */
async function respondOrLog(
  parts: Answering,
  respond: RespondFn,
  message: ChatMessage,
  replaces = false,
): Promise<void> {
  try {
    await respond({ ...privately(message), replace_original: replaces })
  } catch (failure) {
    parts.log.warn({ failure, text: message.text }, 'An answer could not be delivered to the asker.')
  }
}

function privately(message: ChatMessage) {
  return { response_type: 'ephemeral' as const, text: message.text, blocks: [...message.blocks] }
}
