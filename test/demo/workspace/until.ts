import type { Workspace } from '../../../src/demo/workspace/workspace.ts'

/** Resolves with the first defined answer of `look`, asked now and after every change of the workspace. */
export function until<T>(workspace: Workspace, look: () => T | undefined): Promise<T> {
  return new Promise((resolve) => {
    const ask = () => {
      const found = look()
      if (found === undefined) return
      stop()
      resolve(found)
    }
    const stop = workspace.onChange(ask)
    ask()
  })
}
