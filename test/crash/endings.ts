/** What people and the world do in a run, and how they go on when the bot died before it answered. */
import type { World } from '../../src/demo/world.ts'
import type { Intent } from '../../src/handlers/ask.ts'
import type { Deployment } from '../../src/playbook/deployment.ts'
import { locateStep } from '../../src/playbook/plan.ts'
import type { Variant } from './variants.ts'

/** Somebody does something once, when the record stands so; again if the bot died over it and the record does not show it. */
export type Act = {
  readonly when: (deployment: Deployment | undefined) => boolean
} & (
  | {
      readonly who: 'requester' | 'approver'
      readonly asks: Intent
      /** Does the card show that it was heard? */
      readonly shown: (deployment: Deployment | undefined) => boolean
    }
  | { readonly happens: (world: World) => void }
)

export const ENDINGS = [
  'to completion',
  'errors',
  'crash',
  'abort',
  'rollback after completion',
  'emergency',
  'emergency after completion',
] as const
export type Ending = (typeof ENDINGS)[number]

const SERVICE = 'api'
const NEW = 'v2.0'

/** Until its last act is played, a run is the same as one to completion. */
export function actsOf({ strategy }: Variant, ending: Ending): readonly Act[] {
  const begin: Act[] = [
    {
      who: 'requester',
      asks: { verb: 'deploy', service: SERVICE, version: NEW, strategy },
      when: () => true,
      shown: (deployment) => deployment !== undefined,
    },
    {
      who: 'approver',
      asks: { verb: 'approve', service: SERVICE },
      when: isAsked,
      shown: (deployment) => (deployment?.approvals.length ?? 0) > 0,
    },
  ]
  return [...begin, ...lastActs(ending)]
}

function lastActs(ending: Ending): readonly Act[] {
  switch (ending) {
    case 'to completion':
      return []
    case 'errors':
      return [{ when: isWatched, happens: (world) => world.setFault(NEW, 'errors', true) }]
    case 'crash':
      return [{ when: isWatched, happens: (world) => world.setFault(NEW, 'crashloop', true) }]
    case 'abort':
      return [goBack({ verb: 'abort', service: SERVICE, reason: 'it smells' }, isWatched)]
    case 'rollback after completion':
      return [goBack({ verb: 'rollback', service: SERVICE, reason: 'it smells' }, isKept)]
    case 'emergency':
      return [emergency(isWatched)]
    case 'emergency after completion':
      return [emergency(isKept)]
  }
}

function goBack(asks: Intent, when: Act['when']): Act {
  const shown = (deployment: Deployment | undefined) => deployment !== undefined && deployment.goingBack !== null
  return { who: 'approver', asks, when, shown }
}

function emergency(when: Act['when']): Act {
  const asks: Intent = { verb: 'emergency', service: SERVICE, reason: 'it burns', confirmed: true }
  return { who: 'approver', asks, when, shown: (deployment) => deployment?.goingBack?.emergency !== undefined }
}

function isAsked(deployment: Deployment | undefined): boolean {
  if (deployment?.status !== 'running') return false
  return locateStep(deployment.plan, deployment.step)?.step.want.do === 'approve'
}

/** Production traffic, and a first look at it. */
function isWatched(deployment: Deployment | undefined): boolean {
  if (!deployment || deployment.status === 'refused') return false
  return (deployment.window?.samples.length ?? 0) > 0 || deployment.goingBack !== null
}

function isKept(deployment: Deployment | undefined): boolean {
  return deployment?.status === 'completed' || (deployment?.goingBack ?? null) !== null
}
