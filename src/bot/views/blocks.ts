/** The few kinds of blocks we send. All of them are shown by every Slack client. */
import type { ActionsBlock, Button, ContextBlock, DividerBlock, HeaderBlock, SectionBlock } from '@slack/web-api'

export type Block = SectionBlock | ContextBlock | HeaderBlock | DividerBlock | ActionsBlock

export function header(text: string): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text, emoji: true } }
}

/** `verbatim`: Slack must not turn typed addresses and names into links and mentions. */
export function section(text: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } }
}

export function context(...texts: readonly string[]): ContextBlock {
  return { type: 'context', elements: texts.map((text) => ({ type: 'mrkdwn', text, verbatim: true })) }
}

export function divider(): DividerBlock {
  return { type: 'divider' }
}

/** An empty list where there is nothing to press: Slack refuses an empty row of buttons. */
export function actions(buttons: readonly Button[]): readonly ActionsBlock[] {
  return buttons.length === 0 ? [] : [{ type: 'actions', elements: [...buttons] }]
}
