import { expect, it } from 'vitest'
import { memoryStore } from '../../../src/adapters/memory/memory-store.ts'
import { StoreUnavailable } from '../../../src/ports/store.ts'
import { sampleDeployment } from '../../contracts/sample-deployment.ts'
import { describeStore } from '../../contracts/store-contract.ts'

describeStore('memory', memoryStore)

it('hands out frozen records', async () => {
  const store = memoryStore()
  await store.create(sampleDeployment('api', 1), [])
  const loaded = await store.load('api-1')
  expect(Object.isFrozen(loaded)).toBe(true)
  expect(Object.isFrozen(loaded?.plan.service.judgement)).toBe(true)
})

it('is unavailable once it is closed', async () => {
  const store = memoryStore()
  await store.close()
  await expect(store.load('api-1')).rejects.toThrow(StoreUnavailable)
})
