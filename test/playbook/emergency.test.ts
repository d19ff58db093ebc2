import { describe, expect, it } from 'vitest'
import { authorise } from '../../src/playbook/authorise.ts'
import { HOUR } from '../../src/playbook/durations.ts'
import {
  emergencyDetail,
  emergencyId,
  emergencyNews,
  emergencyReason,
  emergencyTime,
  incidentLine,
  isEmergency,
} from '../../src/playbook/emergency.ts'
import { recordEvent } from '../../src/playbook/record-event.ts'
import { ana, ben, makeService, must, newDeployment, T0, walkTo } from './fixtures.ts'

const member = (person: { id: string; name: string }) => ({ ...person, kind: 'member' }) as const
const facts = {
  id: emergencyId('api', T0),
  service: 'api',
  by: ana,
  reason: 'checkout is broken',
  at: T0,
  deployment: 'api-1',
  from: 'registry.local/api:v2.0@sha256:aa',
  to: 'registry.local/api:v1.9',
  restoredAt: T0 + 1_240,
}

describe('the id of an emergency', () => {
  it('is told from a deployment, and holds its time', () => {
    expect(isEmergency(facts.id)).toBe(true)
    expect(emergencyTime(facts.id)).toBe(T0)
    for (const other of ['api-1', 'emergency-api-42', null, undefined]) expect(isEmergency(other)).toBe(false)
  })
})

describe('what is said of an emergency', () => {
  it('is one line for the log, as the playbook begins it', () => {
    expect(incidentLine(facts)).toBe(
      `Incident occurred at: 2026-01-15T14:00:00.000Z api: emergency rollback from v2.0 to v1.9 by Ana (U0ANA), traffic restored after 1.2 s, deployment api-1, reason: checkout is broken`,
    )
  })
  it('does not call restored what is not', () => {
    expect(emergencyNews({ ...facts, restoredAt: null })).toContain('did NOT bring traffic back')
    expect(incidentLine({ ...facts, restoredAt: null, deployment: null, from: null, to: null })).toContain(
      'from a version that is not known to a version that is not known by Ana (U0ANA), traffic is NOT restored, deployment not known',
    )
  })
})

describe('who may order one', () => {
  it('is named in the catalogue: not every approver, not the requester', () => {
    const service = makeService({ emergency: [ben.id] })
    expect(authorise(member(ben), 'emergency', service, null).ok).toBe(true)
    const refused = authorise(member(ana), 'emergency', service, newDeployment())
    expect(refused).toMatchObject({ ok: false, refusal: { code: 'not-allowed', next: 'These people may: <@U0BEN>.' } })
    expect(authorise({ ...ben, kind: 'guest' }, 'emergency', service, null).ok).toBe(false)
  })
  it('and unblocking is for approvers only', () => {
    const service = makeService({ approvers: [ben.id], deployers: [ana.id] })
    expect(authorise(member(ben), 'unblock', service, null).ok).toBe(true)
    expect(authorise(member(ana), 'unblock', service, newDeployment())).toMatchObject({ ok: false })
  })
})

describe('a record that an emergency has overtaken', () => {
  const event = { type: 'emergency-took-over', id: facts.id } as const

  it('goes back under its token, whatever it was about to do, and says so in the channel', () => {
    const outcome = recordEvent(newDeployment(), event, T0 + 5)
    expect(outcome).toMatchObject({
      ok: true,
      value: {
        deployment: { status: 'going-back', goingBack: { emergency: facts.id, step: 0 }, keepUntil: null },
        entries: [{ audience: 'channel', level: 'bad' }],
      },
    })
  })
  it('is overtaken by the same one once, by a later one again: from the beginning', () => {
    const overtaken = must(newDeployment(), event, T0 + 5).deployment
    expect(recordEvent(overtaken, event, T0 + 6)).toMatchObject({ ok: false })
    const drained = must(overtaken, { type: 'way-back-step-done', index: 0, text: 'restored' }, T0 + 7).deployment
    const later = { type: 'emergency-took-over', id: `emergency-api-${T0 + 8}` } as const
    expect(must(drained, later, T0 + 8).deployment.goingBack).toMatchObject({ emergency: later.id, step: 0 })
  })
  it('knows of it from the beginning when it could be reached', () => {
    const { deployment } = walkTo(newDeployment(), 'watch-25')
    const asked = { type: 'rollback-asked', by: ben, reason: emergencyDetail('it burns'), emergency: facts.id } as const
    const back = must(deployment, asked, T0 + HOUR).deployment
    expect(back.goingBack).toMatchObject({ emergency: facts.id, by: { id: ben.id } })
    expect(emergencyReason(back.goingBack?.detail ?? '')).toBe('it burns')
    expect(recordEvent(back, event, T0 + HOUR)).toMatchObject({ ok: false })
  })
})
