import { describe, expect, it } from 'vitest'
import { judgeEndpoints } from '../../src/checks/service-has-endpoints.ts'
import type { Service } from '../../src/playbook/service.ts'
import type { Inspection } from '../../src/ports/cluster.ts'
import { makeService } from '../playbook/fixtures.ts'
import { makeInspection } from './fixtures.ts'

const service = makeService()
const judge = (of: Service, inspection: Inspection) => judgeEndpoints(of, inspection, false)
const front = { selector: { app: 'api' }, selectsWorkload: true, selectsCanary: false }

describe('service-has-endpoints', () => {
  it('names the selector and counts the ready addresses', () => {
    expect(judge(service, makeInspection({ service: front }))).toMatchObject({
      status: 'holds',
      sentence: 'api (selector app=api) has 3 ready addresses behind it for 3 pods.',
    })
  })

  it('fails without the Service, and with a selector that misses the pods', () => {
    expect(judge(service, makeInspection({ service: null })).status).toBe('fails')
    const missed = judge(service, makeInspection({ service: { ...front, selectsWorkload: false } }))
    expect(missed.status).toBe('fails')
    expect(missed.sentence).toContain('its selector is app=api')
  })

  it('fails when the stable Service of a host route would take in the new pods, and only while there are any', () => {
    const both = makeInspection({ service: { ...front, selectsCanary: true } })
    expect(judge(service, both)).toMatchObject({ status: 'fails' })
    expect(judge(service, both).sentence).toContain('track=stable')
    expect(judge(makeService({ router: { kind: 'replicas' } }), both).status).toBe('holds')
    const bySubset = { kind: 'istio', virtualService: 'api', by: 'subset', stable: 'v1', canary: 'v2' } as const
    expect(judge(makeService({ router: bySubset }), both).status).toBe('holds')
    expect(judgeEndpoints(service, both, true).status).toBe('holds')
  })

  it('waits for the first ready address', () => {
    expect(judge(service, makeInspection({ service: front, endpoints: 0 })).status).toBe('not-yet')
  })
})
