import { describe, expect, it } from 'vitest'
import { printMessage } from '../../../src/bot/transcript.ts'
import { drawEntry, drawMissed } from '../../../src/bot/views/entry.ts'
import { standingOf } from '../../../src/bot/views/question.ts'
import type { Deployment, Hold, TimelineEntry } from '../../../src/playbook/deployment.ts'
import { HOUR, MINUTE } from '../../../src/playbook/durations.ts'
import { sampleDeployment, TWO_PM, watched } from './sample-deployment.ts'

const anna = { id: 'U0ANNA', name: 'Anna' }
const line = (changes: Partial<TimelineEntry>): TimelineEntry => ({
  at: TWO_PM + 2 * MINUTE,
  revision: 2,
  type: 'step-done',
  text: 'Something happened.',
  audience: 'thread',
  level: 'info',
  ...changes,
})
const loud = (changes: Partial<TimelineEntry>) =>
  line({ at: TWO_PM, audience: 'channel', level: 'warning', ...changes })
const shows = (entry: TimelineEntry, deployment: Deployment, ...since: readonly TimelineEntry[]) =>
  printMessage(drawEntry(entry, deployment, TWO_PM + 3 * MINUTE, since), { width: 200 })

const hold: Hold = { reason: 'warning', detail: 'P95 high', since: TWO_PM, remindAt: TWO_PM + HOUR, reminders: 0 }
const holding = watched({ status: 'holding', hold })
const back: Deployment = watched({
  status: 'going-back',
  goingBack: {
    trigger: 'critical',
    detail: 'Error rate 3.6 %',
    since: TWO_PM,
    step: 0,
    stepSince: TWO_PM,
    hadTraffic: true,
  },
})

describe('an approval request', () => {
  const asked = loud({ step: 'approve-5', text: 'Approval needed: 5 % of api traffic to v2.0.' })
  const waiting = sampleDeployment({ step: 'approve-5', stepSince: TWO_PM, digest: 'sha256:9f3c2b1a77aabbccdd' })
  const gone = sampleDeployment({ status: 'refused' })

  it('has its buttons while it waits, also when nothing but time has passed', () => {
    expect(shows(asked, waiting, line({}))).toContain('[Approve: start 5 % canary]  [Abort api v2.0]')
  })
  it('says who approved, keeps what was approved, and has nothing to press', () => {
    const approved = line({ type: 'approved', by: anna, step: 'approve-5' })
    expect(shows(asked, sampleDeployment({ step: 'route-5', digest: waiting.digest }), approved)).toBe(
      [
        'api v2.0 · Approval needed: 5 % of api traffic to v2.0.',
        '✅ Approved by Anna at 14:02 UTC',
        '  Asked for: 5 % of production traffic to v2.0. Image registry.example.com/shop/api, sha256:9f3c2b1a77aa.',
      ].join('\n'),
    )
  })
  it('says what else ended it: an abort, no answer, or a version that fell ill meanwhile', () => {
    const aborted = line({ type: 'abort-asked', by: anna, to: 'refused' })
    expect(shows(asked, gone, aborted)).toContain('⏹️ Aborted by Anna at 14:02 UTC')
    expect(shows(asked, gone, line({ type: 'approval-expired', to: 'refused' }))).toContain('Nobody approved in time')
    const ill = line({ type: 'pods-seen', to: 'going-back' })
    expect(shows(asked, back, ill)).toContain('⏪ Went back by itself at 14:02 UTC: Error rate 3.6 %')
    for (const end of [aborted, ill]) expect(shows(asked, back, end)).not.toContain('[')
  })
  it('is not closed by the approval of another share', () => {
    expect(shows(asked, waiting, line({ type: 'approved', by: anna, step: 'approve-25' }))).toContain('[Approve')
  })
  it('leaves the buttons to the newer one when it is asked again', () => {
    const text = shows(asked, waiting, line({ audience: 'channel', step: 'approve-5' }))
    expect(text).toContain('Asked again at 14:02 UTC')
    expect(text).not.toContain('[')
  })
  it('closes without a name when the record is ahead of the timeline, and waits for the name', () => {
    const standing = standingOf([asked], sampleDeployment({ step: 'route-5' }), [], TWO_PM)
    expect(standing).toMatchObject({ buttons: [], answer: '*No longer asked.*', settled: false })
  })
})

describe('a breach that holds', () => {
  const breach = loud({ type: 'sampled', to: 'holding', level: 'bad', text: 'Threshold breach: P95 high.' })

  it('has its buttons for as long as it holds, whatever else happens', () => {
    expect(shows(breach, holding, line({ type: 'hold-reminded', audience: 'channel' }))).toContain('[Resume]')
  })
  it('says who resumed, or that it went on by itself', () => {
    const resumed = line({ type: 'resumed', by: anna, from: 'holding', to: 'running' })
    const text = shows(breach, watched(), resumed)
    expect(text).toContain('▶️ Resumed by Anna at 14:02 UTC')
    expect(text).not.toContain('[')
    expect(text).not.toContain('who asked for this deployment')
    const alone = line({ type: 'sampled', text: 'Data is back after 60 s; api-42 goes on by itself.', to: 'running' })
    expect(shows(breach, watched(), alone)).toContain('Went on by itself at 14:02 UTC: Data is back after 60 s')
  })
  it('says that it was rolled back, by whom or for want of a word', () => {
    expect(shows(breach, back, line({ type: 'rollback-asked', by: anna, to: 'going-back' }))).toContain(
      '⏪ Rolled back by Anna at 14:02 UTC',
    )
    expect(shows(breach, back, line({ type: 'countdown-over', to: 'going-back' }))).toContain('Nobody decided in time')
  })
  it('keeps its buttons when somebody holds it, and its countdown is over', () => {
    const counting = { ...holding, hold: { ...hold, rollBackAt: TWO_PM + 5 * MINUTE } }
    expect(shows(breach, counting)).toContain('Rolls back by itself at 14:05 UTC')
    expect(shows(breach, counting)).toContain('[Hold]  [Resume]  [Roll back to')
    expect(shows(breach, holding)).not.toContain('[Hold]')
    const held = line({ type: 'held', by: anna })
    const text = shows(breach, { ...holding, hold: { ...hold, reason: 'person', by: anna } }, held)
    expect(text).toContain('⏸️ Held by Anna at 14:02 UTC')
    expect(text).toContain('[Resume]')
    expect(text).not.toContain('Rolls back by itself')
    const look = (deployment: Deployment, ...since: readonly TimelineEntry[]) =>
      standingOf([breach], deployment, since, TWO_PM).look
    expect(look(holding, held)).not.toBe(look(counting))
  })
  it('of an earlier hold gets no buttons back when it holds anew', () => {
    const since = [line({ type: 'resumed', by: anna, to: 'running' }), loud({ type: 'sampled', to: 'holding' })]
    expect(shows(breach, holding, ...since)).not.toContain('[')
  })
  it('need not be drawn again when only readings have changed', () => {
    const look = (deployment: Deployment) => standingOf([breach], deployment, [], TWO_PM).look
    expect(look({ ...holding, lastSample: null, pods: null })).toBe(look(holding))
  })
})

describe('an outcome and a bad check-in', () => {
  const keepUntil = TWO_PM + HOUR
  const done = sampleDeployment({ status: 'completed', step: 'journal', keepUntil, share: { planned: 100, real: 100 } })
  const outcome = loud({ level: 'good', to: 'completed', text: 'api v2.0 is deployed.' })
  const checkIn = loud({ type: 'checked-in', text: 'Check-in 1h: P95 high.' })

  it('have Roll back for as long as there is a way back', () => {
    for (const entry of [outcome, checkIn]) {
      expect(shows(entry, done)).toContain('[Roll back to v1.9]')
      expect(shows(entry, { ...done, keepUntil: TWO_PM })).not.toContain('[')
    }
  })
  it('say when the old version went, and who made it come back', () => {
    const forgotten = line({ type: 'forgotten', text: 'v1.9 is retired.' })
    const rolled = line({ type: 'rollback-asked', by: anna, from: 'completed', to: 'going-back' })
    for (const entry of [outcome, checkIn]) {
      const text = shows(entry, { ...done, keepUntil: null }, forgotten)
      expect(text).toContain('The way back is closed since 14:02 UTC: v1.9 is retired.')
      expect(text).not.toContain('[')
      expect(shows(entry, back, rolled)).toContain('Rolled back by Anna at 14:02 UTC')
    }
  })
  it('are drawn again when the old version is kept longer', () => {
    const look = (deployment: Deployment) => standingOf([outcome], deployment, [], TWO_PM).look
    expect(look({ ...done, keepUntil: keepUntil + 1 })).not.toBe(look(done))
  })
})

describe('lines that ask nothing', () => {
  it('have no buttons and no answer: the thread, a way back, an end', () => {
    const quiet = [line({}), loud({ to: 'going-back' }), loud({ type: 'way-back-late' }), loud({ to: 'refused' })]
    for (const entry of quiet)
      expect(standingOf([entry], holding, [line({ type: 'resumed', to: 'running' })], TWO_PM)).toMatchObject({
        buttons: [],
        answer: null,
        settled: true,
      })
  })
})

describe('a digest', () => {
  const asked = loud({ step: 'approve-5', text: 'Approval needed.' })
  const approved = line({ type: 'approved', by: anna, step: 'approve-5', text: 'Approved by Anna.' })
  const breach = loud({ type: 'sampled', to: 'holding', level: 'bad', text: 'Threshold breach.' })
  const reads = (told: readonly TimelineEntry[], deployment: Deployment, ...since: readonly TimelineEntry[]) =>
    printMessage(drawMissed(told, deployment, TWO_PM, since), { width: 200 })

  it('has the buttons of what is still open in it, and tells its own answers only as lines', () => {
    expect(reads([asked, approved, breach], holding)).toContain('[Resume]')
    expect(reads([asked, approved], watched())).not.toMatch(/\[|Approved by Anna at/)
  })
  it('loses them when that is decided', () => {
    const text = reads([asked, approved, breach], watched(), line({ type: 'resumed', by: anna, to: 'running' }))
    expect(text).toContain('Resumed by Anna at 14:02 UTC')
    expect(text).not.toContain('[')
  })
})
