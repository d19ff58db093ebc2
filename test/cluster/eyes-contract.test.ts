/** The contract of the Eyes port on a real control plane: pods of kwok, at the addresses of real applications. */
import { inject } from 'vitest'
import { realClock } from '../../src/adapters/clocks.ts'
import { describeEyes } from '../contracts/eyes-contract.ts'

describeEyes(
  'real control plane',
  () => ({
    kubeconfigPath: inject('kubeconfig'),
    clock: realClock(),
    makeSick: async () => undefined,
    close: async () => undefined,
  }),
  '127.8',
)
