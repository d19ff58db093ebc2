/** What `tminus rehearse` tells and how it ends, for each way a deployment can go. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseDocument } from 'yaml'
import { rehearse } from '../../src/commands/rehearse.ts'
import { readingFaults } from '../reading.ts'
import { EXAMPLE_PATH } from './example-services.ts'

const rehearsal = (...args: string[]) => rehearsalOf(EXAMPLE_PATH, ...args)

async function rehearsalOf(path: string, ...args: string[]) {
  const lines: string[] = []
  const exit = await rehearse(args, path, (line) => lines.push(line))
  expect(messagesIn(lines).flatMap(readingFaults)).toEqual([])
  // Sentences are broken into lines of a terminal's width: joined again, they can be looked for.
  return { exit, lines, text: lines.join(' ').replaceAll(/\s+/g, ' ') }
}

/** What the bot said, a text for each message: without what people typed and pressed, buttons, logs and tables. */
function messagesIn(lines: readonly string[]): readonly string[] {
  const messages = lines.join('\n').split(/^── /m).slice(1)
  return messages
    .filter((message) => !/^\S+ \S+ {2}\S+ (?:types|presses)\n/.test(message))
    .map((message) => message.split('\n').slice(1))
    .map((body) => body.filter((line) => !/^ {7}|^ *\[/.test(line)).map((line) => line.trim()))
    .map((body) => body.join(' ').trim().replaceAll(/>> .*/g, ''))
}

const CANARY = '/deploy api v2.0 canary'

describe('a rehearsal that goes well', () => {
  it('ends in completion without a mesh, with the share that pods can really give', async () => {
    const { exit, text } = await rehearsal(CANARY)
    expect(exit).toBe(0)
    expect(text).toContain(
      'Approval needed: 5 % of api traffic to v2.0 (really 20 %: 1 pod of 5). It has no production traffic yet.',
    )
    expect(text).toContain('Traffic 20 % on v2.0 (planned 5 %)')
    expect(text).toContain('100 % passed its gate')
    expect(text).toContain('api v2.0 is deployed: 100 % of traffic, 50 min.')
  })
  it('ends in completion with Istio, with the very shares of the playbook', async () => {
    const { exit, text } = await rehearsal('/deploy search v2.0 canary')
    expect(exit).toBe(0)
    for (const share of [5, 25, 50, 100]) expect(text).toContain(`Traffic ${share} % on v2.0`)
    expect(text).not.toContain('the real share is more than twice')
    expect(text).toContain('search v2.0 is deployed')
  })
  it('gives the same transcript every time', async () => {
    const [first, second] = [await rehearsal(CANARY), await rehearsal(CANARY)]
    expect(second.lines).toEqual(first.lines)
  })
  it('gives the same transcript every time when it goes wrong', async () => {
    const sick = [CANARY, '--fault', 'crashloop@25']
    const [first, second] = [await rehearsal(...sick), await rehearsal(...sick)]
    expect(second.lines).toEqual(first.lines)
  })
  it('writes the report of the playbook at the check-in after a day', async () => {
    const { text } = await rehearsal(CANARY)
    const report = text.slice(text.indexOf('Check-in 24h'))
    for (const words of ['DEPLOYMENT REPORT', 'Status: SUCCESSFUL', 'Rollbacks: 0', 'Check-ins: 1h ok, 4h ok, 24h ok'])
      expect(report).toContain(words)
  })
})

describe('a rehearsal with a sick version', () => {
  it('goes back by itself at 25 % for errors, and shows the way back', async () => {
    const { exit, text } = await rehearsal(CANARY, '--fault', 'errors@25')
    expect(exit).toBe(2)
    expect(text).toContain('>> v2.0 falls ill: errors')
    expect(text).toContain('Rolling back api to v1.9')
    expect(text).toContain('Traffic is restored: v1.9 has all of it, read back from the router.')
    expect(text).toContain('nothing of v2.0 is left')
    expect(text).not.toContain('50 % of the traffic is given to v2.0')
  })
  it.each(['latency', 'crashloop'])('goes back by itself for %s', async (fault) => {
    const { exit, text } = await rehearsal(CANARY, '--fault', fault)
    expect(exit).toBe(2)
    expect(text).toContain('Traffic is restored: v1.9 has all of it')
  })
  it('holds for want of metrics, and neither goes on nor back', async () => {
    const { exit, text } = await rehearsal(CANARY, '--fault', 'no-metrics')
    expect(exit).toBe(3)
    expect(text).toContain('No data')
    expect(text).not.toContain('25 % of the traffic is given')
    expect(text).not.toContain('Rolling back')
  })
  it('goes back on Istio as well', async () => {
    const { exit, text } = await rehearsal('/deploy search v2.0 canary', '--fault', 'errors@50')
    expect(exit).toBe(2)
    expect(text).toContain('Traffic is restored: v1.9 has all of it, read back from the router.')
  })
})

describe('a rehearsal of blue-green', () => {
  const SWITCH = '/deploy api v2.0 blue-green'

  it('switches once, watches for 30 min, and keeps the old version for another 30', async () => {
    const { exit, text } = await rehearsal(SWITCH)
    expect(exit).toBe(0)
    expect(text).toContain('v2.0: 4 pods ready beside 4 of v1.9, out of traffic behind Service api-preview.')
    expect(text).toContain('Waits for approval of the switch: all traffic to v2.0')
    expect(text).toContain('[Approve: switch to v2.0]')
    expect(text).toContain('100 % of the traffic is given to v2.0, by one switch of Service api.')
    expect(text).toContain('Now 100 % watched for 30 min')
    // The 30 minutes of the watch, and the pods' time to end once the workload has the traffic.
    expect(text).toContain('api v2.0 is deployed: 100 % of traffic, 31 min. v1.9 stays warm for 30 min')
    expect(text).not.toMatch(/Traffic [1-9]\d? % on/)
    const report = text.slice(text.indexOf('DEPLOYMENT REPORT'))
    expect(report).toContain('Status: SUCCESSFUL')
  })
  it('switches a service of a mesh as well', async () => {
    const { exit, text } = await rehearsal('/deploy search v2.0 blue-green')
    expect(exit).toBe(0)
    expect(text).toContain('100 % of the traffic reaches 4 v2.0 pods.')
  })
  it.each(['errors', 'latency', 'crashloop'])('switches back by itself for %s', async (fault) => {
    const { exit, text } = await rehearsal(SWITCH, '--fault', fault)
    expect(exit).toBe(2)
    expect(text).toContain('Traffic is restored: v1.9 has all of it, read back from the router.')
    expect(text).toContain('nothing of v2.0 is left')
  })
  it('holds for want of metrics, and neither goes on nor back', async () => {
    const { exit, text } = await rehearsal(SWITCH, '--fault', 'no-metrics')
    expect(exit).toBe(3)
    expect(text).toContain('No data')
    expect(text).not.toContain('Rolling back')
  })
  it('asks first where the catalogue says so, and goes back when the countdown is over', async () => {
    const { exit, text } = await rehearsal('/deploy web v2.0 blue-green', '--fault', 'errors')
    expect(exit).toBe(2)
    expect(text).toContain('It rolls back by itself in 5 min unless somebody decides before.')
    expect(text).toContain('nobody decided for 5 min')
  })
  it('shows in the plan how the service is taken over, how one comes back, and what it costs', async () => {
    const { text } = await rehearsal('/deploy plan api v2.0 blue-green')
    expect(text).toContain('Deployment api stays as it is and serves until the switch')
    expect(text).toContain('Back to plain: nothing to undo')
    expect(text).toContain('approval of the switch to v2.0: a person agrees')
  })
})

describe('a catalogue that names the command otherwise', () => {
  it('is told with that name everywhere, also in the channel, and says how much traffic is missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tminus-ship-'))
    const path = join(folder, 'tminus.yml')
    const catalogue = parseDocument(await readFile(EXAMPLE_PATH, 'utf8'))
    catalogue.setIn(['slack', 'command'], '/ship')
    catalogue.setIn(['defaults', 'judgement'], { trafficFloor: 1_000_000 })
    await writeFile(path, catalogue.toString())
    const { exit, text } = await rehearsalOf(path, '/ship api v2.0')
    await rm(folder, { recursive: true })
    expect(exit).toBe(3)
    expect(text).toContain('Or decide: `/ship resume api` or `/ship rollback api`.')
    expect(text).not.toContain('/deploy ')
    expect(text).toMatch(/Error rate: only \d+ requests, fewer than the 1000000 that a verdict needs/)
  })
})

describe('a plan by pods', () => {
  it('says which shares can be had, and ends well', async () => {
    const { exit, text } = await rehearsal('/deploy plan api v2.0')
    expect(exit).toBe(0)
    expect(text).toContain(
      'Shares by pods, with 4 pods of the old version: 5 % is really 20 %, 25 % is really 20 %. 20 % is more than twice 5 %',
    )
  })
})

describe('a rehearsal of rolling', () => {
  const ROLL = '/deploy api v2.0 rolling'

  it('replaces pod after pod, watches each, and takes away the last old one at the end', async () => {
    const { exit, text } = await rehearsal(ROLL)
    expect(exit).toBe(0)
    expect(text).toContain(
      'Approval needed: the first pod of api on v2.0 (20 % of the traffic). It has no production traffic yet.',
    )
    for (const [pod, share] of [
      [1, 20],
      [2, 40],
      [3, 60],
      [4, 80],
    ]) {
      expect(text).toContain(`Pod ${pod} of 4 runs v2.0: ${share} % of the traffic.`)
      expect(text).toContain(`Now pod ${pod} of 4 runs v2.0, watched for 8 min`)
      expect(text).toContain(`Pod ${pod} of 4 passed its gate`)
    }
    expect(text).toContain('100 % of the traffic is given to v2.0: the old pods of api go.')
    expect(text).toContain('at least 38 min planned')
    expect(text).toContain('api v2.0 is deployed: 100 % of traffic, 38 min. v1.9 stays restorable for 1 h')
    expect(text).not.toContain('more than twice')
  })
  it('rolls a service behind a route as well, and leaves the route alone', async () => {
    const { exit, text } = await rehearsal('/deploy web v2.0 rolling')
    expect(exit).toBe(0)
    expect(text).toContain('100 % of the traffic reaches')
  })
  it('gives the same transcript every time, forward and back', async () => {
    for (const fault of [[], ['--fault', 'crashloop@40']]) {
      const [first, second] = [await rehearsal(ROLL, ...fault), await rehearsal(ROLL, ...fault)]
      expect(second.lines).toEqual(first.lines)
    }
  })
  it.each(['errors', 'errors@60', 'errors@100', 'latency', 'crashloop', 'crashloop@40'])(
    'goes back by itself for %s',
    async (fault) => {
      const { exit, text } = await rehearsal(ROLL, '--fault', fault)
      expect(exit).toBe(2)
      expect(text).toContain('Rolling back api to v1.9')
      expect(text).toContain('Traffic is restored: v1.9 has all of it, read back from the router.')
      expect(text).toContain('api is as it was before; nothing of v2.0 is left')
    },
  )
  it('holds for want of metrics, and neither goes on nor back', async () => {
    const { exit, text } = await rehearsal(ROLL, '--fault', 'no-metrics')
    expect(exit).toBe(3)
    expect(text).toContain('No data')
    expect(text).not.toContain('Rolling back')
  })
  it('shows in the plan how long it takes, which shares it has and what capacity', async () => {
    const { exit, text } = await rehearsal('/deploy plan api v2.0 rolling')
    expect(exit).toBe(0)
    expect(text).toContain('With 4 pods now: 4 times 8 min, and 6 min at the end: at least 38 min.')
    expect(text).toContain('Shares by pods on the way: 20 %, 40 %, 60 %, 80 %, then 100 %.')
    expect(text).toContain('never fewer ready pods than now, at most 1 more')
  })
})

describe.each([
  ['gateway-api', { kind: 'gateway-api', httpRoute: 'search', canary: 'search-canary' }],
  ['nginx', { kind: 'nginx', ingress: 'search', canary: 'search-canary' }],
])('a rehearsal with the router %s', (_kind, router) => {
  let folder = ''
  let path = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-rehearsal-'))
    path = join(folder, 'tminus.yml')
    const catalogue = parseDocument(await readFile(EXAMPLE_PATH, 'utf8'))
    catalogue.setIn(['services', 'search', 'router'], router)
    await writeFile(path, String(catalogue))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('ends in completion, with the very shares of the playbook', async () => {
    const { exit, text } = await rehearsalOf(path, '/deploy search v2.0 canary')
    expect(exit).toBe(0)
    for (const share of [5, 25, 50, 100]) expect(text).toContain(`Traffic ${share} % on v2.0`)
  })
  it('goes back', async () => {
    const { exit, text } = await rehearsalOf(path, '/deploy search v2.0 canary', '--fault', 'errors@50')
    expect(exit).toBe(2)
    expect(text).toContain('Traffic is restored: v1.9 has all of it, read back from the router.')
  })
})

describe('a rehearsal with eyes of its own', () => {
  let folder = ''
  let path = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tminus-rehearsal-'))
    path = join(folder, 'tminus.yml')
    const catalogue = parseDocument(await readFile(EXAMPLE_PATH, 'utf8'))
    const steps = [25, 100].map((percent) => ({ percent, observe: '3m' }))
    for (const [key, value] of Object.entries({ eyes: { port: 8080 }, canary: { steps }, keepFor: '5m' }))
      catalogue.setIn(['services', 'api', key], value)
    await writeFile(path, String(catalogue))
  })
  afterAll(() => rm(folder, { recursive: true }))

  it('completes, and writes nothing of what they see', async () => {
    const { exit, text } = await rehearsalOf(path, CANARY)
    expect(exit).toBe(0)
    expect(text).toContain('4 pods told their own counters at port 8080, path /metrics')
    expect(text).not.toContain('counted themselves')
  })
  it('goes back by what the pods say, before the metrics are asked again, the same way every time', async () => {
    const sick = [CANARY, '--fault', 'errors@25']
    const [first, second] = [await rehearsalOf(path, ...sick), await rehearsalOf(path, ...sick)]
    expect(first.exit).toBe(2)
    expect(first.text).toMatch(
      /Rolling back api to v1\.9: Error rate 1\d %: \d+ of \d+ requests in 4 s failed, read from/,
    )
    expect(second.lines).toEqual(first.lines)
  })
})

describe('a rehearsal in which people do not agree', () => {
  it('does not let the requester approve', async () => {
    const { exit, text } = await rehearsal(CANARY, '--as', 'requester')
    expect(text).toContain('somebody else approves it')
    expect(text).not.toContain('5 % of the traffic is given')
    expect(exit).toBe(1)
  })
  it('lets the second person approve what the requester may not', async () => {
    const { exit, text } = await rehearsal(CANARY, '--as', 'requester,approver')
    expect(text).toContain('somebody else approves it')
    expect(exit).toBe(0)
  })
  it('ends without traffic when nobody answers', async () => {
    const { exit, text } = await rehearsal(CANARY, '--as', 'nobody')
    expect(exit).toBe(1)
    expect(text).toContain('Why: nobody approved 5 % within 4 h')
    expect(text).toContain('Stopping api-1: nobody approved 5 % within 4 h. Nothing was changed on the cluster')
    expect(text).not.toContain('5 % of the traffic is given')
  })
})

describe('a rehearsal of something that cannot be done', () => {
  it('names the nearest service for one that is unknown', async () => {
    const { exit, text } = await rehearsal('/deploy aip v2.0 canary')
    expect(exit).toBe(1)
    expect(text).toContain('api')
    expect(text).not.toContain('thread')
  })
  it('refuses a version that the registry does not have, before anything is changed', async () => {
    const { exit, text } = await rehearsal('/deploy api v9.9 canary')
    expect(exit).toBe(1)
    expect(text).toContain('✗ fails · image-exists')
    expect(text).toContain('Nothing was changed; all traffic stays on v1.9.')
  })
})
