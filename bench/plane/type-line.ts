import type { Child } from '../child.ts'
import type { WorkspaceApi } from '../processes/workspace.ts'

/** Types a command in the Slack stand-in; what the person reads. Throws when it was not acknowledged. */
export async function typeLine(workspace: Child<WorkspaceApi>, line: string): Promise<string> {
  const { ok, shown } = await workspace.call('command', { line })
  if (!ok) throw new Error(`${line}: ${shown}`)
  return shown
}
