/** The contract of the Cluster port on the simulated API server. */
import { describeCluster } from '../../contracts/cluster-contract.ts'
import { simulatedEnvironment } from './simulated-environment.ts'

describeCluster('simulated', simulatedEnvironment)
