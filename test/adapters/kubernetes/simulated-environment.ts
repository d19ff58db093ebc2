import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scaledClock } from '../../../src/adapters/clocks.ts'
import { imageTag } from '../../../src/demo/cluster/sickness.ts'
import { type SimulatedCluster, startSimulatedCluster } from '../../../src/demo/cluster/simulated-cluster.ts'
import type { ClusterEnvironment } from '../../contracts/cluster-bench.ts'

export interface SimulatedEnvironment extends ClusterEnvironment {
  readonly simulation: SimulatedCluster
  /** A folder of this environment's own. */
  readonly folder: string
}

const KINDS = { unready: 'unready', 'crash-loop': 'crashloop', healthy: 'none' } as const

/** The simulated API server, much faster than life. */
export async function simulatedEnvironment(): Promise<SimulatedEnvironment> {
  const folder = await mkdtemp(join(tmpdir(), 'tminus-cluster-'))
  const kubeconfigPath = join(folder, 'kubeconfig')
  const clock = scaledClock(240)
  const simulation = await startSimulatedCluster({ clock, kubeconfig: { path: kubeconfigPath } })
  return {
    simulation,
    folder,
    kubeconfigPath,
    clock,
    async makeSick(_admin, { image, pods, howMany, sickness }) {
      simulation.setSickness(imageTag(image), KINDS[sickness], { share: howMany / pods.length })
    },
    heal: () => {
      for (const version of ['v1.0', 'v2.0']) simulation.setSickness(version, 'none')
    },
    async close() {
      await simulation.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
