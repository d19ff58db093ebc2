/**
 * The shapes of the objects that the simulated cluster holds, as JSON carries them (timestamps are RFC 3339 strings).
 * Only the fields that something here reads are named; all others are kept as they came. Objects in the store have
 * passed validation, which is what makes the typed views below true.
 */

import type { Condition, KubeObject, LabelSelector, StringMap } from './object-meta.ts'
import type { Pod, PodTemplate } from './pod-objects.ts'

export interface ReplicaSetStatus {
  readonly replicas: number
  readonly fullyLabeledReplicas?: number
  readonly readyReplicas?: number
  readonly availableReplicas?: number
  readonly terminatingReplicas?: number
  readonly observedGeneration?: number
  readonly conditions?: readonly Condition[]
}

export interface ReplicaSet extends KubeObject {
  readonly spec: {
    readonly replicas: number
    readonly minReadySeconds?: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
  }
  readonly status?: ReplicaSetStatus
}

export interface DeploymentStatus extends ReplicaSetStatus {
  readonly updatedReplicas?: number
  readonly unavailableReplicas?: number
}

export interface Deployment extends KubeObject {
  readonly spec: {
    readonly replicas: number
    readonly selector: LabelSelector
    readonly template: PodTemplate
    readonly paused?: boolean
    readonly minReadySeconds?: number
    readonly revisionHistoryLimit: number
    readonly progressDeadlineSeconds: number
    readonly strategy: {
      readonly type: 'RollingUpdate' | 'Recreate'
      readonly rollingUpdate?: { readonly maxSurge?: number | string; readonly maxUnavailable?: number | string }
    }
  }
  readonly status?: DeploymentStatus
}

export interface ServicePort {
  readonly name?: string
  readonly port: number
  readonly targetPort?: number | string
  readonly nodePort?: number
  readonly protocol?: string
  readonly appProtocol?: string
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly selector?: StringMap
    readonly ports?: readonly ServicePort[]
    readonly type?: string
    readonly clusterIP?: string
    readonly clusterIPs?: readonly string[]
  }
}

export interface Endpoint {
  readonly addresses: readonly string[]
  readonly conditions: { readonly ready: boolean; readonly serving: boolean; readonly terminating: boolean }
  readonly nodeName?: string
  readonly targetRef?: {
    readonly kind: string
    readonly namespace: string
    readonly name: string
    readonly uid: string
  }
}

export interface EndpointSlice extends KubeObject {
  readonly addressType: string
  readonly endpoints: readonly Endpoint[]
  readonly ports?: readonly { readonly name: string; readonly port: number; readonly protocol: string }[]
}

export interface Node extends KubeObject {
  readonly spec?: { readonly unschedulable?: boolean }
  readonly status?: {
    readonly allocatable?: StringMap
    readonly conditions?: readonly Condition[]
    readonly addresses?: readonly { readonly type: string; readonly address: string }[]
  }
}

export interface Namespace extends KubeObject {
  readonly status?: { readonly phase: 'Active' | 'Terminating' }
}

export interface KubeEvent extends KubeObject {
  readonly involvedObject: {
    readonly kind: string
    readonly name: string
    readonly namespace?: string
    readonly uid?: string
    readonly fieldPath?: string
  }
  readonly reason: string
  readonly message: string
  readonly type: 'Normal' | 'Warning'
  readonly count?: number
  readonly firstTimestamp?: string
  readonly lastTimestamp?: string
  readonly source?: { readonly component?: string; readonly host?: string }
}

export interface HorizontalPodAutoscaler extends KubeObject {
  readonly spec: {
    readonly scaleTargetRef: { readonly kind: string; readonly name: string; readonly apiVersion?: string }
    readonly minReplicas: number
    readonly maxReplicas: number
  }
  readonly status?: { readonly currentReplicas?: number; readonly desiredReplicas?: number }
}

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly selector?: LabelSelector
    readonly minAvailable?: number | string
    readonly maxUnavailable?: number | string
  }
  readonly status?: {
    readonly currentHealthy: number
    readonly desiredHealthy: number
    readonly disruptionsAllowed: number
    readonly expectedPods: number
  }
}

export interface ResourceQuota extends KubeObject {
  readonly spec?: { readonly hard?: StringMap }
  readonly status?: { readonly hard?: StringMap; readonly used?: StringMap }
}

export interface RouteDestination {
  readonly destination: { readonly host: string; readonly subset?: string }
  readonly weight?: number
}

export interface VirtualService extends KubeObject {
  readonly spec: {
    readonly hosts?: readonly string[]
    readonly http?: readonly {
      readonly name?: string
      readonly match?: readonly unknown[]
      readonly route?: readonly RouteDestination[]
    }[]
  }
}

export interface DestinationRule extends KubeObject {
  readonly spec: {
    readonly host: string
    readonly subsets?: readonly { readonly name: string; readonly labels?: StringMap }[]
  }
}

export interface ParentRef {
  readonly group?: string
  readonly kind?: string
  readonly namespace?: string
  readonly name: string
}

export interface HttpRoute extends KubeObject {
  readonly spec: {
    readonly parentRefs?: readonly ParentRef[]
    readonly hostnames?: readonly string[]
    readonly rules?: readonly {
      readonly name?: string
      readonly matches?: readonly unknown[]
      readonly backendRefs?: readonly { readonly name: string; readonly weight?: number }[]
    }[]
  }
  readonly status?: {
    readonly parents?: readonly {
      readonly parentRef: ParentRef
      readonly controllerName: string
      readonly conditions?: readonly Condition[]
    }[]
  }
}

export interface Ingress extends KubeObject {
  readonly spec?: {
    readonly ingressClassName?: string
    readonly rules?: readonly {
      readonly host?: string
      readonly http?: {
        readonly paths?: readonly {
          readonly path?: string
          readonly backend: { readonly service?: { readonly name: string } }
        }[]
      }
    }[]
  }
}

/** Every resource that is served, by its plural name, and the shape of its objects. */
export interface ResourceObjects {
  namespaces: Namespace
  nodes: Node
  pods: Pod
  services: Service
  events: KubeEvent
  configmaps: KubeObject
  secrets: KubeObject
  resourcequotas: ResourceQuota
  deployments: Deployment
  replicasets: ReplicaSet
  endpointslices: EndpointSlice
  horizontalpodautoscalers: HorizontalPodAutoscaler
  poddisruptionbudgets: PodDisruptionBudget
  virtualservices: VirtualService
  destinationrules: DestinationRule
  httproutes: HttpRoute
  ingresses: Ingress
}

export type ResourceName = keyof ResourceObjects
