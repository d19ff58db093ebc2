/**
 * A service: one entry of the catalogue `tminus.yml`, with the playbook's defaults filled in. Config parsing makes it,
 * the plan freezes it.
 */
import type { Threshold } from './metrics.ts'

export type Strategy = 'canary' | 'blue-green' | 'rolling'

/** How traffic is divided between the old and the new version. */
export type RouterSettings =
  | { readonly kind: 'replicas' }
  /** All or nothing, by the Service's selector. Never in the catalogue: a blue-green plan freezes its service with it. */
  | ({ readonly kind: 'switch' } & BehindMesh)
  /** By the number of new pods in the Deployment itself. Never in the catalogue: a rolling plan freezes its service with it. */
  | ({ readonly kind: 'rolling' } & BehindMesh)
  | IstioSettings
  | {
      readonly kind: 'gateway-api'
      readonly httpRoute: string
      /** Name of the rule in the HTTPRoute; absent: the only rule with both Services among its backends. */
      readonly rule?: string
      /** Service of the old version (the one of the catalogue), and of the new one. */
      readonly stable: string
      readonly canary: string
    }
  | {
      readonly kind: 'nginx'
      /** The stable Ingress; the canary's is `<ingress>-canary`. */
      readonly ingress: string
      readonly stable: string
      readonly canary: string
    }

export interface IstioSettings {
  readonly kind: 'istio'
  readonly virtualService: string
  /** Name of the http route in the VirtualService; absent: the only http route. */
  readonly route?: string
  /** `host`: two Services. `subset`: one Service, two subsets of a DestinationRule. */
  readonly by: 'host' | 'subset'
  /** Host or subset of the old version, and of the new one. */
  readonly stable: string
  readonly canary: string
}

/** The catalogue's mesh finds pods of the Service by labels of a subset: the new ones must carry those of the old version. */
interface BehindMesh {
  readonly mesh?: IstioSettings
}

export interface CanaryStep {
  /** Share of production traffic for the new version, 1..100. */
  readonly percent: number
  /** Length of the observation window, ms. */
  readonly observeMs: number
  /** Pods of the new version; null: as many as the old version has. */
  readonly pods: number | null
  /** `approval`: a person agrees before this share is given. */
  readonly gate: 'auto' | 'approval'
}

/** The playbook's "Blue-Green Deployment". */
export interface BlueGreenSettings {
  /** Length of the watch after the switch, ms. Playbook: 30 min. */
  readonly monitorMs: number
  /** How long the old version stays restorable after the end, ms. Playbook: 30 min. */
  readonly keepMs: number
  /** `approval`: a person agrees before the switch. */
  readonly gate: 'auto' | 'approval'
  /** HTTP addresses of the preview Service that must answer 2xx before the switch; `$version` is replaced. Empty: none. */
  readonly preview: readonly string[]
}

/** The playbook's "Rolling Deployment": 30 min with three pods. */
export interface RollingSettings {
  /** Pods that are replaced at a time. Default 1. */
  readonly batch: number
  /** How long each batch is watched before the next one, ms. Default 8 min. */
  readonly observeMs: number
  /** Length of the watch once no old pod is left, ms. Default 6 min. */
  readonly monitorMs: number
  /** How long the old version stays restorable after the end, ms. Default 1 h, as for canary. */
  readonly keepMs: number
  /** `approval`: a person agrees before the first pod. */
  readonly gate: 'auto' | 'approval'
}

/** What the judgement needs, all with the playbook's or design's defaults. */
export interface JudgementSettings {
  /** Time between two samples, ms. Default 10 s. */
  readonly sampleIntervalMs: number
  /** The window of the recent numbers, ms. Default 1 min. */
  readonly sampleWindowMs: number
  /** Share of the new version's requests that must succeed, 0..1. Playbook: 98 %. */
  readonly successRate: number
  /** Requests behind a verdict on a ratio. Default 300. */
  readonly trafficFloor: number
  /** At least this error ratio over at least so many recent requests is critical at once. Default 10 % over 50. */
  readonly fastPath: { readonly errorRatio: number; readonly requests: number }
  /** k of the last n samples must be critical / in warning before the gate acts. Defaults 1 of 1 and 2 of 3. */
  readonly criticalOf: { readonly k: number; readonly n: number }
  readonly warningOf: { readonly k: number; readonly n: number }
  /** No data is forgiven for so long after traffic was given (a fresh pod has no rate before two scrapes). Default 1 min. */
  readonly warmupMs: number
  /** Consecutive samples without data before the deployment holds. Default 3. */
  readonly noDataSamples: number
}

/** What the guard calls sick. Defaults: any crash, all unready at once, some unready for 10 s. */
export interface GuardSettings {
  /** Crashed pods that trigger the way back. Default 1. */
  readonly crashes: number
  /** From this share of unready pods on, 0..1, traffic is taken away at once. Default 1: all of them. */
  readonly unreadyShare: number
  /** How long some (not all) new pods may be unready without a crash, ms. Default 10 s. */
  readonly unreadyGraceMs: number
  /** The poll beneath the watch, ms. Default 5 s. */
  readonly pollMs: number
}

/** Series of one counter, as a PromQL selector names them: `http_requests_total{code=~"5.."}`. */
export interface SeriesSelector {
  readonly name: string
  readonly matchers: readonly {
    readonly label: string
    readonly op: '=' | '!=' | '=~' | '!~'
    /** Of `=~` and `!~`: a regular expression for the whole value. A label that is not there has the value "". */
    readonly value: string
  }[]
}

/**
 * Eyes of its own: the new pods' own counters, read between two scrapes of the metrics store. They can stop a release by
 * the fast path, and never pass one.
 */
export interface EyesSettings {
  /** Where each pod tells its counters, over plain HTTP. */
  readonly port: number
  /** Default `/metrics`. */
  readonly path: string
  /** Time between two reads, ms. Default 1 s. */
  readonly intervalMs: number
  /** `pod`: by the pod's address. `proxy`: through the API server. `auto`: by address in the cluster the bot runs in, else through the proxy. */
  readonly via: 'auto' | 'pod' | 'proxy'
  /** A series that one of these selects counts requests; those of `errors` count the ones that failed. Defaults as in `traffic`. */
  readonly requests: readonly SeriesSelector[]
  readonly errors: readonly SeriesSelector[]
}

export interface Timeouts {
  /** One check of preflight, ms. Default 10 s. */
  readonly checkMs: number
  /** New pods ready, a rollout complete, ms. Default 10 min (Deployment's progressDeadlineSeconds). */
  readonly rolloutMs: number
  /** An approval nobody gave: the deployment ends without having touched traffic, ms. Default 4 h. */
  readonly approvalMs: number
  /** A reminder while the deployment holds, ms. Default 15 min. */
  readonly holdReminderMs: number
  /** Between traffic moved and pods scaled down, ms. Default 30 s. */
  readonly drainMs: number
}

export interface Service {
  readonly name: string
  /** kubeconfig context; null: the current one, or in-cluster. */
  readonly context: string | null
  readonly namespace: string
  /** Cluster and namespace as people tell them apart: `prod-eu/shop`; absent where the catalogue has only one. */
  readonly place?: string
  /** The Deployment. */
  readonly workload: string
  /** Container whose image carries the version; null: the only one, or the one named like the workload. */
  readonly container: string | null
  /** Image repository without tag: `registry.example.com/shop/api`. */
  readonly image: string
  /** The Kubernetes Service in front of the workload. */
  readonly serviceName: string
  readonly router: RouterSettings
  /** Labels set on the new version's pods beside those of the template (mesh routing by track or version). `$version` is replaced. */
  readonly canaryLabels: Readonly<Record<string, string>>
  /** HTTP addresses that must answer 2xx; `$version` is replaced. Empty: none. */
  readonly health: readonly string[]
  /** Slack channel id where the card lives. */
  readonly channel: string
  /** Slack user ids who may approve, hold, resume, abort and roll back. Never empty. */
  readonly approvers: readonly string[]
  /** Slack user ids who may start a deployment; approvers always may. */
  readonly deployers: readonly string[]
  /** Slack user ids who may order an emergency rollback. Never empty; default: the approvers. */
  readonly emergency: readonly string[]
  /** May the requester approve their own deployment? Default false. */
  readonly selfApproval: boolean
  readonly strategies: readonly Strategy[]
  readonly defaultStrategy: Strategy
  readonly canary: { readonly steps: readonly CanaryStep[] }
  readonly blueGreen: BlueGreenSettings
  readonly rolling: RollingSettings
  /** Length of the watch at 100 % in phase 6. For canary it is the last step's window. Playbook: 10 min. */
  readonly monitorMs: number
  /** How long the old version stays restorable. Playbook: 1 h for canary. */
  readonly keepMs: number
  /** `warm`: its pods stay up; `cold`: its template is kept and scaled up on the way back. */
  readonly keep: 'warm' | 'cold'
  readonly onBreach: 'rollback' | 'ask'
  readonly judgement: JudgementSettings
  readonly guard: GuardSettings
  /** Absent: off. */
  readonly eyes?: EyesSettings
  readonly timeouts: Timeouts
  readonly thresholds: readonly Threshold[]
  /** PromQL templates of the two counts behind the error rate and the success rate. */
  readonly traffic: { readonly requests: string; readonly errors: string }
  /** PromQL selector of alerts that count as open, as in `ALERTS{<this>}`. */
  readonly alerts: string
}
