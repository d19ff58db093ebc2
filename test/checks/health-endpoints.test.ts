import { describe, expect, it } from 'vitest'
import { healthEndpoints, judgeHealth } from '../../src/checks/health-endpoints.ts'
import type { ProbeAnswer } from '../../src/ports/probe.ts'
import { makeService, newDeployment, PIN } from '../playbook/fixtures.ts'
import { makeContext } from './fixtures.ts'

const answered = (status: number): ProbeAnswer => ({ kind: 'answered', status, ms: 12.4, body: '' })
const judge = (...answers: ProbeAnswer[]) =>
  judgeHealth(answers.map((answer, index) => ({ url: `http://api/${index}`, answer })))

describe('health-endpoints', () => {
  it('holds when every address answers 2xx', () => {
    expect(judge(answered(200), answered(204))).toMatchObject({
      status: 'holds',
      sentence: '2 health addresses answered 2xx within 12 ms.',
    })
  })

  it('waits for what may pass: silence, 5xx', () => {
    expect(judge(answered(200), { kind: 'silent', why: 'connection refused' })).toMatchObject({
      status: 'not-yet',
      sentence: 'http://api/1 does not answer (connection refused). It clears when 2xx is answered.',
    })
    expect(judge(answered(503)).status).toBe('not-yet')
  })

  it('fails for what stays: redirects, 4xx', () => {
    expect(judge(answered(503), answered(404)).status).toBe('fails')
    expect(judge(answered(302)).status).toBe('fails')
  })

  it('does not know where no address is set', async () => {
    expect(await healthEndpoints.run(makeContext())).toMatchObject({ status: 'unknown' })
  })

  it('asks the old version before anything is touched, the new one after', async () => {
    const asked: string[] = []
    const probe = {
      get: async (url: string) => {
        asked.push(url)
        return answered(200)
      },
    }
    const deployment = newDeployment(makeService({ health: ['http://api-$version/healthz'] }))
    await healthEndpoints.run(makeContext({ ports: { probe }, deployment }))
    await healthEndpoints.run(makeContext({ ports: { probe }, deployment: { ...deployment, pin: PIN } }))
    expect(asked).toEqual(['http://api-v1.9/healthz', 'http://api-v2.0/healthz'])
  })
})
