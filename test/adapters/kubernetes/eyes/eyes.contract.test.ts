/** The contract of the Eyes port on the simulated API server. */
import { afterAll, beforeAll } from 'vitest'
import { describeEyes } from '../../../contracts/eyes-contract.ts'
import { type SimulatedEnvironment, simulatedEnvironment } from '../simulated-environment.ts'

let environment: SimulatedEnvironment
beforeAll(async () => {
  environment = await simulatedEnvironment()
})
afterAll(() => environment.close())

describeEyes('simulated', () => environment, '127.7')
