/** The eyes: what the new version's pods count of their own requests, asked of each pod itself. */
import type { PodReading } from '../playbook/judge-counts.ts'
import type { Service } from '../playbook/service.ts'

export interface Eyes {
  /**
   * One reading of each running pod of the slot that is not on its way out, at most 32; in a fixed order, none where there
   * are none or the service has no eyes. Takes no longer than the service's interval (real time, 250 ms at least). Never
   * throws for a pod's sake: one that does not answer, or not in a way that can be counted, is `unknown` and says why.
   * Throws ClusterError when it cannot be found out which pods there are.
   */
  read(service: Service, slot: 'stable' | 'canary', signal: AbortSignal): Promise<readonly PodReading[]>
}
