/** Under which token an emergency rollback writes: whoever carries it out, the one who ordered it or a worker after a crash. */
import { emergencyTime } from '../playbook/emergency.ts'
import type { WriteContext } from './cluster.ts'

/** Tidying comes after restoring, so that a restore that was asleep cannot lead traffic to pods that were tidied away. */
const REVISIONS = { restore: 1, tidy: 2 } as const

export function emergencyContext(id: string, step: keyof typeof REVISIONS, signal: AbortSignal): WriteContext {
  return { deployment: id, number: emergencyTime(id), revision: REVISIONS[step], lasting: true, signal }
}
