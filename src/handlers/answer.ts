/** The table: one handler for each thing a person may ask. */
import type { Answer, Intent } from './ask.ts'
import { unblock } from './blocks.ts'
import * as decisions from './decisions.ts'
import type { Desk } from './desk.ts'
import { emergency } from './emergency.ts'
import { showPlan, showStatus } from './show.ts'
import { startDeployment } from './start-deployment.ts'

export function answerWith(desk: Desk): Answer {
  return async (intent: Intent, asker) => {
    switch (intent.verb) {
      case 'deploy':
        return startDeployment(desk, intent, asker)
      case 'plan':
        return showPlan(desk, intent)
      case 'status':
        return showStatus(desk, intent)
      case 'help':
        return { kind: 'help', topic: intent.topic ?? null }
      case 'approve':
        return decisions.approve(desk, intent, asker)
      case 'hold':
        return decisions.hold(desk, intent, asker)
      case 'resume':
        return decisions.resume(desk, intent, asker)
      case 'abort':
        return decisions.abort(desk, intent, asker)
      case 'emergency':
        return emergency(desk, intent, asker)
      case 'unblock':
        return unblock(desk, intent, asker)
      case 'rollback':
        return decisions.rollback(desk, intent, asker)
    }
  }
}
