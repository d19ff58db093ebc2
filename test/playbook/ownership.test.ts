import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { MINUTE } from '../../src/playbook/durations.ts'
import { ownedBy } from '../../src/playbook/ownership.ts'
import type { Step } from '../../src/playbook/plan.ts'
import { ben, doStep, makePod, makeService, must, newDeployment, PIN, T0 } from './fixtures.ts'

function stepOf(deployment: Deployment): Step | undefined {
  return deployment.plan.phases.flatMap((phase) => phase.steps).find((row) => row.id === deployment.step)
}

/** Forward until this step is next. */
function upTo(step: string, deployment = newDeployment()): Deployment {
  let now = T0
  let found = deployment
  while (found.step !== step) {
    now += 20 * MINUTE
    found = doStep(found, now)
  }
  return found
}

describe('what a deployment owns', () => {
  it('is nothing before the way back is written down', () => {
    expect(ownedBy(newDeployment())).toBeNull()
    expect(ownedBy(upTo('pin'))).toBeNull()
  })

  it('is the old version as pinned, and the share, pods and image of the new one', () => {
    expect(ownedBy(upTo('watch-25'))).toEqual({
      pin: PIN,
      image: 'registry.local/api:v2.0',
      version: 'v2.0',
      traffic: [25],
      workload: ['pinned'],
      replicas: 3,
      canary: { replicas: [2], mayBeGone: false },
      previous: null,
      hpaMinimum: [],
    })
  })

  it('is left to an HPA where there is one, its minimum apart', () => {
    const pinned = { ...upTo('watch-25'), pin: { ...PIN, hpa: { name: 'api', minReplicas: 2 } } }
    expect(ownedBy(pinned)).toMatchObject({ replicas: null, hpaMinimum: ['raised'] })
  })

  it('is the new version under the old name after the promotion, and only that after the end', () => {
    expect(ownedBy(upTo('verify'))).toMatchObject({
      traffic: ['pinned'],
      workload: ['new'],
      canary: null,
      previous: { replicas: 3 },
    })
    const over = doStep(upTo('journal'), T0 + 300 * MINUTE)
    expect(over.status).toBe('completed')
    expect(ownedBy(over)).toMatchObject({
      workload: ['new'],
      replicas: null,
      hpaMinimum: [],
      previous: { replicas: 3 },
    })
  })

  it('may be taken away for a while: then no share, and with the replicas router no pods', () => {
    const service = makeService({ router: { kind: 'replicas' } })
    const sick = { at: T0, wanted: 1, ready: 0, pods: [makePod('a')], wereReady: ['a'], someUnreadySince: null }
    const seen = { type: 'pods-seen', health: sick, verdict: { kind: 'all-unready', detail: 'x' } } as const
    const held = must(upTo('watch-25', newDeployment(service)), seen, T0 + 200 * MINUTE).deployment
    expect(ownedBy(held)).toMatchObject({ traffic: [25, 0], canary: { replicas: [1, 0] } })
    const off = must(held, { type: 'withdrawn', realShare: 0 }, T0 + 201 * MINUTE).deployment
    expect(ownedBy(off)).toMatchObject({ traffic: [0, 0] })
    const resumed = must(off, { type: 'resumed', by: ben }, T0 + 202 * MINUTE).deployment
    expect(ownedBy(resumed)).toMatchObject({ traffic: [0, 25], canary: { replicas: [1, 0] } })
  })

  it('is the traffic on the way back once it is restored, through the kept version or not', () => {
    const back = (from: Deployment) =>
      must(from, { type: 'rollback-asked', by: ben, reason: null }, T0 + 400 * MINUTE).deployment
    const restored = (from: Deployment) =>
      must(from, { type: 'way-back-step-done', index: 0, text: '', realShare: 0 }, T0 + 401 * MINUTE).deployment
    expect(ownedBy(back(upTo('watch-25')))?.traffic).toEqual([])
    expect(ownedBy(restored(back(upTo('watch-25'))))).toMatchObject({ traffic: ['pinned'], workload: [], canary: null })
    expect(ownedBy(restored(back(upTo('verify'))))?.traffic).toEqual(['previous', 'pinned'])
  })
})

/** What the step writes, as the record of the moment after it owns it. */
function afterwards(deployment: Deployment, now: number) {
  return ownedBy(doStep(deployment, now))
}

describe('a worker between its write and its save', () => {
  it('finds what it wrote among what may stand there, at every step of every strategy and router', () => {
    const services = fc.constantFrom(
      makeService(),
      makeService({ router: { kind: 'replicas' } }),
      makeService({ keep: 'cold' }),
    )
    const strategies = fc.constantFrom('canary' as const, 'blue-green' as const)
    fc.assert(
      fc.property(services, strategies, fc.boolean(), (service, strategy, scaled) => {
        let deployment = newDeployment(service, T0, strategy)
        for (let now = T0; deployment.status === 'running'; now += 40 * MINUTE) {
          const hpa = scaled ? { name: 'api', minReplicas: 1 } : null
          const pinned = deployment.pin ? { ...deployment, pin: { ...PIN, hpa } } : deployment
          const before = ownedBy(pinned)
          const written = afterwards(pinned, now)
          if (before && written) {
            const told = `${strategy} ${deployment.step} ${stepOf(deployment)?.want.do}`
            expect(before.traffic, told).toContain(written.traffic[0])
            expect(before.workload, told).toContain(written.workload[0])
            if (before.canary && written.canary)
              expect(before.canary.replicas, told).toContain(written.canary.replicas[0])
            if (before.canary && !written.canary) expect(before.canary.mayBeGone, told).toBe(true)
            if (before.hpaMinimum.length > 0 && written.hpaMinimum.length === 0)
              expect(before.hpaMinimum, told).toContain('pinned')
          }
          deployment = doStep(deployment, now)
        }
        expect(deployment.status).toBe('completed')
      }),
    )
  })
})
