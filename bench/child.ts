/** A process of its own that answers calls: the parent's side of `processes/serve.ts`. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { compiledProcess } from './compiled.ts'
import type { Answered, Asked, Calls } from './processes/serve.ts'

export interface Child<Api extends Calls<Api>> {
  readonly pid: number
  call<Name extends keyof Api & string>(
    name: Name,
    input: Parameters<Api[Name]>[0],
  ): Promise<Awaited<ReturnType<Api[Name]>>>
  /** As `kill -9`. Resolves when it is gone. */
  kill(): Promise<void>
}

/** `file` is a name in bench/processes, without its ending. Rejects when it ends before it is ready. */
export async function startChild<Api extends Calls<Api>>(file: string): Promise<Child<Api>> {
  const child = fork(compiledProcess(file), { execArgv: [], serialization: 'advanced' })
  const { pid } = child
  const open = new Map<number, (answer: Answered) => void>()
  const ready = new Promise<void>((resolve, reject) => {
    child.once('message', () => resolve())
    child.once('exit', (code) => {
      reject(new Error(`${file} ended with ${code} before it was ready`))
      for (const [id, answer] of open) answer({ id, error: `the process ${file} has ended (${code})` })
    })
  })
  child.on('message', (answer: Answered) => open.get(answer.id)?.(answer))
  await ready
  if (pid === undefined) throw new Error(`${file} has no process id`)
  let asked = 0
  const ask = async (name: string, input: unknown): Promise<unknown> => {
    asked += 1
    const question: Asked = { id: asked, name, input }
    const answer = await new Promise<Answered>((resolve) => {
      open.set(question.id, resolve)
      child.send(question)
    })
    open.delete(question.id)
    if ('error' in answer) throw new Error(`${file}.${name}: ${answer.error}`)
    return answer.result
  }
  return {
    pid,
    call: (name, input) => ask(name, input) as Promise<Awaited<ReturnType<Api[typeof name]>>>,
    kill: () => killed(child),
  }
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}
