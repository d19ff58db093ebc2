/**
 * What a deployment needs from Kubernetes, as results wanted, not changes. Every writing function reads first, writes
 * only what differs, and may be called twice.
 *
 * Slots: `stable` is the catalogue's workload. `canary` is the Deployment `<workload>-canary` that carries the new
 * version until it is promoted. `previous` is `<workload>-previous`, the old version kept out of traffic after
 * promotion (its pods lack the Service's selector labels and carry `tminus.dev/slot: previous`).
 *
 * Router `switch` (blue-green): the canary's pods lack those labels too. They stand behind a Service of their own,
 * `<service>-preview`, which comes with the slot and goes with it.
 *
 * Router `rolling`: both versions stand in the workload itself. Its old pods are the slot `stable`, its new ones the slot
 * `canary`, from the pin on and for as long as that is written on the workload.
 *
 * Failures are thrown as ClusterError; nothing else is thrown on purpose.
 */
import type { ConfigChange } from '../playbook/config-change.ts'
import type { Pin } from '../playbook/deployment.ts'
import type { ForeignChange, OwnedField } from '../playbook/foreign-change.ts'
import type { Owned } from '../playbook/ownership.ts'
import type { PodSighting } from '../playbook/pods.ts'
import type { Service } from '../playbook/service.ts'

export type Slot = 'stable' | 'canary' | 'previous'

/**
 * `late`: worth another try (timeout, 409, 429, 5xx, connection refused), `retryAfterMs` when the server said so.
 * `refused`: another try cannot help (403, 404, 422, 400). `fenced`: a newer decision has been written; stop.
 */
export class ClusterError extends Error {
  readonly kind: 'late' | 'refused' | 'fenced'
  /** HTTP status, or null when there was no answer. */
  readonly status: number | null
  readonly retryAfterMs: number | null
  /** Of `fenced`: id of whoever wrote the newer decision. */
  readonly by: string | null
  constructor(
    kind: 'late' | 'refused' | 'fenced',
    message: string,
    facts: { status?: number | null; retryAfterMs?: number | null; by?: string; cause?: unknown } = {},
  ) {
    super(message, { cause: facts.cause })
    this.name = 'ClusterError'
    this.kind = kind
    this.status = facts.status ?? null
    this.retryAfterMs = facts.retryAfterMs ?? null
    this.by = facts.by ?? null
  }
}

/** Carried by every write: who writes, the fencing token, and how to be stopped. */
export interface WriteContext {
  readonly deployment: string
  /** The record's revision. A write is refused (`fenced`) where the object carries a token of a later deployment, or a higher revision of this one. */
  readonly revision: number
  /** Which deployment is the later one: when it was created, ms since the epoch. */
  readonly number: number
  /** The token stays where it was written, also after `tidy`: who comes back from an outage must not undo this. Default false. */
  readonly lasting?: boolean
  readonly signal: AbortSignal
}

/** What an emergency rollback goes by: read from the cluster alone. */
export interface Pinned {
  /** Id of the deployment that wrote the way back down. */
  readonly deployment: string
  readonly pin: Pin
  /** Do pods of the old version stand by in the previous slot, at least one of them ready? */
  readonly kept: boolean
  /** Does the workload run something else than the old version, or is it on its way there or back? Then the way back leads through the previous slot. */
  readonly replaced: boolean
  /** Image of the version to be left; null when nothing of it is there. */
  readonly badImage: string | null
  /** The highest number among the fencing tokens found; 0 when there are none. */
  readonly lastNumber: number
  /** The same by hand: whole kubectl lines in the order in which they are typed. */
  readonly byHand: readonly string[]
}

export interface SlotState {
  /** Does the Deployment exist? */
  readonly exists: boolean
  /** spec.replicas; 0 when it does not exist. */
  readonly wanted: number
  readonly ready: number
  readonly available: number
  readonly updated: number
  /** Observed at its generation, all updated, all available, none left over. */
  readonly complete: boolean
  /** Set when the Deployment says ProgressDeadlineExceeded or cannot make pods (quota, admission): its message. */
  readonly stuck: string | null
  /** Image of the version's container. */
  readonly image: string | null
  /** In a sighting, of `stable` those of its present template only. */
  readonly pods: readonly PodSighting[]
  /** Of new pods in the workload itself (`rolling` router), once one stands: pods wanted in all, and their `pod-template-hash`. */
  readonly rolling?: { readonly of: number; readonly hash: string }
}

/** Real shares in percent by slot; they add up to 100, or are null when they cannot be known. */
export type RealShares = Readonly<Record<Slot, number>> | null

/** A view of the target, cheap: answered from the shared watch when one runs. */
export interface Sighting {
  readonly at: number
  /** Was it answered by a live watch? Then changes are told by it, and nobody needs to look often. */
  readonly watched: boolean
  readonly slots: Readonly<Record<Slot, SlotState>>
  readonly shares: RealShares
  /** Why the shares cannot be known, where the router says why: a sentence without its full stop. */
  readonly sharesUnknown?: string
  /** Fields of `owned` that hold something else, as far as is known without asking anew: a reason to ask `foreign`. Left out where `owned` was not given. */
  readonly differs?: readonly OwnedField[]
  /** Id of whoever wrote the workload last, a deployment or an emergency; null: nobody. Left out by makes that do not know. */
  readonly writtenBy?: string | null
}

/** What could not be read, and why: it is unknown, not absent. */
export interface UnreadPart {
  readonly part: string
  readonly why: string
}

/** One fact found by pre-flight about the target; see src/checks for what is made of it. */
export interface Inspection {
  readonly workload: {
    readonly replicas: number
    readonly complete: boolean
    readonly stuck: string | null
    readonly image: string
    readonly containers: readonly string[]
    readonly hasReadinessProbe: boolean
    readonly hasPreStop: boolean
    /** How long that hook sleeps, s; null where there is none, or it does not say. */
    readonly preStopSeconds: number | null
    /** After so many seconds a pod that is told to go is killed. */
    readonly graceSeconds: number
    /** Requests of one pod: cores and bytes; null where a container names none. */
    readonly cpuRequest: number | null
    readonly memoryRequest: number | null
    /** Field managers, e.g. `argocd-controller`, with what they own of all that a deployment writes or pins: replicas, image, template, selector, shares, HPA minimum. */
    readonly managers: readonly { readonly name: string; readonly owns: string }[]
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
    readonly pods: readonly PodSighting[]
  } | null
  readonly service: {
    readonly selector: Readonly<Record<string, string>>
    readonly selectsWorkload: boolean
    readonly selectsCanary: boolean
  } | null
  /** Ready addresses behind the Service. */
  readonly endpoints: number
  readonly quotas: readonly {
    readonly name: string
    readonly resource: string
    readonly hard: number
    readonly used: number
  }[]
  readonly hpa: { readonly name: string; readonly minReplicas: number; readonly maxReplicas: number } | null
  readonly pdb: { readonly name: string; readonly disruptionsAllowed: number } | null
  /** Extra Deployments of an earlier deployment still there, by name; its preview Service as `service/<name>`. */
  readonly leftovers: readonly string[]
  /** NetworkPolicies that hold for the old version's pods and would not for the new one's (`switch` router), by name. */
  readonly policiesLost?: readonly string[]
  /** Those that would not hold for the old version's pods once they are kept beside the promoted workload, by name. */
  readonly policiesLostWhenKept?: readonly string[]
  /** What is wrong with the router's objects, in sentences; empty: present and valid. */
  readonly routerFaults: readonly string[]
  /** Why what is written there is not yet what flows, as one sentence; left out when it is, or the router never says. */
  readonly routerPending?: string
  /** Left out by makes that always know. */
  readonly unread?: readonly UnreadPart[]
}

/** What the nodes have to give: the whole cluster is read for it, so only who asks for it pays. */
export interface Capacity {
  /** Load by node, 0..1 of allocatable; null when the metrics API is absent: unknown, not bad. */
  readonly nodeLoad: readonly { readonly node: string; readonly cpu: number; readonly memory: number }[] | null
  /** Room left on the nodes that would take a pod of the workload: cores, bytes and pods. */
  readonly headroom: { readonly cpu: number; readonly memory: number; readonly pods: number }
  /** Left out by makes that always know. */
  readonly unread?: readonly UnreadPart[]
}

export interface Cluster {
  inspect(service: Service, version: string, signal: AbortSignal): Promise<Inspection>
  capacity(service: Service, signal: AbortSignal): Promise<Capacity>
  /** Pods by slot, shares; and whether anything of `owned` differs. */
  look(service: Service, signal: AbortSignal, owned?: Owned): Promise<Sighting>
  /**
   * What somebody else wrote where the deployment's own should stand, and who, asked anew of the API server. Never what
   * we wrote ourselves, in this process or another. Fields that may not be read are left out.
   */
  foreign(service: Service, owned: Owned, signal: AbortSignal): Promise<readonly ForeignChange[]>
  /** These fields hold again what `owned` says first, whoever wrote them meanwhile. */
  reclaim(service: Service, owned: Owned, fields: readonly OwnedField[], context: WriteContext): Promise<void>
  /** Server-side dry run of what the deployment will write; returns what the API server objects to, in sentences. */
  dryRun(service: Service, image: string, signal: AbortSignal): Promise<readonly string[]>
  /**
   * Writes the way back down as annotations on the workload, pins the HPA's minimum to the present size, and returns it.
   * `again`: it was written, and only its `replicas` and that minimum grow with a workload that its HPA made larger; refused
   * where it is written no more.
   */
  pin(service: Service, context: WriteContext, again?: boolean): Promise<Pin>
  /** The way back as it is written on the cluster, whoever wrote it; null when there is none. */
  pinned(service: Service, signal: AbortSignal): Promise<Pinned | null>
  /**
   * The slot exists with this image (canary) or the pinned template (previous) and wants so many pods. Returns its state,
   * pods perhaps not ready yet. Of the canary's pods only those are ready that stand behind the Service which will lead
   * traffic to them; `switch` router: behind its preview Service, which exists then. `rolling` router: so many
   * pods of the workload itself run the new image, ready; then its rollout is paused. Whatever happens to us, no more than
   * that are replaced.
   */
  ensureSlot(
    service: Service,
    want:
      | { readonly slot: 'canary'; readonly image: string; readonly version: string; readonly replicas: number }
      | { readonly slot: 'previous'; readonly pin: Pin; readonly replicas: number },
    context: WriteContext,
  ): Promise<SlotState>
  /**
   * The canary slot gets `percent` of the traffic, the stable slot the rest. `replicas` router: below 100 the ratio is
   * given by the pods that ensureSlot was asked for; at 100 the Service's selector is narrowed to the canary's pods, `late` unless all of them stand behind it; at 0
   * the canary's pods go, and come back with the next share. `switch` router: 100 or 0, by one write of the selector; `late`
   * unless all of the canary stands ready behind its preview; its pods stay at 0. `rolling` router: 100 takes
   * the last old pods out of the workload, 0 narrows the selector to the old ones, all else is the pinned selector. Null while a router that says so has not
   * taken the share yet: the looks that follow tell when it has.
   */
  route(service: Service, percent: number, context: WriteContext): Promise<RealShares>
  /** The workload has the new image (and canary's template changes), rolled out. Returns its state, perhaps not complete yet. */
  promote(
    service: Service,
    want: { readonly image: string; readonly version: string },
    context: WriteContext,
  ): Promise<SlotState>
  /** Traffic goes to the stable slot by the pinned selector and weights; then, `timeouts.drain` after that write, the canary Deployment goes; HPA minimum as pinned. True when all is so. */
  settle(service: Service, pin: Pin, context: WriteContext): Promise<boolean>
  /**
   * Way back, first step: the old version gets all traffic, now. `kept` false: weights and selector as pinned, canary out
   * (replicas router: scaled to 0; switch router: its pods stay until `tidy`). `kept` true: the Service's selector points at the previous slot, weights as pinned; by subset it holds the canary's pods as well until `tidy`, for those who still send them a share.
   * Asks nothing about readiness. Returns the shares read back. A pin of the `rolling` router leads back in place, whatever
   * the service's router: the workload gets its old template, the selector is narrowed to old pods once half of them are
   * ready, or at once where no new one is; `overdue`: then as soon as any is.
   */
  restore(service: Service, pin: Pin, kept: boolean, context: WriteContext, overdue?: boolean): Promise<RealShares>
  /** ConfigMaps and Secrets of the pinned template that are not as they were: their content does not come back with it. */
  changedConfigs(service: Service, pin: Pin, signal: AbortSignal): Promise<readonly ConfigChange[]>
  /** Way back, last step: template, size, selector, HPA as pinned; canary and previous gone; annotations cleared. `pin` null: it was interrupted while it was written, what there is of it is on the cluster. True when all is so; false: not yet. */
  tidy(service: Service, pin: Pin | null, context: WriteContext): Promise<boolean>
  /** After the keep time: the previous slot is gone and with it our annotations but the last-deployment ones. True when all is so. */
  forget(service: Service, context: WriteContext): Promise<boolean>
  /** The last lines of the newest pod of a slot; null when it has none. */
  logs(
    service: Service,
    slot: Slot,
    lines: number,
    signal: AbortSignal,
  ): Promise<{ readonly pod: string; readonly text: string } | null>
  /** Calls back when pods of the service change, and when they can no longer be watched (debounced to a turn of the event loop). One watch per namespace is shared; it restarts by itself. Returns how to stop. */
  watch(service: Service, changed: () => void): () => void
  /** Releases watches and connections. */
  close(): Promise<void>
}
