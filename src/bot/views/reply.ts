/** What only the asker sees: the answer to a command or a click. */
import type { Reply } from '../../handlers/ask.ts'
import type { Refusal } from '../../playbook/refusal.ts'
import type { ChatMessage } from '../../ports/chat.ts'
import { asTypedHere } from '../as-typed-here.ts'
import type { Catalogue } from '../command/parse-fault.ts'
import { context, section } from './blocks.ts'
import { drawEmergencyQuestion } from './emergency.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { drawHelp } from './help.ts'
import { escapeText } from './mrkdwn.ts'
import { drawPlan } from './plan.ts'
import { drawStatus } from './status.ts'

export interface ReplyFacts {
  readonly catalogue: Catalogue
  /** What people type here; texts written for `/deploy` are told with it. Default `/deploy`. */
  readonly commandName?: string
}

export function drawReply(reply: Reply, { catalogue, commandName = '/deploy' }: ReplyFacts): ChatMessage {
  switch (reply.kind) {
    case 'done': {
      const text = withChannels(escapeText(asTypedHere(reply.text, commandName)))
      return fitToSlack({ text, blocks: [section(text)] })
    }
    case 'plan':
      return drawPlan(reply.plan, reply.notes)
    case 'status':
      return drawStatus(reply.deployments, reply.now, reply.service)
    case 'confirm-emergency':
      return drawEmergencyQuestion(reply.service, reply.reason)
    case 'help':
      return drawHelp(catalogue, reply.topic ?? undefined, commandName)
    case 'refused':
      return drawRefusal(reply.refusal, commandName)
  }
}

/** What is blocked and why, what that means for traffic, what to do next; the code stands last, for searching. */
export function drawRefusal(refusal: Refusal, commandName = '/deploy'): ChatMessage {
  const what = withChannels(escapeText(asTypedHere(refusal.what, commandName)))
  const traffic = escapeText(asTypedHere(refusal.traffic, commandName))
  const next = withPeople(withChannels(escapeText(asTypedHere(refusal.next, commandName))))
  return fitToSlack({
    text: `${what} ${traffic} ${next}`,
    blocks: [section(`⛔ *${what.replaceAll('*', '')}*\n${traffic}\n${next}`), context(`Code ${refusal.code}`)],
  })
}

/** The people who may clear a refusal are named by handlers as `<@id>`; a private answer notifies none of them. */
function withPeople(escaped: string): string {
  return escaped.replace(/&lt;@([UW][A-Z0-9]{1,20})&gt;/g, '<@$1>')
}

/** Channels are named by handlers as `<#id>`; that notifies nobody. */
function withChannels(escaped: string): string {
  return escaped.replace(/&lt;#(C[A-Z0-9]{1,20})&gt;/g, '<#$1>')
}
