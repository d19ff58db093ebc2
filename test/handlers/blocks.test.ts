/** Blocked images, as people meet them. */
import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { answerWith } from '../../src/handlers/answer.ts'
import type { Desk } from '../../src/handlers/desk.ts'
import { ChatError } from '../../src/ports/chat.ts'
import type { ImageAnswer } from '../../src/ports/registry.ts'
import { ana, ben, makeService, T0 } from '../playbook/fixtures.ts'
import { recordedChat } from '../running/recorded-chat.ts'

const BLOCK = {
  service: 'api',
  version: 'v2.0',
  digest: 'sha256:aa',
  deployment: 'api-1',
  at: T0,
  by: null,
  why: 'errors 4 %',
}

async function begin({
  image = { kind: 'found', digest: 'sha256:aa' },
  chat,
}: {
  image?: ImageAnswer
  chat?: Desk['chat']
} = {}) {
  const clock = steppedClock(T0)
  const store = memoryStore()
  await store.block(BLOCK)
  const nobody = () => Promise.reject(new Error('nobody looks here'))
  const recorded = recordedChat()
  const desk: Desk = {
    store,
    queue: memoryQueue({ clock }),
    people: { lookup: async (id) => ({ id, name: id === ana.id ? ana.name : ben.name, team: 'T0', kind: 'member' }) },
    cluster: {
      look: nobody,
      pinned: nobody,
      ensureSlot: nobody,
      restore: nobody,
      changedConfigs: nobody,
      tidy: nobody,
    },
    registry: { resolve: async () => image },
    probe: { get: async () => ({ kind: 'silent', why: 'nobody is asked here' }) },
    incidents: { append: async () => {} },
    chat: chat ?? recorded,
    clock,
    log: { debug() {}, info() {}, warn() {}, error() {} },
    services: [makeService({ approvers: [ben.id], deployers: [ana.id] })],
  }
  const answer = answerWith(desk)
  const asker = (id: string) => ({ id, team: 'T0', channel: 'C0DEPLOYS' })
  return {
    store,
    said: recorded.said,
    deploy: (version = 'v2.0') => answer({ verb: 'deploy', service: 'api', version }, asker(ana.id)),
    unblock: (version: string, reason?: string, who = ben.id) =>
      answer({ verb: 'unblock', service: 'api', version, ...(reason === undefined ? {} : { reason }) }, asker(who)),
  }
}

describe('a blocked image', () => {
  it('is not deployed, under its tag or another', async () => {
    const { deploy, store } = await begin()
    expect(await deploy()).toMatchObject({ kind: 'refused', refusal: { code: 'version-blocked' } })
    expect(await deploy('v2.0-again')).toMatchObject({ kind: 'refused', refusal: { code: 'version-blocked' } })
    expect(await store.latest('api')).toBeUndefined()
  })
  it('lets another image of the same tag through', async () => {
    expect(await (await begin({ image: { kind: 'found', digest: 'sha256:bb' } })).deploy()).toMatchObject({
      kind: 'done',
    })
  })
  it('goes by the tag when the registry does not answer', async () => {
    const { deploy } = await begin({ image: { kind: 'unknown', why: 'no credentials' } })
    expect(await deploy()).toMatchObject({ kind: 'refused', refusal: { code: 'version-blocked' } })
    expect(await deploy('v2.1')).toMatchObject({ kind: 'done' })
  })
})

describe('unblocking', () => {
  it('is told in the channel, with who and why, and clears the way', async () => {
    const { deploy, unblock, said } = await begin()
    expect(await unblock('v2.0', 'the <database> was at fault')).toMatchObject({ kind: 'done' })
    expect(said.map((row) => row.text)).toEqual([
      '🔓 api v2.0 is no longer blocked (rolled back as api-1: errors 4 %). Ben cleared it: the &lt;database&gt; was at fault.',
    ])
    expect(await deploy()).toMatchObject({ kind: 'done' })
  })
  it('takes the digest as well as the version', async () => {
    const { unblock, store } = await begin()
    expect(await unblock('sha256:aa', 'mended')).toMatchObject({ kind: 'done' })
    expect(await store.blocked('api')).toEqual([])
  })
  it('needs a reason, an approver, and something that is blocked', async () => {
    const { unblock, store } = await begin()
    expect(await unblock('v2.0')).toMatchObject({ kind: 'refused', refusal: { code: 'reason-missing' } })
    expect(await unblock('v2.0', 'please', ana.id)).toMatchObject({ kind: 'refused', refusal: { code: 'not-allowed' } })
    expect(await unblock('v3.0', 'mended')).toMatchObject({
      kind: 'refused',
      refusal: { code: 'not-blocked', next: 'Blocked are: v2.0.' },
    })
    expect(await store.blocked('api')).toHaveLength(1)
  })
  it('stands although Slack cannot be told, and says so', async () => {
    const post = () => Promise.reject(new ChatError('late', 'service_unavailable', '503'))
    const { unblock, store } = await begin({ chat: { post } })
    expect(await unblock('v2.0', 'mended')).toMatchObject({
      kind: 'done',
      text: expect.stringContaining('could not be told') as string,
    })
    expect(await store.blocked('api')).toEqual([])
  })
})
