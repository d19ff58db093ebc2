/** How many pods of the new version a `deploy` step wants. */
import type { Pin } from './deployment.ts'
import { podsForShare } from './image.ts'
import type { Plan, Step } from './plan.ts'

/** They are for the share that the next route step gives; as many as the old version has where none follows. */
export function podsOfStep(plan: Plan, step: Step, pin: Pick<Pin, 'replicas'>): number {
  const flat = plan.phases.flatMap((phase) => phase.steps)
  const rest = flat.slice(flat.findIndex((row) => row.id === step.id))
  const route = rest.find((row) => row.want.do === 'route')
  const percent = route?.want.do === 'route' ? route.want.percent : 100
  return podsForShare(plan.service, percent, step.want.do === 'deploy' ? step.want.pods : null, pin.replicas)
}
