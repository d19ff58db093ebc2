import { describe, expect, it } from 'vitest'
import { bytes, cores, kubectl, labelList, some } from '../../src/checks/words.ts'
import { makeService } from '../playbook/fixtures.ts'

describe('the words of checks', () => {
  it('write amounts with their units', () => {
    expect([cores(0.25), cores(1), cores(12)]).toEqual(['0.25 cores', '1 core', '12 cores'])
    expect([bytes(0), bytes(512 * 1024 ** 2), bytes(1.5 * 1024 ** 3)]).toEqual(['0 B', '512 MiB', '1.5 GiB'])
  })

  it('write room that is overdrawn with its sign', () => {
    expect([bytes(-2 * 1024 ** 3), cores(-0.5)]).toEqual(['-2 GiB', '-0.5 cores'])
  })

  it('write the command in the right cluster and namespace', () => {
    expect(kubectl(makeService(), 'get pods')).toBe('`kubectl -n production get pods`')
    expect(kubectl(makeService({ context: 'eu' }), 'get pods')).toBe('`kubectl --context eu -n production get pods`')
  })

  it('shorten lists', () => {
    expect(some(['a', 'b', 'c'], 2)).toBe('a, b and 1 more')
    expect(labelList({})).toBe('(none)')
  })
})
