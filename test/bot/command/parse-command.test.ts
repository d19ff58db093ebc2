import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCommand } from '../../../src/bot/command/parse-command.ts'
import type { Catalogue } from '../../../src/bot/command/parse-fault.ts'

const catalogue: Catalogue = [
  { name: 'api', strategies: ['canary', 'blue-green'] },
  { name: 'checkout-web', strategies: ['rolling'] },
]
const intent = (text: string) => {
  const parsed = parseCommand(text, catalogue)
  if (!parsed.ok) throw new Error(`not understood: ${JSON.stringify(parsed.fault)}`)
  return parsed.intent
}
const fault = (text: string) => {
  const parsed = parseCommand(text, catalogue)
  if (parsed.ok) throw new Error(`understood as ${JSON.stringify(parsed.intent)}`)
  return parsed.fault
}
const canary = { verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' }

describe('the grammar', () => {
  it('takes service, version and strategy, with or without the verb', () => {
    expect(intent('api v2.0 canary')).toEqual(canary)
    expect(intent('deploy api v2.0 canary')).toEqual(canary)
    expect(intent('api v2.0')).toEqual({ verb: 'deploy', service: 'api', version: 'v2.0' })
    expect(intent('plan api v2.0 bg')).toEqual({
      verb: 'plan',
      service: 'api',
      version: 'v2.0',
      strategy: 'blue-green',
    })
  })
  it('takes decisions with a reason', () => {
    expect(intent('abort api')).toEqual({ verb: 'abort', service: 'api' })
    for (const text of [
      'abort api errors are up',
      'abort api because errors are up',
      'abort api --reason errors are up',
    ])
      expect(intent(text)).toEqual({ verb: 'abort', service: 'api', reason: 'errors are up' })
    expect(intent('hold api —reason “errors are up”')).toEqual({
      verb: 'hold',
      service: 'api',
      reason: 'errors are up',
    })
    expect(intent('rollback api - errors are up')).toEqual({
      verb: 'rollback',
      service: 'api',
      reason: 'errors are up',
    })
    expect(intent('roll back api')).toEqual({ verb: 'rollback', service: 'api' })
    expect(intent('approve api looks good')).toEqual({ verb: 'approve', service: 'api' })
  })
  it('takes status and help, and a bare command is help', () => {
    expect(intent('')).toEqual({ verb: 'help' })
    expect(intent('   ')).toEqual({ verb: 'help' })
    expect(intent('help abort')).toEqual({ verb: 'help', topic: 'abort' })
    expect(intent('status')).toEqual({ verb: 'status' })
    expect(intent('Status API')).toEqual({ verb: 'status', service: 'api' })
  })
})

describe('the last resorts', () => {
  it('takes an emergency with its reason, never as confirmed', () => {
    expect(intent('emergency api checkout is broken')).toEqual({
      verb: 'emergency',
      service: 'api',
      reason: 'checkout is broken',
    })
    expect(intent('Emergency API')).toEqual({ verb: 'emergency', service: 'api' })
    expect(fault('emergency api --confirmed').why).toContain('"--confirmed"')
    expect(fault('emergncy api')).toMatchObject({ nearest: 'emergency' })
    expect(fault('emergency')).toMatchObject({ why: 'Which service is it?' })
  })
  it('takes a version or a digest to unblock, with the reason', () => {
    expect(intent('unblock api v2.0 the cause is mended')).toEqual({
      verb: 'unblock',
      service: 'api',
      version: 'v2.0',
      reason: 'the cause is mended',
    })
    expect(intent('unblock api sha256:aa')).toEqual({ verb: 'unblock', service: 'api', version: 'sha256:aa' })
    expect(fault('unblock api')).toMatchObject({ code: 'bad-version', bad: null })
    expect(fault('unblock nope v2.0')).toMatchObject({ code: 'unknown-service' })
  })
})

describe('text typed on a phone', () => {
  it.each([
    'Api v2.0 canary.',
    'api <http://v2.0|v2.0> canary',
    'api\u00a0 v2.0\u200b   Canary',
    '“api” ‘v2.0’ canary',
    'Deploy api to v2.0 using canary',
    '/deploy api v2.0 with canary',
    'api\nv2.0\tcanary',
  ])('%j is api v2.0 canary', (text) => expect(intent(text)).toEqual(canary))
  it.each(['bluegreen', 'blue-green', 'Blue–Green', 'blue green', 'bg', 'blue_green'])('%j is blue-green', (word) =>
    expect(intent(`api v2.0 ${word}`)).toMatchObject({ strategy: 'blue-green' }),
  )
  it('keeps people and channels of a reason as plain words', () => {
    expect(intent('hold api <@U1|lee> said so in <#C1|ops>')).toMatchObject({ reason: '@lee said so in #ops' })
    expect(intent('hold api <!channel> &lt;b&gt;')).toMatchObject({ reason: '@channel <b>' })
  })
  it('keeps the capitals of a version, which tags have', () =>
    expect(intent('API V2.0-RC1')).toMatchObject({ version: 'V2.0-RC1' }))
})

describe('what is not understood', () => {
  it('says what was understood, marks the bad word and names the nearest', () => {
    expect(fault('api v2.0 canry')).toMatchObject({
      code: 'unknown-strategy',
      understood: ['api', 'v2.0'],
      bad: 'canry',
      nearest: 'canary',
      example: '/deploy api v2.0 canary',
    })
    expect(fault('apo v2.0')).toMatchObject({ code: 'unknown-service', bad: 'apo', nearest: 'api' })
    expect(fault('abotr api')).toMatchObject({ bad: 'abotr', nearest: 'abort', example: '/deploy abort api' })
    expect(fault('stop api')).toMatchObject({ nearest: 'abort' })
    expect(fault('abort chekout-web')).toMatchObject({ nearest: 'checkout-web', example: '/deploy abort checkout-web' })
    expect(fault('v2.0 api').why).toContain('service comes first')
  })
  it('asks for what is missing', () => {
    expect(fault('api')).toMatchObject({ code: 'bad-version', bad: null, understood: ['api'] })
    expect(fault('abort')).toMatchObject({ bad: null, why: 'Which service should I abort?' })
  })
  it.each([
    'api v2.0 canary --as root',
    '--as root',
    'api --force',
    'abort api -n kube-system',
    'abort --as api',
    'deploy -n api v2',
  ])('refuses the option of %j by name', (text) => expect(fault(text).why).toMatch(/"-{1,2}[a-z]+"/))
  it('refuses hidden and reversing characters, and says which', () => {
    expect(fault('api \u202ev2.0').why).toContain('U+202E')
    expect(fault('api v2.0\u0007').why).toContain('U+0007')
  })
  it('refuses look-alikes of a service', () => {
    expect(fault('аpi v2.0').code).toBe('unknown-service')
    expect(fault('status аpi').why).toContain('no plain letter')
    expect(fault('api v2․0')).toMatchObject({ code: 'bad-version', bad: 'v2․0' })
  })
  it('refuses versions that are no image tag', () => {
    for (const version of ['../etc', 'v2;rm', '$(id)', '.v2', `v${'2'.repeat(128)}`, 'a/b', 'a:b'])
      expect(fault(`api ${version}`).code).toBe('bad-version')
    expect(intent(`api ${'v'.repeat(128)}`)).toMatchObject({ version: 'v'.repeat(128) })
  })
  it('refuses text of more than 3,000 characters', () =>
    expect(fault(`hold api ${'x'.repeat(3_000)}`).why).toContain('too long'))
  it('refuses words behind the strategy', () => expect(fault('api v2.0 canary now')).toMatchObject({ bad: 'now' }))
})

describe('any text whatsoever', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'api',
      'API',
      'checkout-web',
      'deploy',
      'plan',
      'abort',
      'rollback',
      'v2.0',
      'canary',
      '--as',
      'to',
      '—',
      '<@U1|x>',
      '__proto__',
      'constructor',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ maxLength: 12 }),
  )
  const text = fc.oneof(
    fc.array(word, { maxLength: 7 }).map((words) => words.join(' ')),
    fc.string({ unit: 'binary', maxLength: 4_000 }),
  )
  it('never throws, and never makes an intent for a service outside the catalogue', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const parsed = parseCommand(typed, catalogue)
        if (!parsed.ok) {
          expect(parsed.fault.why).not.toBe('')
          return
        }
        const named = 'service' in parsed.intent ? parsed.intent.service : undefined
        if (named !== undefined) expect(catalogue.map((entry) => entry.name)).toContain(named)
        if ('version' in parsed.intent) expect(parsed.intent.version).toMatch(/^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/)
      }),
      { numRuns: 2_000 },
    )
  })
  it('makes no intent for a service of an empty catalogue', () => {
    fc.assert(
      fc.property(text, (typed) => {
        const parsed = parseCommand(typed, [])
        if (parsed.ok) expect(['help', 'status']).toContain(parsed.intent.verb)
      }),
    )
  })
})
