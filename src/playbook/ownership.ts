/**
 * Which fields on the cluster a live deployment owns, and what may stand in them: what it wrote last, and, while a step is
 * under way, what that step writes. Anything else was written by somebody else.
 */
import type { Deployment, Pin } from './deployment.ts'
import { imageReference } from './image.ts'
import { locateStep, type Step } from './plan.ts'
import { podsOfStep } from './pods-of-step.ts'

/** Percent for the new version; `pinned`: as before the deployment; `previous`: all of it on the kept version. */
export type TrafficPlace = number | 'pinned' | 'previous'

/** In each list what was written last comes first; an empty one: the field is not ours now. */
export interface Owned {
  readonly pin: Pin
  /** What the new version is called by its image, and in the labels that say it. */
  readonly image: string
  readonly version: string
  readonly traffic: readonly TrafficPlace[]
  readonly workload: readonly ('pinned' | 'new')[]
  /** Pods of the workload; null: not ours, or an HPA decides (then any number above none). */
  readonly replicas: number | null
  readonly canary: { readonly replicas: readonly number[]; readonly mayBeGone: boolean } | null
  readonly previous: { readonly replicas: number } | null
  readonly hpaMinimum: readonly ('raised' | 'pinned')[]
}

interface Place {
  readonly steps: readonly Step[]
  readonly at: number
  readonly now: Step | undefined
  readonly isDone: (what: Step['want']['do']) => boolean
}

/** Null while nothing is pinned: then nothing on the cluster is the deployment's. */
export function ownedBy(deployment: Deployment): Owned | null {
  const { pin, plan, version, digest, status } = deployment
  if (!pin || status === 'refused' || status === 'rolled-back') return null
  const image = imageReference(plan.service.image, version, digest)
  if (status === 'going-back') return { ...nothingOf(pin, image, version), traffic: wayBackTraffic(deployment) }
  const place = placeOf(deployment)
  const over = status === 'completed'
  return {
    pin,
    image,
    version,
    traffic: trafficPlaces(deployment, place),
    workload: workloadTemplates(deployment, place),
    replicas: over || pin.hpa ? null : pin.replicas,
    canary: over || deployment.settled ? null : canaryPods(deployment, pin, place),
    previous: deployment.kept && (over || place.isDone('keep-old')) ? { replicas: pin.replicas } : null,
    hpaMinimum:
      !pin.hpa || over || deployment.settled ? [] : place.now?.want.do === 'settle' ? ['raised', 'pinned'] : ['raised'],
  }
}

function nothingOf(pin: Pin, image: string, version: string): Omit<Owned, 'traffic'> {
  return { pin, image, version, workload: [], replicas: null, canary: null, previous: null, hpaMinimum: [] }
}

function placeOf({ plan, step, status }: Deployment): Place {
  const steps = plan.phases.flatMap((phase) => phase.steps)
  const at = status === 'completed' ? steps.length : steps.findIndex((row) => row.id === step)
  const isDone: Place['isDone'] = (what) => steps.slice(0, Math.max(at, 0)).some((row) => row.want.do === what)
  return { steps, at, now: steps[at], isDone }
}

/** Before the first share the route is as it was found; a share that was taken away is 0, and comes back with its step. */
function trafficPlaces(deployment: Deployment, { now, isDone }: Place): readonly TrafficPlace[] {
  const { share, hold, settled, status } = deployment
  if (settled || status === 'completed') return ['pinned']
  const next: readonly TrafficPlace[] =
    now?.want.do === 'route' ? [now.want.percent] : now?.want.do === 'settle' ? ['pinned'] : []
  // Pod by pod no share is written: the selector leads to all pods, or, taken away, to the old ones only.
  if (!isDone('route')) return ['pinned', ...(hold?.withdraw ? [0] : []), ...next]
  return [share.planned, ...(hold?.withdraw ? [0] : []), ...next]
}

function wayBackTraffic(deployment: Deployment): readonly TrafficPlace[] {
  const { goingBack, plan, kept } = deployment
  // Before it is restored, what is there is what it goes back from.
  if (goingBack?.restoredAt === undefined) return []
  const replaced =
    kept || placeOf(deployment).isDone('promote') || locateStep(plan, deployment.step)?.step.want.do === 'promote'
  if (replaced) return ['previous', 'pinned']
  return plan.strategy === 'rolling' ? [0, 'pinned'] : ['pinned']
}

function workloadTemplates({ strategy, status, rolled }: Deployment, { now, isDone }: Place): Owned['workload'] {
  // Pod by pod the template is the new one from the first new pod on, however many old pods stand.
  if (status === 'completed' || isDone('promote') || (strategy === 'rolling' && rolled?.hash)) return ['new']
  if (now?.want.do === 'promote' || (strategy === 'rolling' && isDone('pin'))) return ['pinned', 'new']
  return ['pinned']
}

function canaryPods(deployment: Deployment, pin: Pin, { steps, at, now }: Place): Owned['canary'] {
  const { plan, share, hold } = deployment
  const before = steps.slice(0, Math.max(at, 0))
  const last = before.findLast((row) => row.want.do === 'deploy')
  if (!last || plan.strategy === 'rolling') return null
  const taken = before.some((row) => row.want.do === 'route') && (share.planned === 0 || hold?.withdraw !== undefined)
  const rows = [last, ...(now?.want.do === 'deploy' ? [now] : [])]
  const numbers = rows.map((row) => podsOfStep(plan, row, pin))
  return {
    // Where pods alone divide the traffic, taking it away takes the pods.
    replicas: taken && plan.service.router.kind === 'replicas' ? [...numbers, 0] : numbers,
    mayBeGone: now?.want.do === 'settle',
  }
}
