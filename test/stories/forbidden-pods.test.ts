/** Somebody takes the right to list pods away in the middle of a deployment: the way back needs none of it. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import type { Service, Strategy } from '../../src/playbook/service.ts'
import { exampleService } from './example-services.ts'
import { brisk, openStage, type Stage } from './stage.ts'

const WORKLOAD = '/apis/apps/v1/namespaces/production/deployments/api'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const api = brisk(exampleService('api'))
const quick: Service = {
  ...api,
  blueGreen: { ...api.blueGreen, monitorMs: 2 * MINUTE },
  rolling: { ...api.rolling, observeMs: 2 * MINUTE, monitorMs: 2 * MINUTE },
}
const inPod = (row: Deployment) => row.step === 'watch-pod' && row.rolled?.wanted === 3
const at = (step: string) => (row: Deployment) => row.step === step && row.status === 'running'
const over = ({ status }: Deployment) => status === 'completed'

describe('a way back without the right to list pods', () => {
  it.each([
    ['of a canary by numbers of pods', 'canary', quick, at('watch-50')],
    ['of one whose old version was replaced and kept', 'canary', quick, over],
    ['of one whose old version was kept cold', 'canary', { ...quick, keep: 'cold' }, over],
    ['of a switch', 'blue-green', quick, at('watch-100')],
    ['pod by pod', 'rolling', quick, inPod],
  ] as const)(
    '%s restores, says what it could not read, and tidies',
    async (_what, strategy: Strategy, service: Service, then) => {
      const here = await openStage({ services: [service] })
      stage = here
      const before = JSON.stringify(Object(await here.read(WORKLOAD)).spec)
      await here.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy }, 'requester')
      await here.until(then)
      here.world.simulation.setFault({ answer: 403, method: 'GET', path: /\/pods/ })
      expect(await here.ask({ verb: 'rollback', service: 'api' })).toMatchObject({ kind: 'done' })
      await here.until(({ goingBack }) => goingBack?.restoredAt !== undefined)
      await here.until(({ status }) => status === 'rolled-back')
      const told = (await here.timeline()).map((entry) => entry.text).join('\n')
      expect(told).toMatch(/as far as was written; it could not be read back: .*pods/)
      expect(here.world.simulation.trafficShares('production', 'api')).toEqual({ 'v1.9': 1 })
      const { spec, metadata } = Object(await here.read(WORKLOAD))
      expect(JSON.stringify(spec)).toBe(before)
      expect(JSON.stringify(metadata)).not.toContain('tminus.dev/pin')
      expect(await here.read(`${WORKLOAD}-canary`)).toBeUndefined()
      expect(await here.read(`${WORKLOAD}-previous`)).toBeUndefined()
    },
  )
})
