import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../../src/bot/command/parse-command.ts'
import { printMessage } from '../../../src/bot/transcript.ts'
import { isTable, tablesIn } from '../../../src/bot/views/block-reading.ts'
import { drawCard } from '../../../src/bot/views/card.ts'
import { drawEntry, drawMissed, sayPerhapsTwice } from '../../../src/bot/views/entry.ts'
import { drawParseFault } from '../../../src/bot/views/fault.ts'
import { drawHelp } from '../../../src/bot/views/help.ts'
import { drawPlan } from '../../../src/bot/views/plan.ts'
import { drawReply } from '../../../src/bot/views/reply.ts'
import { slackLimits } from '../../../src/bot/views/slack-limits.ts'
import { drawStatus } from '../../../src/bot/views/status.ts'
import { type Deployment, STATUSES, type TimelineEntry } from '../../../src/playbook/deployment.ts'
import { HOUR, MINUTE } from '../../../src/playbook/durations.ts'
import type { ChatMessage } from '../../../src/ports/chat.ts'
import { api, healthySample, pod, sampleDeployment, TWO_PM, watched } from './sample-deployment.ts'

const names = { U0SAM: 'sam', U0LEE: 'lee', U0MIRA: 'mira' }
const read = (message: ChatMessage) => printMessage(message, { names, width: 200 })
const buttons = (message: ChatMessage) =>
  message.blocks.flatMap((block) => (isTable(block) && block.type === 'actions' ? tablesIn(block.elements) : []))
const verbs = (message: ChatMessage) => buttons(message).map((button) => button.action_id)
const card = (deployment: Deployment, now = TWO_PM + 27 * MINUTE, durations: readonly number[] = []) =>
  drawCard({ deployment, now, durations })
const entry = (changes: Partial<TimelineEntry>): TimelineEntry => ({
  at: TWO_PM,
  revision: 1,
  type: 'step-done',
  text: 'Something happened.',
  audience: 'thread',
  level: 'info',
  ...changes,
})

describe('the card', () => {
  it('says phase, share, progress, time and the next decision while a window is watched', () => {
    const text = read(card(watched(), TWO_PM + 27 * MINUTE, [50 * MINUTE, 60 * MINUTE]))
    expect(text).toContain('Phase 3 of 7, Traffic routing')
    expect(text).toContain('Traffic 25 % on v2.0')
    expect(text).toContain('Elapsed 27 min · usually up to 1 h (last 2)')
    expect(text).toContain('next decision 14:35 UTC')
    expect(text).toContain('✅ done: 1 Pre-flight · 2 Deploy')
    expect(text).toContain('⏭️ skipped: 5 Load test')
    expect(text).toContain('Pods of v2.0: 2 of 2 ready, 0 restarts')
    expect(text).toContain('P95 latency 182 ms ✅ ok')
    expect(verbs(card(watched()))).toEqual(['hold', 'rollback', 'abort'])
  })
  it('counts pods while a rolling deployment comes to the same steps again and again', () => {
    const rolling = (wanted: number, changes: Partial<Deployment> = {}) => {
      const since = TWO_PM + wanted * 8 * MINUTE
      const rolled = { wanted, of: 3, hash: '5d4fb9c7' }
      const window = { percent: 25 * wanted, since, samples: [], noData: 0, askedAt: since }
      const share = { planned: 25 * wanted, real: 25 * wanted }
      return sampleDeployment({
        strategy: 'rolling',
        step: 'watch-pod',
        stepSince: since,
        rolled,
        window,
        share,
        ...changes,
      })
    }
    const at = (pods: number) => read(card(rolling(pods), TWO_PM + pods * 8 * MINUTE))
    expect(at(2)).toContain('Now pod 2 of 3 runs v2.0, watched for 8 min · next decision 14:24 UTC')
    expect(at(2)).toContain('Traffic 50 % on v2.0')
    expect(at(2)).toContain('at least 30 min planned')
    const progress = [1, 2, 3].map((pods) => Number(/(\d+) % · Elapsed/.exec(at(pods))?.[1]))
    expect(progress).toEqual([...progress].sort((a, b) => a - b))
    expect(new Set(progress).size).toBe(3)
    const asked = rolling(1, { step: 'approve-first', window: null, share: { planned: 0, real: 0 } })
    expect(read(card(asked, TWO_PM))).toContain('Waits for approval of the first pod of api on v2.0')
    expect(read(card(asked, TWO_PM))).toContain('[Approve: start rolling]')
  })
  it('warns when the real share is far from the planned one', () => {
    expect(read(card(watched({ share: { planned: 5, real: 25 } })))).toContain(
      'Warning: the real share is more than twice',
    )
    expect(read(card(watched({ share: { planned: 25, real: 33.3 } })))).not.toContain('Warning')
    expect(read(card(watched({ share: { planned: 25, real: null } })))).toContain('real share not known')
  })
  it('mentions approvers only while approval is needed, and never the requester among them', () => {
    const waiting = sampleDeployment({ step: 'approve-5', stepSince: TWO_PM })
    const able = { ...waiting, requester: { id: 'U0LEE', name: 'Lee' } }
    expect(read(card(waiting, TWO_PM))).toContain('Waits for approval of 5 % of traffic, by @lee, @mira')
    const bound = { ...waiting, digest: 'sha256:9f3c2b1a77aabbccdd' }
    expect(read(card(bound, TWO_PM))).toContain('Image registry.example.com/shop/api, sha256:9f3c2b1a77aa')
    expect(read(card(watched()))).not.toContain('Image ')
    expect(read(card(able, TWO_PM))).toContain('by @mira.')
    expect(verbs(card(waiting, TWO_PM))).toEqual(['approve', 'abort'])
    expect(JSON.stringify(card(watched()))).not.toContain('U0MIRA')
  })
  it('says on whom a hold waits, and what ends it without anybody', () => {
    const hold = (reason: 'warning' | 'no-data' | 'low-traffic', by?: { id: string; name: string }) => {
      const since = TWO_PM
      const held = { reason, detail: 'so it is', since, remindAt: since + MINUTE, reminders: 0, ...(by ? { by } : {}) }
      return watched({ status: 'holding', hold: held })
    }
    expect(read(card(hold('warning')))).toContain('Waits for @lee, @mira to resume or to roll back. Watching goes on.')
    expect(read(card(hold('no-data')))).toContain(
      'Goes on by itself when there is data again; before that @lee, @mira may resume or roll back.',
    )
    expect(read(card(hold('low-traffic')))).toContain('Goes on by itself when there is enough traffic to judge')
    expect(read(card(hold('no-data', { id: 'U0LEE', name: 'Lee' })))).toContain('Waits for @lee, @mira')
    const told = drawEntry(entry({ audience: 'channel', level: 'warning', to: 'holding' }), hold('warning'))
    expect(read(told)).toContain('For @sam, who asked for this deployment; to decide: @lee, @mira.')
  })
  it('does not say where the traffic is before it is there', () => {
    const goingBack = {
      trigger: 'critical',
      detail: 'too slow',
      since: TWO_PM,
      step: 0,
      stepSince: TWO_PM,
      hadTraffic: true,
    } as const
    const back = watched({ status: 'going-back', goingBack, share: { planned: 5, real: 25 } })
    expect(read(card(back))).toContain('traffic goes back to v1.9')
    expect(read(card(back))).not.toContain('traffic is on v1.9')
    expect(read(card(back))).toContain('step 1 of 3: all traffic back on the old version')
    // What the share was is no news any more.
    expect(read(card(back))).not.toContain('more than twice')
    const restored = {
      ...back,
      goingBack: { ...goingBack, step: 1, restoredAt: TWO_PM },
      share: { planned: 0, real: 0 },
    }
    expect(read(card(restored))).toContain('traffic is on v1.9')
  })
  it('names buttons by their effect, in the words of the deployment, and asks before danger', () => {
    const [approve, abort] = buttons(card(sampleDeployment({ step: 'approve-5' }), TWO_PM))
    expect(approve).toMatchObject({
      style: 'primary',
      value: 'api-42|approve-5',
      text: { text: 'Approve: start 5 % canary' },
    })
    expect(abort).toMatchObject({
      style: 'danger',
      text: { text: 'Abort api v2.0' },
      confirm: { deny: { text: 'Keep going' } },
    })
    const [, back] = buttons(card(watched()))
    expect(back).toMatchObject({ style: 'danger', text: { text: 'Roll back to v1.9' } })
    expect(JSON.stringify(back?.confirm)).toContain('the 25 % (about 140 requests a second)')
  })
  it('names cluster and namespace where there are several', () => {
    const plain = sampleDeployment()
    const { plan } = plain
    const placed = { ...plain, plan: { ...plan, service: { ...plan.service, place: 'prod-eu/shop' } } }
    expect(read(card(placed))).toContain('canary · prod-eu/shop · ')
    expect(read(card(plain))).not.toContain('prod-eu')
  })
  it('has resume in place of hold while it holds; over a countdown it has both, and says when it rolls back by itself', () => {
    const hold = {
      reason: 'critical' as const,
      detail: 'P95 latency 620 ms, above critical 500 ms',
      since: TWO_PM,
      remindAt: TWO_PM + HOUR,
      reminders: 0,
    }
    const held = watched({ status: 'holding', hold: { ...hold, rollBackAt: TWO_PM + 5 * MINUTE } })
    expect(verbs(card(held))).toEqual(['hold', 'resume', 'rollback', 'abort'])
    expect(verbs(card(watched({ status: 'holding', hold })))).toEqual(['resume', 'rollback', 'abort'])
    expect(read(card(held))).toContain('Rolls back by itself at 14:05 UTC')
    expect(read(card(watched({ status: 'holding', hold })))).toContain('Next reminder 15:00 UTC')
  })
  it('says that the cluster is not seen: no pod counts as ready, and there is nothing to resume', () => {
    const blind = { since: TWO_PM + 20 * MINUTE, why: 'no answer.', told: true }
    const running = read(card(watched({ blind })))
    expect(running).toContain('waits: the cluster to be seen again')
    expect(running).toContain('Pods of v2.0: ❔ not seen since 14:20 UTC; 2 of 2 were ready then')
    const hold = { reason: 'blind' as const, detail: 'not seen', since: TWO_PM, remindAt: TWO_PM + HOUR, reminders: 0 }
    const held = card(watched({ blind, status: 'holding', hold }))
    expect(read(held)).toContain('Goes on by itself when the cluster is seen again.')
    expect(verbs(held)).toEqual(['hold', 'rollback', 'abort'])
  })
  it('keeps the way back for as long as it exists, and says so when it does not', () => {
    const done = sampleDeployment({
      status: 'completed',
      step: 'journal',
      endedAt: TWO_PM + HOUR,
      keepUntil: TWO_PM + 2 * HOUR,
      share: { planned: 100, real: 100 },
    })
    expect(verbs(card(done, TWO_PM + HOUR))).toEqual(['rollback'])
    expect(read(card(done, TWO_PM + HOUR))).toContain('way back to v1.9 until 2026-02-03 16:00 UTC')
    expect(verbs(card(done, TWO_PM + 2 * HOUR))).toEqual([])
    expect(read(card(done, TWO_PM + 2 * HOUR))).toContain('v1.9 is no longer kept')
  })
  it('has nothing to press while it goes back, and tells why', () => {
    const goingBack = {
      trigger: 'critical' as const,
      detail: 'Error rate 3.57 %, above critical 1 %',
      since: TWO_PM,
      step: 0,
      stepSince: TWO_PM,
      hadTraffic: true,
    }
    const back = watched({ status: 'going-back', goingBack })
    expect(verbs(card(back))).toEqual([])
    expect(read(card(back))).toContain('Why: Error rate 3.57 %, above critical 1 %')
    expect(read(card(back))).toContain('nothing to press: it goes back by itself')
    const over = watched({
      status: 'rolled-back',
      goingBack: { ...goingBack, restoredAt: TWO_PM + MINUTE },
      endedAt: TWO_PM,
    })
    expect(read(card(over))).toContain('Rolled back: all traffic is on v1.9 since 14:01 UTC')
    expect(read(card({ ...over, goingBack: { ...goingBack, hadTraffic: false } }))).toContain(
      'Aborted: v2.0 never had traffic',
    )
  })
  it('is read aloud from its text alone', () => {
    expect(card(watched()).text).toBe(
      'api v2.0, canary: Running. Phase 3 of 7, Traffic routing. 25 % of traffic on the new version.',
    )
  })
})

describe('lines of the thread', () => {
  it('bring their case and the buttons that matter when they reach the channel', () => {
    const bad = { ...healthySample(TWO_PM, 300), readings: { 'latency-p95': { value: 620 } } }
    const held = watched({ lastSample: bad, status: 'holding' })
    const message = drawEntry(entry({ audience: 'channel', level: 'bad', text: 'Threshold breach.' }), held)
    const text = read(message)
    expect(text).toContain('🛑 Problem: Threshold breach.')
    expect(text).toContain('For @sam, who asked')
    expect(text).toContain('P95 latency 620 ms 🛑 critical (> 500 ms, before 182 ms)')
    expect(text).toContain('8400 requests in 60 s, 300 failed answers; 1 sample looked at')
    expect(verbs(message)).toEqual(['resume', 'rollback', 'abort'])
  })
  it('ask the approvers, and show what is approved', () => {
    const waiting = sampleDeployment({ step: 'approve-5', stepSince: TWO_PM, digest: 'sha256:9f3c2b1a77aabbccdd' })
    const asked = entry({ audience: 'channel', level: 'warning', step: 'approve-5', text: 'Approval needed.' })
    const text = read(drawEntry(asked, waiting))
    expect(text).toContain('✋ Approval needed.\nAsked of: @lee, @mira')
    expect(text).toContain('You approve: 5 % of production traffic to v2.0, now on v1.9.')
    expect(text).toContain('sha256:9f3c2b1a77aa. Valid until 18:00 UTC.')
    expect(read(drawEntry(asked, watched()))).not.toContain('Asked of')
  })
  it('keep head and tail of long evidence', () => {
    const evidence = Array.from({ length: 400 }, (_, line) => `line ${line} of the log`).join('\n')
    const text = read(drawEntry(entry({ evidence }), watched()))
    expect(text).toContain('line 0 of')
    expect(text).toContain('line 399 of')
    expect(text).toMatch(/… \d+ more lines …/)
  })
  it('show every line of some twenty checks', () => {
    const row = (n: number) =>
      `✓ holds · check-number-${n}: a sentence about it that says what was found, and how much\n      a line`
    const evidence = Array.from({ length: 20 }, (_, n) => row(n)).join('\n')
    const text = read(drawEntry(entry({ evidence }), watched()))
    for (let n = 0; n < 20; n += 1) expect(text).toContain(`check-number-${n}:`)
    expect(text).not.toContain('more lines')
  })
  it('stay in the thread without buttons', () => expect(verbs(drawEntry(entry({}), watched()))).toEqual([]))
  it('name who did it, once', () => {
    const by = { id: 'U0LEE', name: 'Lee' }
    expect(read(drawEntry(entry({ by }), watched()))).toBe('Something happened. (Lee)')
    expect(read(drawEntry(entry({ by, text: 'Held by Lee.' }), watched()))).toBe('Held by Lee.')
  })
})

describe('answers', () => {
  it('tell a refusal in three sentences and a code', () => {
    const refusal = {
      code: 'not-allowed' as const,
      what: 'Sam <!channel> may not approve api.',
      traffic: 'Nothing has changed.',
      next: 'These people may: <@U0LEE>. Or `/deploy status api`.',
    }
    const text = read(drawReply({ kind: 'refused', refusal }, { catalogue: [api], commandName: '/ship' }))
    expect(text).toBe(
      '⛔ Sam <!channel> may not approve api.\nNothing has changed.\nThese people may: @lee. Or `/ship status api`.\n  Code not-allowed',
    )
  })
  it('tell a plan with every step and the way back', () => {
    const text = read(drawPlan(watched().plan, ['5 % is really 25 %.']))
    expect(text).toContain('7 phases, at least 50 min of watching')
    expect(text).toContain('ℹ️ 5 % is really 25 %.')
    expect(text).toContain('✋ approval for 5 % of traffic')
    expect(text).toContain('Way back, at any time: all traffic back on the old version')
  })
  it('help from the real catalogue, in few lines', () => {
    const text = read(drawHelp([api]))
    expect(text).toContain('/deploy api v2.0 canary')
    expect(text.split('\n').length).toBeLessThanOrEqual(9)
    expect(read(drawHelp([api], 'abort'))).toContain('all traffic goes back to the old version at once')
    expect(read(drawHelp([api], 'abrot'))).toContain('Did you mean `abort`?')
  })
  it('say what was understood of a command, and where it stopped', () => {
    const parsed = parseCommand('api v2.0 canry', [api])
    if (parsed.ok) throw new Error('it was understood')
    const text = read(drawParseFault(parsed.fault))
    expect(text).toContain('I read `api v2.0` and then ➡️ `canry` ⬅️ here I stopped.')
    expect(text).toContain('Did you mean `canary`?')
  })
  it('tell the status of many', () => {
    expect(read(drawStatus([], TWO_PM, 'api'))).toBe('api was never deployed from here.')
    expect(read(drawStatus([watched()], TWO_PM + 27 * MINUTE))).toContain(
      'Phase 3 of 7, Traffic routing · 25 % of traffic · 27 min',
    )
  })
})

describe('the largest and the most hostile inputs', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.constantFrom(
      '<!channel>',
      '<@U0LEE>',
      '&<>&amp;',
      '```',
      '*_~`',
      '<!date^1^{time}|x>',
      '<https://x|y>',
      '<'.repeat(5_000),
      '&'.repeat(9_000),
    ),
    fc.string({ minLength: 3_000, maxLength: 12_000 }),
  )
  const long = (part: string) => part.repeat(Math.ceil(3_000 / Math.max(1, part.length)))
  const deployment = fc
    .record({
      text: hostile,
      status: fc.constantFrom(...STATUSES),
      step: fc.constantFrom('approve-5', 'watch-25', 'journal', 'none'),
      count: fc.nat(60),
    })
    .map(({ text, status, step, count }): Deployment => {
      const base = watched()
      const crowd = Array.from({ length: count }, (_, index) => `U${index}`)
      const service = {
        ...base.plan.service,
        approvers: crowd,
        image: text,
        thresholds: base.plan.service.thresholds.map((row) => ({ ...row, label: text, query: 'x' })),
      }
      return {
        ...base,
        status,
        step,
        id: text,
        service: text,
        version: text,
        fromVersion: text,
        waitingFor: text,
        issues: [text],
        digest: text,
        plan: { ...base.plan, service },
        requester: { id: text, name: text },
        pods: {
          ...(base.pods ?? { at: 0, wanted: 1, ready: 0, someUnreadySince: null, wereReady: [] }),
          pods: crowd.map(() => pod(text, text)),
        },
        hold: {
          reason: 'person',
          detail: text,
          since: TWO_PM,
          remindAt: TWO_PM,
          reminders: 1,
          by: { id: text, name: text },
        },
        goingBack: {
          trigger: 'abort',
          detail: text,
          since: TWO_PM,
          step: 0,
          stepSince: TWO_PM,
          hadTraffic: count > 30,
          by: { id: text, name: text },
        },
        keepUntil: TWO_PM + HOUR,
        checkIns: [{ name: '1h', dueAt: TWO_PM }],
      }
    })
  const fine = (message: ChatMessage) => expect(slackLimits(message)).toEqual([])

  it('give messages within all of Slack’s limits', () => {
    fc.assert(
      fc.property(deployment, hostile, fc.constantFrom('thread', 'channel'), (drawn, text, audience) => {
        const line = entry({ text, evidence: long(text), audience, level: 'bad', by: { id: text, name: text } })
        fine(card(drawn))
        fine(drawEntry(line, drawn))
        fine(sayPerhapsTwice(drawEntry(line, drawn)))
        fine(
          drawMissed(
            Array.from({ length: 120 }, () => line),
            drawn,
            TWO_PM,
          ),
        )
        fine(
          drawStatus(
            Array.from({ length: 60 }, () => drawn),
            TWO_PM,
          ),
        )
        fine(drawPlan({ ...drawn.plan, version: text }, [text, text]))
        const refusal = { code: 'not-allowed' as const, what: text, traffic: text, next: text }
        fine(drawReply({ kind: 'refused', refusal }, { catalogue: [api] }))
        fine(drawReply({ kind: 'done', text }, { catalogue: [api] }))
        const parsed = parseCommand(text, [api])
        if (!parsed.ok) fine(drawParseFault(parsed.fault))
        fine(
          drawHelp(
            Array.from({ length: 300 }, () => ({ name: text, strategies: ['canary'] as const })),
            text,
          ),
        )
      }),
      { numRuns: 60 },
    )
  })
  it('do so too once a question is decided', () => {
    const decided = fc.constantFrom('approved', 'resumed', 'rollback-asked', 'forgotten', 'sampled', 'held')
    const question = fc.constantFrom<Partial<TimelineEntry>>({}, { step: 'approve-5' }, { type: 'checked-in' })
    fc.assert(
      fc.property(deployment, hostile, decided, question, (drawn, text, type, asks) => {
        const by = { id: text, name: text }
        const asked = entry({ text, evidence: long(text), audience: 'channel', level: 'bad', by, ...asks })
        const ended = type === 'held' ? {} : { to: 'going-back' as const }
        const since = [entry({ text, type, by, ...ended })]
        fine(drawEntry(asked, drawn, TWO_PM, since))
        const digest = Array.from({ length: 40 }, () => asked)
        fine(drawMissed(digest, drawn, TWO_PM, since))
      }),
      { numRuns: 60 },
    )
  })
  it('never mention anybody whom only typed text names', () => {
    const text = '<!channel> <@U0EVIL> <!here>'
    const messages = [
      drawEntry(entry({ text, evidence: text }), watched()),
      drawReply({ kind: 'done', text }, { catalogue: [api] }),
      card(
        watched({ status: 'holding', hold: { reason: 'person', detail: text, since: 0, remindAt: 0, reminders: 0 } }),
      ),
    ]
    for (const message of messages) expect(JSON.stringify(message)).not.toMatch(/<!(channel|here)|<@U0EVIL/)
  })
})
