import { describe, expect, it } from 'vitest'
import { endingOf } from '../../../../src/adapters/kubernetes/inspect/ending.ts'

const exec = (...command: readonly string[]) => ({ exec: { command } })
const ending = (preStop?: object, spec: Record<string, unknown> = {}) =>
  endingOf(spec, preStop ? { lifecycle: { preStop } } : {})

describe('the time a pod has to leave', () => {
  it('is what its spec says, or the 30 s of Kubernetes', () => {
    expect(ending()).toEqual({ hasPreStop: false, preStopSeconds: null, graceSeconds: 30 })
    expect(ending(undefined, { terminationGracePeriodSeconds: 60 }).graceSeconds).toBe(60)
  })

  it.each([
    [{ sleep: { seconds: 5 } }, 5],
    [exec('sleep', '10'), 10],
    [exec('/bin/sleep', '2.5s'), 2.5],
    [exec('sh', '-c', 'sleep 15 && nginx -s quit; sleep 1m'), 75],
    [exec('/usr/local/bin/drain.sh'), null],
    [{ httpGet: { path: '/drain', port: 80 } }, null],
  ])('of which the hook %j sleeps %s s away', (preStop, seconds) => {
    expect(ending(preStop)).toMatchObject({ hasPreStop: true, preStopSeconds: seconds })
  })
})
