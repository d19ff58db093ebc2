/** The answer to a command that was not understood: what was, where it stopped, and what to type. Never a usage dump. */

import type { ChatMessage } from '../../ports/chat.ts'
import type { ParseFault } from '../command/parse-fault.ts'
import { context, section } from './blocks.ts'
import { fitToSlack } from './fit-to-slack.ts'
import { code, escapeText } from './mrkdwn.ts'
import { cutLabel } from './text-pieces.ts'

/** A typed word is shown up to so many characters. */
const WORD = 80

export function drawParseFault(fault: ParseFault): ChatMessage {
  const why = escapeText(cutLabel(fault.why, 600))
  const nearest = fault.nearest === null ? '' : ` Did you mean ${code(fault.nearest)}?`
  const spokenNearest = fault.nearest === null ? '' : ` Did you mean ${escapeText(fault.nearest)}?`
  return fitToSlack({
    text: `Not understood. ${why}${spokenNearest} For example: ${escapeText(fault.example)}`,
    blocks: [
      section(`🤔 *Not understood.* ${why}${nearest}`),
      ...where(fault),
      section(`For example: ${code(fault.example)}`),
      context(
        `Nothing was changed. ${code(`${fault.example.split(' ')[0] ?? '/deploy'} help`)} shows everything. Code ${fault.code}`,
      ),
    ],
  })
}

function where(fault: ParseFault) {
  const understood = fault.understood
    .slice(0, 12)
    .map((word) => cutLabel(word, WORD))
    .join(' ')
  const read = understood === '' ? 'I read' : `I read ${code(understood)} and then`
  if (fault.bad !== null) return [section(`${read} ➡️ ${code(cutLabel(fault.bad, WORD))} ⬅️ here I stopped.`)]
  return understood === '' ? [] : [section(`I read ${code(understood)}, and there a word is missing.`)]
}
