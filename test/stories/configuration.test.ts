/** A template goes back, its ConfigMaps do not: people are told which of them are not as they were. */
import { afterEach, expect, it } from 'vitest'
import { exampleService } from './example-services.ts'
import { fromShell } from './shell-emergency.ts'
import { brisk, openStage, type Stage } from './stage.ts'

let stage: Stage | undefined
afterEach(async () => {
  await stage?.stop()
  stage = undefined
})

const PRODUCTION = 'namespaces/production'

async function send(here: Stage, method: 'POST' | 'PATCH', path: string, body: unknown): Promise<void> {
  const type = method === 'PATCH' ? 'application/strategic-merge-patch+json' : 'application/json'
  const headers = { 'content-type': type }
  const answer = await fetch(`${here.world.simulation.url}${path}`, { method, headers, body: JSON.stringify(body) })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status}: ${await answer.text()}`)
}

async function deployedWithConfig(): Promise<Stage> {
  const here = await openStage({ services: [brisk(exampleService('api'))] })
  stage = here
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'api-config' }, data: { mode: 'a' } }
  await send(here, 'POST', `/api/v1/${PRODUCTION}/configmaps`, configMap)
  const container = { name: 'api', envFrom: [{ configMapRef: { name: 'api-config' } }] }
  const template = { spec: { containers: [container] } }
  await send(here, 'PATCH', `/apis/apps/v1/${PRODUCTION}/deployments/api`, { spec: { template } })
  await here.pass(120_000)
  await here.ask({ verb: 'deploy', service: 'api', version: 'v2.0', strategy: 'canary' }, 'requester')
  await here.until((deployment) => deployment.step === 'watch-25')
  await send(here, 'PATCH', `/api/v1/${PRODUCTION}/configmaps/api-config`, { data: { mode: 'b' } })
  return here
}

it('is told by the way back, and noted when the way back is written down', async () => {
  const here = await deployedWithConfig()
  await here.ask({ verb: 'rollback', service: 'api' })
  await here.until((deployment) => deployment.status === 'rolled-back')
  const told = (await here.timeline()).map((entry) => entry.text).join('\n')
  expect(told).toContain('Its configuration is noted, not kept: ConfigMap api-config.')
  expect(told).toContain(
    'Since the way back was written down ConfigMap api-config was changed: v1.9 gets its template back',
  )
})

it('is told by an emergency', async () => {
  const here = await deployedWithConfig()
  const { exit, text } = await fromShell(here)
  expect(exit).toBe(0)
  expect(text).toContain('ConfigMap api-config was changed: v1.9 gets its template back, not that content')
})
