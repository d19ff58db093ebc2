/** The edge and the handlers together, on the local workspace: what people type and press, and what they read. */
import { afterEach, describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { memoryQueue } from '../../src/adapters/memory/memory-queue.ts'
import { memoryStore } from '../../src/adapters/memory/memory-store.ts'
import { announcer } from '../../src/bot/announcer.ts'
import { startSlack } from '../../src/bot/app.ts'
import { slackPorts } from '../../src/bot/slack-ports.ts'
import type { Workspace } from '../../src/demo/workspace/workspace-interface.ts'
import { answerWith } from '../../src/handlers/answer.ts'
import type { Desk } from '../../src/handlers/desk.ts'
import type { DeploymentEvent } from '../../src/playbook/events.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import { followUp } from '../../src/ports/follow-up.ts'
import { recordThrough } from '../../src/ports/ledger.ts'
import { DEPLOYS, LEE, quietLog, read, SAM, workspaceFor } from './slack-workspace.ts'
import { api, healthySample, TWO_PM } from './views/sample-deployment.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

async function begin(cluster: Partial<Desk['cluster']> = {}) {
  const clock = steppedClock(TWO_PM)
  const workspace = await workspaceFor({
    clock,
    scopes: ['commands', 'chat:write', 'users:read', 'channels:read', 'groups:read'],
  })
  closing.push(() => workspace.stop())
  const { log } = quietLog()
  const store = memoryStore()
  const queue = memoryQueue({ clock })
  const slack = { botToken: workspace.botToken, appToken: workspace.appToken, apiUrl: workspace.apiUrl }
  const ports = slackPorts(slack, log)
  const incidents: string[] = []
  const nobody = () => Promise.reject(new Error('nobody looks here'))
  const answer = answerWith({
    store,
    queue,
    people: ports.people,
    cluster: {
      look: nobody,
      pinned: nobody,
      ensureSlot: nobody,
      restore: nobody,
      changedConfigs: nobody,
      tidy: nobody,
      ...cluster,
    },
    registry: { resolve: async () => ({ kind: 'unknown', why: 'there is no registry here' }) },
    probe: { get: async () => ({ kind: 'silent', why: 'nobody is asked here' }) },
    incidents: { append: async (_, line) => void incidents.push(line) },
    chat: ports.chat,
    clock,
    log,
    services: [api],
  })
  const bot = await startSlack({ answer, services: [api], log, slack, ports })
  closing.push(() => bot.stop())
  const idle = () => Promise.resolve()
  const announce = announcer({ store, chat: ports.chat, queue, clock, log })
  await queue.work({ announce, advance: idle, guard: idle, 'check-in': idle, 'way-back': idle })
  const happens = async (event: DeploymentEvent) => {
    const outcome = await recordThrough(
      store,
      'api-1',
      () => clock.now(),
      () => ({ event }),
    )
    if (!outcome.ok) throw new Error(outcome.refusal.what)
    await followUp(queue, outcome.value.deployment, outcome.value.entries, clock.now())
    await queue.runDue()
  }
  return { incidents, workspace, queue, clock, store, happens }
}

/** Steps done until the approval of the first share is asked for. */
async function untilApproval(happens: (event: DeploymentEvent) => Promise<void>): Promise<void> {
  for (const step of ['checks', 'baseline', 'room', 'pin', 'start', 'logs'])
    await happens({
      type: 'step-done',
      step,
      text: `${step}: there`,
      ...(step === 'checks' ? { facts: { fromVersion: 'v1.9' } } : {}),
    })
}

const cardOf = (workspace: Workspace) => workspace.messages(DEPLOYS)[0]
const press = (workspace: Workspace, userId: string, actionId: string, messageTs = cardOf(workspace)?.ts ?? '') =>
  workspace.click({ userId, channelId: DEPLOYS, messageTs, actionId })

/** The newest private answer to this person that says `words`. */
function told(workspace: Workspace, user: string, words: string): Promise<string> {
  return new Promise((resolve) => {
    const look = () => {
      const newest = read(workspace.ephemerals(user).at(-1))
      if (!newest.includes(words)) return
      stop()
      resolve(newest)
    }
    const stop = workspace.onChange(look)
    look()
  })
}

describe('a deployment in Slack', () => {
  it('is one card from the command to the approval, with everything else in its thread', async () => {
    const { workspace, queue, clock, happens, store } = await begin()
    const answer = await workspace.command(SAM, DEPLOYS, '/deploy Api v2.0 canary')
    expect(read(answer.shown)).toContain('api-1: api v2.0 by canary has started')
    await queue.runDue()
    expect(read(cardOf(workspace))).toContain('api v2.0 · canary · ▶️ Running')
    await untilApproval(happens)
    const [card, asked] = workspace.messages(DEPLOYS)
    expect(read(card)).toContain('Waits for approval of 5 % of traffic, by @U0LEE, @U0MIRA')
    expect(read(asked)).toContain('✋ Approval needed')
    expect(asked?.threadTs).toBe(card?.ts)
    expect(workspace.thread(DEPLOYS, card?.ts ?? '')).toHaveLength(9)

    await press(workspace, SAM, 'approve')
    expect(await told(workspace, SAM, 'own-deployment')).toContain('somebody else approves it')
    await press(workspace, 'U0GUEST', 'approve')
    expect(await told(workspace, 'U0GUEST', 'guest-or-stranger')).toContain('Nothing has changed')
    await press(workspace, 'U0OTHER', 'abort')
    expect(await told(workspace, 'U0OTHER', 'guest-or-stranger')).toContain('not a member of this workspace')
    await press(workspace, LEE, 'approve', asked?.ts)
    await queue.runDue()
    expect((await store.load('api-1'))?.step).toBe('route-5')
    await press(workspace, LEE, 'approve', asked?.ts)
    expect(await told(workspace, LEE, 'already-decided')).toContain('Already approved by lee')
    clock.advanceTo(TWO_PM + 60_000)
    await queue.runDue()
    expect(read(cardOf(workspace))).toContain('Now 5 % of traffic to v2.0')
    expect(read(cardOf(workspace))).not.toContain('[Approve')
    const decided = read(workspace.messages(DEPLOYS).find((message) => message.ts === asked?.ts))
    expect(decided).toContain('Approval needed: 5 % of api traffic to v2.0.')
    expect(decided).toContain('✅ Approved by lee at 14:00 UTC')
    expect(decided).not.toContain('[')
  })
  it('tells a breach and the way back to the channel, and leaves nothing to press', async () => {
    const { workspace, queue, happens, clock } = await begin()
    await workspace.command(SAM, DEPLOYS, '/deploy api v2.0 canary')
    await queue.runDue()
    await untilApproval(happens)
    await press(workspace, LEE, 'approve')
    const pin = {
      workload: 'api',
      replicas: 3,
      template: {},
      image: 'registry.example.com/shop/api:v1.9',
      serviceSelector: {},
      weights: null,
      hpa: null,
    }
    await happens({ type: 'step-done', step: 'route-5', text: '5 % given', facts: { pin, realShare: 5 } })
    clock.advanceTo(TWO_PM + 2 * 60_000)
    await happens({ type: 'sampled', sample: healthySample(clock.now(), 400) })
    const loud = workspace.messages(DEPLOYS).map((message) => read(message))
    expect(loud.at(-1)).toContain('Rolling back api to v1.9')
    expect(loud.at(-1)).toContain('For @U0SAM')
    expect(loud.at(-1)).toContain('Error rate 4.76 % 🛑 critical (> 1 %')
    expect(loud[0]).toContain('⏪ Rolling back')
    expect(loud[0]).toContain('nothing to press')
    for (const text of loud) expect(text).not.toContain('[')
  })
  it('takes the buttons from the question when the deployment is aborted instead', async () => {
    const { workspace, queue, happens } = await begin()
    await workspace.command(SAM, DEPLOYS, '/deploy api v2.0 canary')
    await queue.runDue()
    await untilApproval(happens)
    expect(read(workspace.messages(DEPLOYS)[1])).toContain('[Approve')
    await press(workspace, SAM, 'abort')
    await queue.runDue()
    const [, asked] = workspace.messages(DEPLOYS).map((message) => read(message))
    expect(asked).toContain('⏹️ Aborted by sam at 14:00 UTC')
    expect(asked).not.toContain('[')
  })
  it('goes on while Slack is away, and is told once when it is back', async () => {
    const { workspace, queue, happens, clock, store } = await begin()
    await workspace.command(SAM, DEPLOYS, '/deploy api v2.0 canary')
    await queue.runDue()
    const mended = workspace.setFault({ kind: '500' })
    await untilApproval(happens)
    expect((await store.load('api-1'))?.step).toBe('approve-5')
    expect(workspace.messages(DEPLOYS)).toHaveLength(1)
    mended()
    clock.advanceTo(TWO_PM + 10 * 60_000)
    while ((queue.nextAt() ?? Number.POSITIVE_INFINITY) <= clock.now()) await queue.runDue()
    expect(
      workspace
        .messages(DEPLOYS)
        .map((message) => read(message))
        .filter((text) => text.includes('Approval needed:')),
    ).toHaveLength(1)
    expect(read(cardOf(workspace))).toContain('✋ Approval needed')
  })
})

const PINNED = {
  deployment: 'api-41',
  pin: {
    workload: 'api',
    replicas: 3,
    template: {},
    image: 'registry.example.com/shop/api:v1.9',
    serviceSelector: { app: 'api' },
    weights: null,
    hpa: null,
  },
  kept: false,
  replaced: false,
  badImage: 'registry.example.com/shop/api:v2.0',
  lastNumber: 0,
  byHand: ['kubectl --namespace shop scale deployment api-canary --replicas=0'],
}

describe('an emergency in Slack', () => {
  const line = '/deploy emergency api checkout is <!channel> broken'
  const question = (workspace: Workspace, user: string) => workspace.ephemerals(user).at(-1)?.ts ?? ''

  it('asks first, acts at the press, and tells the channel and the incident log', async () => {
    const restored: string[] = []
    const { workspace, incidents } = await begin({
      pinned: async () => PINNED,
      restore: async (_, pin) => {
        restored.push(pin.image)
        return { stable: 100, canary: 0, previous: 0 }
      },
      tidy: async () => true,
    })
    const asked = read((await workspace.command(LEE, DEPLOYS, line)).shown)
    expect(asked).toContain('Emergency rollback of api? Nothing has happened yet.')
    expect(asked).toContain('[Emergency rollback of api')
    expect(restored).toEqual([])
    await press(workspace, LEE, 'emergency', question(workspace, LEE))
    expect(await told(workspace, LEE, 'All traffic of api is on v1.9 again')).toContain('v2.0 is scaled down next')
    expect(restored).toEqual(['registry.example.com/shop/api:v1.9'])
    // What is decided has no button any more.
    expect(workspace.ephemerals(LEE).map(read).join()).not.toContain('[Emergency rollback')
    const loud = () => workspace.messages(DEPLOYS).map((message) => message.text)
    await expect.poll(loud).toHaveLength(1)
    expect(loud()[0]).toContain('Emergency rollback of api by lee: all traffic is on v1.9 again')
    expect(loud()[0]).not.toContain('<!channel>')
    expect(incidents).toHaveLength(1)
    expect(incidents[0]).toContain('api: emergency rollback from v2.0 to v1.9 by lee (U0LEE)')
  })
  it('is judged anew at the press, needs a reason, and is for the people named for it', async () => {
    const { workspace } = await begin()
    const typed = async (who: string, text: string) => read((await workspace.command(who, DEPLOYS, text)).shown)
    expect(await typed(LEE, '/deploy emergency api')).toContain('reason-missing')
    expect(await typed(SAM, line)).toContain('may not order an emergency rollback of api')
    await workspace.command(LEE, DEPLOYS, line)
    await press(workspace, SAM, 'emergency', question(workspace, LEE))
    expect(await told(workspace, SAM, 'not-allowed')).toContain('Nothing has changed')
  })
  it('says what to type when traffic could not be brought back', async () => {
    const { workspace, incidents } = await begin({
      pinned: async () => PINNED,
      restore: () => Promise.reject(new ClusterError('refused', 'services "api" is forbidden')),
    })
    await workspace.command(LEE, DEPLOYS, line)
    await press(workspace, LEE, 'emergency', question(workspace, LEE))
    const answer = await told(workspace, LEE, 'not-restored')
    expect(answer).toContain('services "api" is forbidden')
    expect(answer.replaceAll(/\s+/g, ' ')).toContain(
      'kubectl --namespace shop scale deployment api-canary --replicas=0',
    )
    expect(incidents[0]).toContain('traffic is NOT restored')
  })
})
