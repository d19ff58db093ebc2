import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { httpProbe } from '../../../src/adapters/probe/http-probe.ts'
import { ociRegistry } from '../../../src/adapters/registry/oci-registry.ts'
import { startTrafficScene, type TrafficScene } from './traffic-scene.ts'

const signal = new AbortController().signal

describe('the front door of the simulated services', () => {
  let scene: TrafficScene
  const probe = httpProbe()
  const health = (query = '') => probe.get(`${scene.simulated.url}/shop/api/health${query}`, signal)
  beforeEach(async () => {
    scene = await startTrafficScene()
  })
  afterEach(() => scene.stop())

  it('answers as the versions by their shares, exactly', async () => {
    scene.route({ 'v1.9': 0.95, 'v2.0': 0.05 })
    const bodies: string[] = []
    for (let each = 0; each < 40; each++) {
      const answer = await health()
      if (answer.kind === 'answered') bodies.push(answer.body)
    }
    expect(bodies.filter((body) => body.includes('"v2.0"'))).toHaveLength(2)
    expect(bodies).toHaveLength(40)
  })

  it('fails where the sick version is met, and only there', async () => {
    scene.route({ 'v1.9': 0.5, 'v2.0': 0.5 })
    scene.simulated.setSickness('v2.0', 'errors')
    const statuses: number[] = []
    for (let each = 0; each < 10; each++) {
      const answer = await health()
      if (answer.kind === 'answered') statuses.push(answer.status)
    }
    expect(statuses.filter((status) => status === 500)).toHaveLength(5)
    expect(statuses.filter((status) => status === 200)).toHaveLength(5)
  })

  it('answers as the version that is asked for, and 503 when none of its pods is ready', async () => {
    expect(await health('?version=v2.0')).toMatchObject({ status: 200, body: expect.stringContaining('"v2.0"') })
    expect(await health('?version=v7.0')).toMatchObject({ status: 503 })
    scene.route({})
    expect(await health()).toMatchObject({ status: 503, body: 'no healthy upstream' })
  })
})

describe('the simulated registry', () => {
  let scene: TrafficScene
  beforeEach(async () => {
    scene = await startTrafficScene()
  })
  afterEach(() => scene.stop())

  it('has the same digest for a tag in every run, and 404 for a tag it does not know', async () => {
    const host = scene.simulated.registryHost
    const registry = ociRegistry({ clock: scene.clock, insecureHosts: [host] })
    const found = await registry.resolve(`${host}/shop/api`, 'v2.0', signal)
    expect(found).toEqual({
      kind: 'found',
      digest: 'sha256:877f8643e1c1c6ac74292cb791d9322fcd6d5f8ba61f313600a0f1b0fd414a30',
    })
    expect(await registry.resolve(`${host}/shop/api`, 'v2.1', signal)).not.toEqual(found)
    expect(await registry.resolve(`${host}/shop/api`, 'v9.9', signal)).toEqual({ kind: 'missing' })
  })
})
