/** The workload gets the new version, as if its image had been changed by hand. */

import type { Service } from '../../playbook/service.ts'
import type { SlotState, WriteContext } from '../../ports/cluster.ts'
import type { Connection } from './connection.ts'
import { withAt } from './json.ts'
import { promotedTemplate, type Wanted } from './slot-deployments.ts'
import { writtenState } from './slot-state.ts'
import { deployments } from './target.ts'
import { templateOf } from './traffic.ts'
import { needPin } from './workload.ts'

/** Only the image of one container and the labels that say the version differ afterwards. The state is the written object's: not complete until the controller has seen it. */
export async function promote(
  connection: Connection,
  service: Service,
  want: Wanted,
  context: WriteContext,
): Promise<SlotState> {
  const target = deployments(service.namespace, service.workload)
  const written = await connection.objects.edit(target, context, (current) => {
    const { serviceSelector } = needPin(service, current, context)
    const template = promotedTemplate(service, current, templateOf(current), serviceSelector, want)
    return withAt(current, ['spec', 'template'], template)
  })
  const scene = await connection.scene(service, context.signal)
  return writtenState(service, 'stable', written, scene)
}
