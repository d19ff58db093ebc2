/** The bot as a process, again and again; while one lives that is to die, the next one is loaded. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Orders } from './bot-process.ts'
import type { Town } from './town.ts'

export interface BotProcess {
  /** Resolves with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>
  /** Takes commands and jobs, or is dead already. */
  readonly ready: Promise<void>
}

export interface BotProcesses {
  /** Starts one that dies where it is told to (see bot-process.ts), or lives on with null. */
  start(die: string | null): BotProcess
  /** Kills them all. */
  stop(): Promise<void>
}

/** `path`: of the compiled bot-process.ts. */
export function botProcesses(town: Town, path: string): BotProcesses {
  const all: { readonly child: ChildProcess; readonly ended: Promise<NodeJS.Signals | null> }[] = []
  const load = () => {
    const child = fork(path, [], { execArgv: [], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const ended = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null)
    const entry = { child, ended }
    all.push(entry)
    return entry
  }
  let spare: ReturnType<typeof load> | undefined
  return {
    start(die) {
      const { child, ended } = spare ?? load()
      spare = undefined
      const ready = new Promise<void>((resolve, reject) => {
        child.on('message', (message) => (message === 'ready' ? resolve() : town.poke()))
        void ended.then((signal) => (signal === 'SIGKILL' ? resolve() : reject(new Error('the bot did not start'))))
      })
      if (die !== null)
        void ready.then(() => {
          spare = load()
        })
      const orders: Orders = { ...town.papers, die }
      child.send(orders)
      return { ready, ended }
    },
    async stop() {
      for (const { child } of all) child.kill('SIGKILL')
      await Promise.all(all.map(({ ended }) => ended))
    },
  }
}
