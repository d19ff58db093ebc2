import { describe, expect, it } from 'vitest'
import { type Answering, answerInTime } from '../../src/bot/answering.ts'
import { printMessage } from '../../src/bot/transcript.ts'
import type { Reply } from '../../src/handlers/ask.ts'
import { ChatError } from '../../src/ports/chat.ts'
import { quietLog } from './slack-workspace.ts'
import { api } from './views/sample-deployment.ts'

const asker = { id: 'U0SAM', team: 'T1', channel: 'C0RANDOM' }
const parts = (changes: Partial<Answering>): Answering => ({
  answer: () => Promise.resolve({ kind: 'done', text: 'done' }),
  channels: { facts: () => Promise.resolve({ shared: false, member: true }) },
  log: quietLog().log,
  catalogue: [api],
  channelOf: () => api.channel,
  commandName: '/deploy',
  ...changes,
})

describe('an answer in time', () => {
  it('says that it takes longer when it does, and gives the real one later', async () => {
    let finish: (reply: Reply) => void = () => undefined
    const answer = () => new Promise<Reply>((resolve) => (finish = resolve))
    const first = await answerInTime(
      parts({ answer, patienceMs: 0 }),
      { verb: 'abort', service: 'api' },
      asker,
      'typed',
    )
    expect(first.done).toBe(false)
    expect(printMessage(first.message)).toContain('not known yet whether it was recorded')
    finish({ kind: 'done', text: 'api-1 goes back' })
    const later = await first.later
    expect(later?.done).toBe(true)
    expect(printMessage(later?.message ?? { text: '', blocks: [] })).toBe('api-1 goes back')
  })
  it('starts nothing while Slack cannot say whether the channel is shared', async () => {
    const facts = () => Promise.reject(new ChatError('late', 'http_503', 'down'))
    let asked = 0
    const answer = () => {
      asked++
      return Promise.resolve<Reply>({ kind: 'done', text: 'done' })
    }
    const deploy = { verb: 'deploy', service: 'api', version: 'v2.0' } as const
    const started = await answerInTime(parts({ channels: { facts }, answer }), deploy, asker, 'typed')
    expect(printMessage(started.message)).toContain('Code not-recorded')
    expect(asked).toBe(0)
    const back = await answerInTime(
      parts({ channels: { facts }, answer }),
      { verb: 'rollback', service: 'api' },
      asker,
      'pressed',
    )
    expect(back.done).toBe(true)
  })
  it('is told with the words people type here', async () => {
    const answer = () =>
      Promise.resolve<Reply>({ kind: 'done', text: 'Go on with `/deploy resume api`. See <#C0DEPLOYS>.' })
    const ship = parts({ answer, commandName: '/ship' })
    const { message } = await answerInTime(ship, { verb: 'hold', service: 'api' }, asker, 'typed')
    expect(message.text).toBe('Go on with `/ship resume api`. See <#C0DEPLOYS>.')
  })
})
