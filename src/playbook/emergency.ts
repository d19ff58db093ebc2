/** The emergency rollback: its name on the cluster, and what is said about it. */
import type { PersonRef } from './deployment.ts'
import { versionOf } from './image.ts'
import { canaryIngressName, routeObject } from './routed-services.ts'
import type { Service } from './service.ts'

/** What is written on the cluster instead of a deployment's id. `at`: ms since the epoch. */
export function emergencyId(service: string, at: number): string {
  return `emergency-${service}-${at}`
}

/** Deployments are numbered from 1; only an emergency's id ends with a time. */
export function isEmergency(id: string | null | undefined): id is string {
  return id !== null && id !== undefined && /^emergency-.+-\d{13,15}$/.test(id)
}

/** When it was ordered, ms since the epoch, read from its id. */
export function emergencyTime(id: string): number {
  return Number(id.slice(id.lastIndexOf('-') + 1))
}

const ORDERED = 'emergency rollback: '

/** How the record names the reason of an emergency. */
export function emergencyDetail(reason: string): string {
  return `${ORDERED}${reason}`
}

/** The reason that somebody gave, out of what the record keeps. */
export function emergencyReason(detail: string): string {
  return detail.startsWith(ORDERED) ? detail.slice(ORDERED.length) : detail
}

export interface Emergency {
  readonly id: string
  readonly service: string
  readonly by: PersonRef
  readonly reason: string
  /** When it was ordered, ms since the epoch. */
  readonly at: number
  /** The deployment whose way back was taken; null when nothing was found on the cluster. */
  readonly deployment: string | null
  /** Image of the version that was left; null: not known. */
  readonly from: string | null
  /** Image that was gone back to; null: not known. */
  readonly to: string | null
  /** When traffic was seen to be back, ms since the epoch; null: it is not. */
  readonly restoredAt: number | null
}

export function nameOfImage(image: string | null): string {
  return image === null ? 'a version that is not known' : versionOf(image)
}

/** The playbook's "Document incident", as one line of `incidents.log`. */
export function incidentLine(emergency: Emergency): string {
  const { service, by, reason, at, deployment, from, to, restoredAt } = emergency
  const end =
    restoredAt === null ? 'traffic is NOT restored' : `traffic restored after ${secondsBetween(at, restoredAt)} s`
  return `Incident occurred at: ${new Date(at).toISOString()} ${service}: emergency rollback from ${nameOfImage(from)} to ${nameOfImage(to)} by ${by.name} (${by.id}), ${end}, deployment ${deployment ?? 'not known'}, reason: ${reason}`
}

/** What the channel reads, after traffic is back or could not be brought back. */
export function emergencyNews(emergency: Emergency): string {
  const { service, by, reason, at, from, to, restoredAt } = emergency
  return restoredAt === null
    ? `Emergency rollback of ${service} by ${by.name} did NOT bring traffic back. Reason for it: ${reason}. Somebody has to act by hand now.`
    : `Emergency rollback of ${service} by ${by.name}: all traffic is on ${nameOfImage(to)} again after ${secondsBetween(at, restoredAt)} s; ${nameOfImage(from)} is scaled down next. Reason: ${reason}.`
}

function secondsBetween(from: number, to: number): number {
  return Math.round((to - from) / 100) / 10
}

/** `kubectl` as somebody types it for this service. */
export function kubectlOf(service: Service): string {
  return `kubectl${service.context === null ? '' : ` --context ${service.context}`} --namespace ${service.namespace}`
}

/** The share goes by the object that carries it. */
function shareLine({ router }: Service, kubectl: string): readonly string[] {
  if (router.kind === 'nginx')
    return [
      `${kubectl} annotate ingress ${canaryIngressName(router.ingress)} nginx.ingress.kubernetes.io/canary-weight=0 --overwrite`,
    ]
  const object = routeObject(router)
  return object ? [`${kubectl} edit ${object.kind.toLowerCase()} ${object.name}`] : []
}

/** What is left to type when the cluster could not be asked: the playbook's lines, with the names of this service. */
export function blindByHand(service: Service): readonly string[] {
  const kubectl = kubectlOf(service)
  const { workload, serviceName } = service
  return [
    `${kubectl} get deployments,services -o wide`,
    ...shareLine(service, kubectl),
    `${kubectl} scale deployment ${workload}-canary --replicas=0`,
    `${kubectl} rollout undo deployment/${workload}`,
    `${kubectl} get service ${serviceName} -o yaml`,
  ]
}
