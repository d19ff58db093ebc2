import { describe, expect, it } from 'vitest'
import { countersReadable, judgeReadings } from '../../src/checks/counters-readable.ts'
import type { PodReading } from '../../src/playbook/judge-counts.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import { EYES, makeService, newDeployment } from '../playbook/fixtures.ts'
import { makeContext } from './fixtures.ts'

const seen = (pod: string, ...series: string[]): PodReading => ({
  pod,
  life: pod,
  requests: new Map(series.map((name) => [name, 5])),
  errors: new Map(),
})
const blind = (pod: string): PodReading => ({ pod, life: pod, unknown: 'connection refused' })

describe('counters-readable', () => {
  it('holds where each pod tells its counters', () => {
    expect(judgeReadings(EYES, [seen('api-a', '200', '500'), seen('api-b')])).toEqual({
      status: 'holds',
      sentence: '2 pods told their own counters at port 8080, path /metrics, 2 series of requests at most.',
    })
  })

  it('warns of pods that cannot be read, and says what that means', () => {
    const found = judgeReadings(EYES, [seen('api-a', '200'), blind('api-b')])
    expect(found).toEqual({
      status: 'warns',
      sentence:
        'The counters of 1 of 2 pods cannot be read at port 8080, path /metrics: api-b: connection refused. Without that the metrics store alone is watched.',
    })
  })

  it('warns of counters that have another name', () => {
    const found = judgeReadings(EYES, [seen('api-a'), seen('api-b')])
    expect(found.status).toBe('warns')
    expect(found.sentence).toContain('none has a counter that `eyes.requests` selects')
  })

  it('does not know without pods, or without the cluster, and never blocks', async () => {
    expect(judgeReadings(EYES, []).status).toBe('unknown')
    const deployment = newDeployment(makeService({ eyes: EYES }))
    const read = async () => {
      throw new ClusterError('refused', 'no right to list pods')
    }
    const found = await countersReadable.run(makeContext({ deployment, ports: { eyes: { read } } }))
    expect(found.status).toBe('unknown')
    expect(found.sentence).toContain('no right to list pods.')
  })

  it('reads the pods of the version that runs now', async () => {
    const slots: string[] = []
    const read = async (_: unknown, slot: string) => {
      slots.push(slot)
      return [seen('api-a', '200')]
    }
    const deployment = newDeployment(makeService({ eyes: EYES }))
    expect((await countersReadable.run(makeContext({ deployment, ports: { eyes: { read } } }))).status).toBe('holds')
    expect(slots).toEqual(['stable'])
  })
})
