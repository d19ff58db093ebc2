/** Pods, their templates and containers, and what a kubelet says about them. */
import type { Condition, KubeObject, StringMap } from './object-meta.ts'

export interface ContainerPort {
  readonly name?: string
  readonly containerPort: number
  readonly protocol?: string
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly ports?: readonly ContainerPort[]
  readonly resources?: { readonly requests?: StringMap; readonly limits?: StringMap }
  readonly readinessProbe?: { readonly httpGet?: { readonly path?: string; readonly port?: number | string } }
  readonly lifecycle?: {
    readonly preStop?: {
      readonly sleep?: { readonly seconds?: number }
      readonly exec?: { readonly command?: readonly string[] }
    }
  }
}

export interface PodSpec {
  readonly containers: readonly Container[]
  readonly nodeName?: string
  readonly terminationGracePeriodSeconds?: number
  readonly [field: string]: unknown
}

export interface PodTemplate {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap }
  readonly spec: PodSpec
}

export interface Terminated {
  readonly exitCode: number
  readonly reason: string
  readonly startedAt: string
  readonly finishedAt: string
  readonly containerID: string
}

export interface ContainerState {
  readonly waiting?: { readonly reason: string; readonly message?: string }
  readonly running?: { readonly startedAt: string }
  readonly terminated?: Terminated
}

export interface ContainerStatus {
  readonly name: string
  readonly image: string
  readonly imageID: string
  readonly containerID?: string
  readonly ready: boolean
  readonly started: boolean
  readonly restartCount: number
  readonly state: ContainerState
  readonly lastState: ContainerState
}

export interface PodStatus {
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown'
  readonly conditions?: readonly Condition[]
  readonly containerStatuses?: readonly ContainerStatus[]
  readonly podIP?: string
  readonly podIPs?: readonly { readonly ip: string }[]
  readonly hostIP?: string
  readonly hostIPs?: readonly { readonly ip: string }[]
  readonly startTime?: string
  readonly qosClass?: string
  readonly reason?: string
  readonly message?: string
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec
  readonly status?: PodStatus
}
