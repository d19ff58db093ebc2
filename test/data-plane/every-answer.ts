/**
 * Asks everybody whom a request might meet, each time that changes. Where time stands still between two changes, this is
 * what a constant load would meet at its worst: not a sample of the requests, all of them.
 */
import { Agent, request } from 'undici'
import type { DataPlane, TestProxy } from './data-plane.ts'

export interface Answers {
  /** How many requests were made. */
  readonly asked: number
  /** How many were answered, by version. */
  readonly served: Readonly<Record<string, number>>
  /** What went wrong, one line each: which proxy, which way, why. */
  readonly lost: readonly string[]
}

export interface Asker {
  /** Asks if anything is different from the last time. */
  askIfChanged(): Promise<void>
  answers(): Answers
  stop(): Promise<void>
}

export function askEverybody(plane: DataPlane): Asker {
  const agent = new Agent({ connections: 1 })
  const served: Record<string, number> = {}
  const lost: string[] = []
  const before = new Map<TestProxy, string>()
  let asked = 0
  const askPod = async (name: string): Promise<string | { readonly failed: string }> => {
    const process = plane.pods.find(name)
    if (!process) return { failed: `${name} is gone` }
    try {
      const { statusCode, body } = await request(`http://127.0.0.1:${await process.server.port}/`, {
        dispatcher: agent,
      })
      await body.text()
      return statusCode === 200 ? process.server.version : { failed: `${name} answers ${statusCode}` }
    } catch (error) {
      return { failed: `${name} does not answer: ${error instanceof Error ? error.message : String(error)}` }
    }
  }
  const ask = async (proxy: TestProxy) => {
    for (const { name, pods } of proxy.backends()) {
      const answers: (string | { readonly failed: string })[] =
        pods.length === 0 ? [{ failed: 'no endpoint' }] : await Promise.all(pods.map(askPod))
      for (const answer of answers) {
        asked += 1
        if (typeof answer === 'string') served[answer] = (served[answer] ?? 0) + 1
        else lost.push(`${proxy.view.lags.name}: ${name}: ${answer.failed}`)
      }
    }
  }
  return {
    async askIfChanged() {
      for (const proxy of plane.proxies) {
        const now = JSON.stringify([proxy.backends(), [...plane.pods.states()]])
        if (now === before.get(proxy)) continue
        before.set(proxy, now)
        await ask(proxy)
      }
    },
    answers: () => ({ asked, served: { ...served }, lost: [...lost] }),
    stop: () => agent.close(),
  }
}
