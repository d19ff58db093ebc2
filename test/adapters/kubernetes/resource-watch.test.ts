import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { steppedClock } from '../../../src/adapters/clocks.ts'
import { type ApiClient, apiClient } from '../../../src/adapters/kubernetes/api-client.ts'
import { type Credentials, credentialsOf } from '../../../src/adapters/kubernetes/credentials.ts'
import type { JsonObject } from '../../../src/adapters/kubernetes/json.ts'
import { watchResource } from '../../../src/adapters/kubernetes/resource-watch.ts'
import { services } from '../../../src/adapters/kubernetes/target.ts'
import { kubeconfigFor } from '../../../src/demo/cluster/kubeconfig.ts'
import { startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'
import { breakableLine } from './breakable-line.ts'

const START = Date.UTC(2026, 10, 24, 9)
const rest = {
  keyOf: () => undefined,
  slim: (object: JsonObject) => object,
  changed: () => undefined,
  lost: () => undefined,
}
const target = services('default')

describe('a watch over a line that dies without a word', () => {
  let folder: string
  let credentials: Credentials
  let line: Awaited<ReturnType<typeof breakableLine>>
  let simulation: Awaited<ReturnType<typeof startSimulatedCluster>>
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-watch-'))
    simulation = await startSimulatedCluster({ clock: steppedClock(START) })
    line = await breakableLine(simulation.url)
    await writeFile(join(folder, 'kubeconfig'), kubeconfigFor(line.url, 'default'))
    credentials = await credentialsOf(join(folder, 'kubeconfig'), null)
  })
  afterEach(async () => {
    await credentials.close()
    await line.close()
    await simulation.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('is begun anew by another connection', async () => {
    const clock = steppedClock(START)
    const watch = watchResource({ api: apiClient(credentials, 400, 300), clock, target, ...rest })
    await vi.waitFor(() => expect(watch.isLive()).toBe(true), { interval: 5 })
    line.freeze()
    const spec = { selector: { app: 'late' }, ports: [{ port: 80 }] }
    simulation.create('services', 'default', { metadata: { name: 'late' }, spec })
    // The idle connection that carried the list is dead as well: a request over it runs into its limit first.
    await vi.waitFor(
      () => {
        clock.advanceTo(clock.nextDeadline() ?? clock.now())
        expect(watch.get('late')).toBeDefined()
      },
      { timeout: 10_000, interval: 5 },
    )
    watch.stop()
  })

  it('does not pass old copies off as new while it cannot be begun anew, and says once that it is lost', async () => {
    const clock = steppedClock(START)
    const lost = vi.fn()
    const watch = watchResource({ ...rest, api: apiClient(credentials, 300, 300), clock, target, lost })
    await vi.waitFor(() => expect(watch.isLive()).toBe(true), { interval: 5 })
    simulation.setFault({ answer: 'hang' })
    await vi.waitFor(
      () => {
        clock.advanceTo(clock.nextDeadline() ?? clock.now())
        expect(watch.isLive()).toBe(false)
      },
      { timeout: 10_000, interval: 5 },
    )
    await vi.waitFor(() => expect(lost).toHaveBeenCalledTimes(1), { timeout: 10_000, interval: 5 })
    watch.stop()
  })
})

describe('a watch', () => {
  const item = (name: string, resourceVersion: string) => ({ metadata: { name, uid: `uid-${name}`, resourceVersion } })
  const event = (type: string, object: object) => JSON.stringify({ type, object })
  const nothing = () => Promise.reject(new Error('not asked for here'))

  /** An API whose streams end at once, after the given lines. */
  function shortApi(streams: readonly (readonly string[])[], listed: readonly JsonObject[] = []) {
    const queries: (string | undefined)[] = []
    let lists = 0
    const api: ApiClient = {
      json: nothing,
      text: nothing,
      through: nothing,
      discover: nothing,
      list: async () => {
        lists++
        return { items: listed, resourceVersion: String(lists * 100) }
      },
      lines: async function* (_target, ask, opened) {
        const lines = streams[queries.length] ?? []
        queries.push(ask.query?.resourceVersion)
        opened()
        yield* lines
      },
    }
    return { api, queries, lists: () => lists }
  }

  it('goes on from the last event, and waits longer each time a stream ends at once', async () => {
    const clock = steppedClock(START)
    const changed = vi.fn()
    const added = event('ADDED', item('api', '105'))
    const { api, queries, lists } = shortApi([[added, event('BOOKMARK', item('', '107'))]])
    const watch = watchResource({ ...rest, api, clock, target, changed })
    await vi.waitFor(() => expect(queries).toEqual(['100', '107']), { interval: 5 })
    expect(watch.get('api')).toMatchObject({ metadata: { resourceVersion: '105' } })
    expect(watch.isLive()).toBe(false)
    const waits: number[] = []
    for (let round = 3; round <= 5; round++) {
      await vi.waitFor(() => expect(clock.nextDeadline()).toBeGreaterThan(clock.now()), { interval: 5 })
      waits.push((clock.nextDeadline() ?? 0) - clock.now())
      clock.advanceTo(clock.nextDeadline() ?? 0)
      await vi.waitFor(() => expect(queries).toHaveLength(round), { interval: 5 })
    }
    expect(waits).toEqual([200, 400, 800])
    expect(lists()).toBe(1)
    expect(changed).toHaveBeenCalledTimes(1)
    watch.stop()
  })

  it('lists anew when the server has forgotten, and drops what is gone', async () => {
    const clock = steppedClock(START)
    const gone = event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })
    const { api, queries } = shortApi([[event('ADDED', item('old', '105')), gone]], [item('api', '90')])
    const watch = watchResource({ ...rest, api, clock, target })
    await vi.waitFor(() => expect(queries).toEqual(['100', '200']), { interval: 5 })
    expect(watch.get('old')).toBeUndefined()
    expect(watch.get('api')).toBeDefined()
    watch.stop()
  })

  it('does not take an older copy for a newer one, nor a late deletion for one of its successor', async () => {
    const clock = steppedClock(START)
    const successor = { metadata: { name: 'api', uid: 'uid-2', resourceVersion: '120' } }
    const late = [event('MODIFIED', item('api', '104')), event('DELETED', item('api', '105'))]
    const { api, queries } = shortApi([[], late])
    const watch = watchResource({ ...rest, api, clock, target })
    await vi.waitFor(() => expect(queries).toHaveLength(1), { interval: 5 })
    watch.put('api', successor)
    await vi.waitFor(
      () => {
        clock.advanceTo(clock.nextDeadline() ?? clock.now())
        expect(queries.length).toBeGreaterThan(2)
      },
      { interval: 5 },
    )
    expect(watch.get('api')).toEqual(successor)
    watch.stop()
  })
})
