/** The question before an emergency rollback, and what its button carries. */
import type { ChatMessage } from '../../ports/chat.ts'
import { actions, section } from './blocks.ts'
import { ask } from './buttons.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { escapeText } from './mrkdwn.ts'
import { cutLabel } from './text-pieces.ts'

export const EMERGENCY_ACTION = 'emergency'

const EFFECT =
  'Sends all traffic to the version that is written down on the cluster, now, whatever the record says; then the new one is scaled down. The incident is recorded and the channel is told.'

/** Seen by the asker alone. The value is read back by `readEmergencyValue`; who may press it is judged at the click. */
export function drawEmergencyQuestion(service: string, reason: string): ChatMessage {
  const name = escapeText(service)
  return fitToSlack({
    text: `Emergency rollback of ${name}? Nothing has happened yet.`,
    blocks: [
      section(
        `🚨 *Emergency rollback of ${name}?* Nothing has happened yet.\n${EFFECT}\nReason: ${escapeText(reason)}`,
      ),
      ...actions([
        {
          type: 'button',
          action_id: EMERGENCY_ACTION,
          value: `${service}|${reason}`,
          style: 'danger',
          text: { type: 'plain_text', text: cutLabel(`Emergency rollback of ${service}`, 75), emoji: true },
          confirm: ask(`Emergency rollback of ${service}?`, EFFECT, 'Roll back now', 'Do nothing'),
        },
      ]),
    ],
  })
}

/** It travelled through Slack, so it is read like any outside data; undefined when it was not made above. */
export function readEmergencyValue(value: string): { readonly service: string; readonly reason: string } | undefined {
  const [, service, reason] = /^([^|\s]{1,200})\|(\S[\s\S]{0,999})$/.exec(value) ?? []
  return service === undefined || reason === undefined ? undefined : { service, reason }
}
