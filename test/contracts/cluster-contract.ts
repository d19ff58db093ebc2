/** What every make of the Cluster port, on every kind of API server, must do. */
import { afterAll, afterEach, beforeAll, describe } from 'vitest'
import { type Bench, benchOn, type ClusterEnvironment } from './cluster-bench.ts'
import { describeConfigs } from './cluster-contract-configs.ts'
import { describeGateway } from './cluster-contract-gateway.ts'
import { describeLooking, describeLosses } from './cluster-contract-looking.ts'
import { describeNginx } from './cluster-contract-nginx.ts'
import { describeOwnership } from './cluster-contract-ownership.ts'
import { describeReplicas } from './cluster-contract-replicas.ts'
import { describeRolling } from './cluster-contract-rolling.ts'
import { describeRollingBack, describeRollingRefusals } from './cluster-contract-rolling-back.ts'
import { describePin, describeSlots } from './cluster-contract-slots.ts'
import type { Open } from './cluster-contract-steps.ts'
import { describeSwitch } from './cluster-contract-switch.ts'
import { describeFencing, describePinned, describeWayBack } from './cluster-contract-way-back.ts'
import { describeWeights } from './cluster-contract-weights.ts'

export function describeCluster(name: string, makeEnvironment: () => Promise<ClusterEnvironment>): void {
  describe(`cluster: ${name}`, () => {
    let environment: ClusterEnvironment
    const benches: Bench[] = []
    const open: Open = async (options) => {
      const bench = await benchOn(environment, options)
      benches.push(bench)
      return bench
    }
    beforeAll(async () => {
      environment = await makeEnvironment()
    })
    afterEach(async () => {
      await Promise.all(benches.splice(0).map((bench) => bench.close()))
    })
    afterAll(() => environment.close())

    describePin(open)
    describeSlots(open)
    describeReplicas(open)
    describeWeights(open)
    describeGateway(open)
    describeNginx(open)
    describeSwitch(open)
    describeRolling(open)
    describeRollingBack(open)
    describeRollingRefusals(open)
    describeWayBack(open)
    describeFencing(open)
    describePinned(open)
    describeLooking(open)
    describeLosses(open)
    describeOwnership(open)
    describeConfigs(open)
  })
}
