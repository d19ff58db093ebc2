/**
 * The plan: an immutable list of phases and steps, compiled once when a deployment is created. Editing the catalogue
 * never touches a live plan.
 */
import type { Service, Strategy } from './service.ts'

/** The seven phases of the playbook ("Step-by-Step Deployment"), in order. */
export const PHASES = ['preflight', 'deploy', 'route', 'health', 'load', 'monitor', 'finalize'] as const
export type PhaseName = (typeof PHASES)[number]

/** What a step wants to be true. Performing it twice is harmless. */
export type Want =
  | { readonly do: 'check'; readonly checks: readonly string[] }
  /** The metrics of the old version, before anything changes. */
  | { readonly do: 'baseline' }
  /** Previous template, selector, weights and HPA minimum are written down on the cluster and in the record. */
  | { readonly do: 'pin' }
  /** A person agrees. */
  | {
      readonly do: 'approve'
      /** The share of traffic; null: the first pods of a rolling deployment, whose share their number decides. */
      readonly percent: number | null
    }
  /** The new version has so many ready pods (null: as many as the old one). */
  | { readonly do: 'deploy'; readonly pods: number | null }
  /** So many pods of the workload itself run the new version as the record says (`rolled`), ready and behind the Service. */
  | { readonly do: 'roll' }
  /** The last lines of a new pod are in the thread. */
  | { readonly do: 'logs'; readonly lines: number }
  /** The new version gets this share of traffic; the router shows it. */
  | { readonly do: 'route'; readonly percent: number }
  /** The router shows the share, and a request through the front door is answered. */
  | { readonly do: 'verify-route'; readonly percent: number }
  /** The window was watched to its end and the gate said proceed. */
  | {
      readonly do: 'observe'
      /** Null: each batch of a rolling deployment, at the share it has. */
      readonly percent: number | null
      readonly ms: number
      readonly against: 'thresholds' | 'validation'
    }
  /** An optional step that is off. */
  | { readonly do: 'skip'; readonly why: string }
  /** The old version stands beside, out of traffic (warm), or its template is kept (cold). */
  | { readonly do: 'keep-old' }
  /** The catalogue's workload runs the new template, complete. */
  | { readonly do: 'promote' }
  /** Traffic goes to the catalogue's workload by the original selector and weights; the extra Deployment is gone. */
  | { readonly do: 'settle' }
  /** The line in deployments.log. */
  | { readonly do: 'journal' }
  /** Way back: the old version has all traffic, confirmed by reading it back. */
  | { readonly do: 'restore' }
  /** Way back: requests in flight had time to end. */
  | { readonly do: 'drain'; readonly ms: number }
  /** Way back: template, selector, HPA as pinned; nothing of the new version is left. */
  | { readonly do: 'tidy' }

export type OnFail = 'refuse' | 'roll-back' | 'hold'

export interface Step {
  /** Unique in the plan and readable: `route-25`. */
  readonly id: string
  /** What is wanted, as a short phrase for people: "25 % of traffic to v2.0". */
  readonly purpose: string
  readonly want: Want
  /** How long the step may stay "not yet" before it fails, ms; null: no limit of its own. */
  readonly deadlineMs: number | null
  readonly onFail: OnFail
}

export interface Phase {
  readonly name: PhaseName
  readonly steps: readonly Step[]
}

export interface Plan {
  readonly service: Service
  readonly strategy: Strategy
  readonly version: string
  readonly phases: readonly Phase[]
  /** Planned with the way forward: restore, drain, tidy. */
  readonly wayBack: readonly Step[]
  /** Sum of the observation windows, ms: the shortest time the deployment can take. */
  readonly usualMs: number
}

export interface Located {
  readonly step: Step
  readonly phase: PhaseName
  /** 0..6 */
  readonly phaseIndex: number
  readonly next: Step | undefined
}

/** Finds a forward step by id; undefined when the plan has none of that name. */
export function locateStep(plan: Plan, id: string): Located | undefined {
  for (const [phaseIndex, { name, steps }] of plan.phases.entries()) {
    const at = steps.findIndex((step) => step.id === id)
    const step = steps[at]
    if (!step) continue
    const later = plan.phases.find((phase, index) => index > phaseIndex && phase.steps.length > 0)
    return { step, phase: name, phaseIndex, next: steps[at + 1] ?? later?.steps[0] }
  }
  return undefined
}
