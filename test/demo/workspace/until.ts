import type { Workspace } from '../../../src/demo/workspace/workspace-interface.ts'

/** Resolves with the first defined answer of `look`, asked now and after every change of messages or modals. */
export function until<T>(workspace: Workspace, look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const ask = () => {
      const found = look()
      if (found === undefined) return
      stop()
      resolve(found)
    }
    const stops = [workspace.onChange(ask), workspace.onViewChange(ask)]
    const stop = () => {
      for (const end of stops) end()
    }
    ask()
  })
}
