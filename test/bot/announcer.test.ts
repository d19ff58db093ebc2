import { describe, expect, it } from 'vitest'
import { steppedClock } from '../../src/adapters/clocks.ts'
import { announcer } from '../../src/bot/announcer.ts'
import { printMessage } from '../../src/bot/transcript.ts'
import type { Deployment, TimelineEntry } from '../../src/playbook/deployment.ts'
import { MINUTE, SECOND } from '../../src/playbook/durations.ts'
import { type Chat, ChatError, type ChatMessage } from '../../src/ports/chat.ts'
import type { Job } from '../../src/ports/queue.ts'
import type { Told } from '../../src/ports/store.ts'
import { sampleDeployment, TWO_PM, watched } from './views/sample-deployment.ts'

interface Post {
  readonly ts: string
  readonly key: string
  readonly thread: string | null
  readonly broadcast: boolean
  readonly text: string
}

/** A channel that keeps what was posted; `fail` decides before, `loseAnswer` after a post whether the sender learns of it. */
function workspace(options: { readonly mayRead?: boolean } = {}) {
  const posts: Post[] = []
  const edits: ChatMessage[] = []
  /** Every message as it looks now, by its timestamp. */
  const shown = new Map<string, string>()
  const broken: {
    fail?: (() => ChatError | undefined) | undefined
    edit?: (ts: string) => ChatError | undefined
    loseAnswer?: boolean
  } = {}
  const chat: Chat = {
    post(message, { key, thread, broadcast }) {
      const failure = broken.fail?.()
      if (failure) return Promise.reject(failure)
      const ts = `${posts.length + 1}.0`
      posts.push({ ts, key, thread, broadcast, text: printMessage(message) })
      shown.set(ts, printMessage(message))
      if (!broken.loseAnswer) return Promise.resolve(ts)
      broken.loseAnswer = false
      return Promise.reject(new ChatError('late', 'timeout', 'no answer'))
    },
    update(message, { ts }) {
      const failure = broken.edit?.(ts) ?? broken.fail?.()
      if (failure) return Promise.reject(failure)
      edits.push(message)
      shown.set(ts, printMessage(message))
      return Promise.resolve()
    },
    find: (key) => Promise.resolve(options.mayRead === false ? undefined : posts.find((post) => post.key === key)?.ts),
  }
  return { chat, posts, edits, shown, broken }
}

function setUp(options: { readonly mayRead?: boolean } = {}) {
  const slack = workspace(options)
  const clock = steppedClock(TWO_PM)
  const state: { deployment: Deployment; told: Told | undefined; timeline: TimelineEntry[] } = {
    deployment: watched(),
    told: undefined,
    timeline: [],
  }
  const jobs: Job[] = []
  const complaints: string[] = []
  const say = (_: object, sentence: string) => void complaints.push(sentence)
  const work = () =>
    announcer({
      store: {
        load: () => Promise.resolve(state.deployment),
        timeline: (_, from = 0) => Promise.resolve(state.timeline.slice(from)),
        told: () => Promise.resolve(state.told),
        saveTold: (_, told) => {
          state.told = told
          return Promise.resolve()
        },
        durations: () => Promise.resolve([]),
      },
      chat: slack.chat,
      queue: { add: (job) => Promise.resolve(void jobs.push(job)) },
      clock,
      log: { debug: say, info: say, warn: say, error: say },
    })
  const job: Job = { kind: 'announce', deployment: 'api-42', name: 'announce', at: 0, key: 'card', urgent: false }
  let current = work()
  const happen = (text: string, audience: TimelineEntry['audience'] = 'thread', more: Partial<TimelineEntry> = {}) =>
    void state.timeline.push({
      at: clock.now(),
      revision: 1,
      type: 'step-done',
      text,
      audience,
      level: 'info',
      ...more,
    })
  return {
    ...slack,
    clock,
    state,
    jobs,
    complaints,
    happen,
    announce: () => current(job, new AbortController().signal),
    restart: () => {
      current = work()
    },
    redraw: () => {
      state.deployment = { ...state.deployment, share: { planned: 25, real: (state.deployment.share.real ?? 0) + 1 } }
    },
  }
}

describe('telling', () => {
  it('posts the card once, then the thread in order, and broadcasts what reaches the channel', async () => {
    const { announce, happen, posts, state } = setUp()
    happen('first')
    happen('only for the record', 'record')
    happen('approval needed', 'channel')
    await announce()
    await announce()
    expect(posts.map(({ key, thread, broadcast }) => [key, thread, broadcast])).toEqual([
      ['api-42/card', null, false],
      ['api-42/0', '1.0', false],
      ['api-42/2', '1.0', true],
    ])
    expect(state.told).toMatchObject({ card: '1.0', cursor: 3, inFlight: null })
  })
  it('never tells a line with a record older than the line: what is asked for has its button', async () => {
    const { announce, happen, posts, state } = setUp()
    const asked: Deployment = sampleDeployment({ step: 'approve-5' })
    const before = state.deployment
    // The record moves on between the announcer's first look and its reading of the timeline.
    let looks = 0
    Object.defineProperty(state, 'deployment', { get: () => (looks++ === 0 ? before : asked) })
    happen('Approval needed: 5 % of api traffic to v2.0.', 'channel', { step: 'approve-5' })
    await announce()
    expect(posts.at(-1)?.text).toContain('[Approve')
  })

  it('edits the card at most once in 3 s, with the latest state, and not at all when nothing changed', async () => {
    const { announce, edits, clock, jobs, redraw } = setUp()
    await announce()
    redraw()
    await announce()
    redraw()
    await announce()
    expect(edits).toHaveLength(0)
    expect(jobs.at(-1)).toMatchObject({ kind: 'announce', at: TWO_PM + 3 * SECOND })
    clock.advanceTo(TWO_PM + 3 * SECOND)
    await announce()
    expect(edits).toHaveLength(1)
    expect(printMessage(edits[0] ?? { text: '', blocks: [] })).toContain('27 %')
    await announce()
    expect(edits).toHaveLength(1)
  })
  it('draws at once for a breach, a rollback and an outcome', async () => {
    const { announce, edits, happen, redraw } = setUp()
    await announce()
    redraw()
    happen('threshold breach', 'channel')
    await announce()
    expect(edits).toHaveLength(1)
  })
})

describe('a crash between sending and noting', () => {
  it('finds the card instead of posting a second one', async () => {
    const { announce, broken, posts, restart, state } = setUp()
    broken.loseAnswer = true
    await announce()
    restart()
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card'])
    expect(state.told).toMatchObject({ card: '1.0', inFlight: null })
  })
  it('finds a line of the thread instead of posting it twice', async () => {
    const { announce, broken, happen, posts, restart } = setUp()
    await announce()
    happen('first')
    happen('second')
    broken.loseAnswer = true
    await announce()
    restart()
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0', 'api-42/1'])
  })
  it('says so in the second one where it may not look', async () => {
    const { announce, broken, happen, posts, restart } = setUp({ mayRead: false })
    await announce()
    happen('first')
    broken.loseAnswer = true
    await announce()
    restart()
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0', 'api-42/0'])
    expect(posts[1]?.text).not.toContain('twice')
    expect(posts[2]?.text).toContain('You may read this twice')
  })
})

describe('Slack in trouble', () => {
  it('comes back when Slack said so, and tells what was missed', async () => {
    const { announce, broken, happen, jobs, posts, clock } = setUp()
    broken.fail = () => new ChatError('late', 'ratelimited', 'slow down', 30 * SECOND)
    happen('first')
    await announce()
    expect(jobs.at(-1)).toMatchObject({ kind: 'announce', at: TWO_PM + 30 * SECOND })
    broken.fail = undefined
    clock.advanceTo(TWO_PM + 30 * SECOND)
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0'])
    expect(posts[1]?.text).not.toContain('twice')
  })
  it('puts a breach into the thread although the card has to wait', async () => {
    const { announce, broken, happen, jobs, posts, redraw, state } = setUp()
    await announce()
    redraw()
    happen('threshold breach', 'channel')
    broken.edit = () => new ChatError('late', 'ratelimited', 'slow down', 12 * SECOND)
    await announce()
    expect(posts.at(-1)).toMatchObject({ key: 'api-42/0', broadcast: true })
    expect(jobs.at(-1)?.at).toBe(TWO_PM + 12 * SECOND)
    expect(state.told).toMatchObject({ cursor: 1, inFlight: null })
  })
  it('waits longer each time when Slack names no time', async () => {
    const { announce, broken, jobs } = setUp()
    broken.fail = () => new ChatError('late', 'http_503', 'no answer')
    for (let count = 0; count < 7; count++) await announce()
    expect(jobs.map((job) => (job.at - TWO_PM) / SECOND)).toEqual([1, 2, 4, 8, 16, 30, 30])
  })
  it('tells an outage once, compacted, and the channel hears of it', async () => {
    const { announce, broken, clock, happen, posts, state } = setUp()
    await announce()
    broken.fail = () => new ChatError('late', 'http_503', 'no answer')
    for (let count = 0; count < 12; count++) {
      clock.advanceTo(TWO_PM + count * MINUTE)
      happen(`thing ${count}`, count === 7 ? 'channel' : 'thread')
    }
    await announce()
    broken.fail = undefined
    await announce()
    expect(posts).toHaveLength(2)
    expect(posts[1]).toMatchObject({ thread: '1.0', broadcast: true, key: 'api-42/0-11' })
    expect(posts[1]?.text).toContain('14:00 UTC to 14:11 UTC: Slack or the bot was away. 12 things happened to api-42')
    expect(state.told?.cursor).toBe(12)
  })
  it('tells few late lines in one message too, each with its moment, and a single one as itself', async () => {
    const { announce, clock, happen, posts } = setUp()
    await announce()
    happen('first')
    clock.advanceTo(TWO_PM + MINUTE / 2)
    happen('second')
    clock.advanceTo(TWO_PM + 2 * MINUTE)
    await announce()
    expect(posts.at(-1)?.text).toMatch(/2 things happened[\s\S]*14:00 UTC .*first\n14:00 UTC .*second/)
    happen('third')
    clock.advanceTo(TWO_PM + 5 * MINUTE)
    await announce()
    expect(posts).toHaveLength(3)
    expect(posts.at(-1)?.text).not.toContain('late')
  })
  it('says in the log what to do when the bot is not in the channel, and tries slowly', async () => {
    const { announce, broken, complaints, jobs } = setUp()
    broken.fail = () => new ChatError('refused', 'not_in_channel', 'no')
    await announce()
    expect(complaints.join()).toContain('Invite it there: /invite @tminus')
    expect(jobs.at(-1)?.at).toBe(TWO_PM + 60 * SECOND)
  })
  it('posts a new card when somebody deleted the old one', async () => {
    const { announce, broken, clock, posts, redraw, state } = setUp()
    await announce()
    clock.advanceTo(TWO_PM + MINUTE)
    redraw()
    broken.fail = () => new ChatError('refused', 'message_not_found', 'gone')
    await announce()
    expect(state.told?.card).toBeNull()
    broken.fail = undefined
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/card'])
  })
  it('tells as plain text what Slack refuses as blocks', async () => {
    const { announce, broken, posts, complaints } = setUp()
    let first = true
    broken.fail = () => {
      const failure = first ? new ChatError('refused', 'invalid_blocks', 'no') : undefined
      first = false
      return failure
    }
    await announce()
    expect(posts[0]?.text).toContain('api v2.0, canary: Running.')
    expect(complaints.join()).toContain('plain text instead')
  })
  it('tells the same deployment once when two jobs run at the same time', async () => {
    const { announce, happen, posts } = setUp()
    happen('first')
    await Promise.all([announce(), announce(), announce()])
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0'])
  })
})

describe('a message that asks for a decision', () => {
  const lee = { id: 'U0LEE', name: 'Lee' }
  const waiting = (): Deployment => sampleDeployment({ step: 'approve-5', stepSince: TWO_PM })
  function untilAsked() {
    const told = setUp()
    told.state.deployment = waiting()
    told.happen('Approval needed: 5 % of api traffic to v2.0.', 'channel', { step: 'approve-5', level: 'warning' })
    const approve = () => {
      told.clock.advanceTo(told.clock.now() + MINUTE)
      told.state.deployment = sampleDeployment({
        step: 'route-5',
        approvals: [{ step: 'approve-5', by: lee, at: told.clock.now() }],
      })
      told.happen('Approved by Lee: 5 %.', 'thread', { type: 'approved', by: lee, step: 'approve-5', level: 'good' })
    }
    return { ...told, approve }
  }

  it('loses its buttons when somebody decided, and says who, and is forgotten then', async () => {
    const { announce, approve, shown, edits, state } = untilAsked()
    await announce()
    expect(shown.get('2.0')).toContain('[Approve: start 5 % canary]')
    expect(state.told?.asked).toMatchObject([{ ts: '2.0', from: 0, to: 0 }])
    await announce()
    expect(edits).toEqual([])
    approve()
    await announce()
    expect(shown.get('2.0')).toContain('Approved by Lee at 14:01 UTC')
    expect(shown.get('2.0')).not.toContain('[')
    expect(state.told?.asked).toEqual([])
    const drawn = edits.length
    await announce()
    expect(edits).toHaveLength(drawn)
  })
  it('is told with its answer and without buttons when it was decided before it was told', async () => {
    const { announce, approve, posts, edits, state } = untilAsked()
    approve()
    await announce()
    expect(posts[1]?.text).toContain('Approved by Lee')
    expect(posts[1]?.text).not.toContain('[')
    expect([edits, state.told?.asked]).toEqual([[], []])
  })
  it('is drawn again later where Slack is late, without a second telling of anything else', async () => {
    const { announce, approve, broken, jobs, posts, shown, clock, state } = untilAsked()
    await announce()
    approve()
    broken.edit = (ts) => (ts === '2.0' ? new ChatError('late', 'ratelimited', 'slow down', 7 * SECOND) : undefined)
    await announce()
    expect(jobs.at(-1)?.at).toBe(clock.now() + 7 * SECOND)
    expect(shown.get('2.0')).toContain('[Approve')
    expect(state.told).toMatchObject({ card: '1.0', asked: [{ ts: '2.0' }] })
    delete broken.edit
    await announce()
    expect(shown.get('2.0')).toContain('Approved by Lee')
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0', 'api-42/1'])
  })
  it('is left alone when somebody deleted it, and the card stays', async () => {
    const { announce, approve, broken, jobs, state } = untilAsked()
    await announce()
    approve()
    broken.edit = (ts) => (ts === '2.0' ? new ChatError('refused', 'message_not_found', 'gone') : undefined)
    await announce()
    expect(state.told).toMatchObject({ card: '1.0', asked: [] })
    expect(jobs).toEqual([])
  })
  it('is found after a crash in the middle of its post, and loses its buttons all the same', async () => {
    const { announce, approve, broken, posts, restart, shown, state } = untilAsked()
    const asked = state.timeline.splice(0)
    await announce()
    state.timeline.push(...asked)
    broken.loseAnswer = true
    await announce()
    restart()
    approve()
    await announce()
    expect(posts.map((post) => post.key)).toEqual(['api-42/card', 'api-42/0', 'api-42/1'])
    expect(shown.get('2.0')).toContain('Approved by Lee')
    expect(shown.get('2.0')).not.toContain('[')
    expect(state.told?.asked).toEqual([])
  })
  it('comes out the same when a crash between edit and note repeats the edit', async () => {
    const { announce, approve, restart, shown, state } = untilAsked()
    await announce()
    const noted = state.told
    approve()
    await announce()
    const answered = shown.get('2.0')
    const after = state.told
    if (noted && after) state.told = { ...after, asked: noted.asked }
    restart()
    await announce()
    expect(shown.get('2.0')).toBe(answered)
    expect(state.told).toEqual(after)
  })
  it('waits for its turn with the card: at most one edit in 3 s', async () => {
    const { announce, clock, edits, happen, jobs, state } = untilAsked()
    await announce()
    state.deployment = { ...waiting(), stepSince: TWO_PM + SECOND }
    happen('All new pods are ready again.')
    await announce()
    expect(edits).toEqual([])
    expect(jobs.at(-1)?.at).toBe(TWO_PM + 3 * SECOND)
    clock.advanceTo(TWO_PM + 3 * SECOND)
    await announce()
    expect(edits).toHaveLength(2)
  })
  it('that tells of an outage loses its buttons too', async () => {
    const { announce, approve, clock, happen, shown } = untilAsked()
    for (let count = 0; count < 9; count++) happen(`thing ${count}`)
    clock.advanceTo(TWO_PM + 10 * MINUTE)
    await announce()
    expect(shown.get('2.0')).toMatch(/Told late[\s\S]*You approve: [\s\S]*Image [\s\S]*\[Approve/)
    approve()
    await announce()
    expect(shown.get('2.0')).toMatch(/Told late[\s\S]*thing 8[\s\S]*Approved by Lee at 14:11 UTC/)
    expect(shown.get('2.0')).not.toContain('[')
  })
})
