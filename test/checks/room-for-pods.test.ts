import { describe, expect, it } from 'vitest'
import { judgeRoom } from '../../src/checks/room-for-pods.ts'
import { makeService } from '../playbook/fixtures.ts'
import { GIB, makeCapacity, makeInspection, makeWorkload } from './fixtures.ts'

const room = (cpu: number, memory: number, pods: number) => makeCapacity({ headroom: { cpu, memory, pods } })
const seen = makeInspection()

describe('room-for-pods', () => {
  it('reckons with the new pods and the old ones kept warm', () => {
    expect(judgeRoom(makeService(), seen, room(3, 6 * GIB, 6))).toEqual({
      status: 'holds',
      sentence:
        '6 extra pods (3 of the new version, 3 of the old one kept warm) fit: 6 pods, 3 cores and 6 GiB are free; they request 3 cores and 6 GiB.',
    })
  })

  it('names each thing that is short, and the way to need less', () => {
    const found = judgeRoom(makeService(), seen, room(2.9, 5 * GIB, 5))
    expect(found.status).toBe('fails')
    expect(found.sentence).toContain(
      'wanted 6 pods of 5 free, 3 cores of 2.9 cores free, 6 GiB of memory of 5 GiB free',
    )
    expect(found.sentence).toContain('`keep: cold`')
  })

  it('needs half of it with cold keeping', () => {
    expect(judgeRoom(makeService({ keep: 'cold' }), seen, room(1.5, 3 * GIB, 3)).status).toBe('holds')
  })

  it('warns when the pods do not say what they want, and still counts them', () => {
    const silent = makeInspection({ workload: makeWorkload({ cpuRequest: null }) })
    expect(judgeRoom(makeService(), silent, room(0, 6 * GIB, 6))).toMatchObject({ status: 'warns' })
    expect(judgeRoom(makeService(), silent, room(0, 6 * GIB, 5))).toMatchObject({ status: 'fails' })
  })

  it('does not know what it was not let see', () => {
    const unread = [{ part: 'headroom', why: 'may not list nodes' }]
    expect(judgeRoom(makeService(), seen, { ...room(0, 0, 0), unread })).toEqual({
      status: 'unknown',
      sentence: 'Not known (headroom): may not list nodes.',
    })
  })
})
