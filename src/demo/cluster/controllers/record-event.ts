/** Events, as controllers and kubelets write them: the same thing said again raises the count of the first. */
import { type ClusterContext, timestamp } from '../cluster-context.ts'
import type { KubeEvent } from '../store/kube-objects.ts'
import type { KubeObject } from '../store/object-meta.ts'

const HOUR_MS = 3_600_000

export interface EventSource {
  readonly component: string
  readonly host?: string
}

export interface EventText {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** `spec.containers{api}`: the part of the object that the event is about. */
  readonly fieldPath?: string
}

export type RecordEvent = (source: EventSource, about: KubeObject, text: EventText) => void

export function eventRecorder(context: ClusterContext): RecordEvent {
  const { store, clock, names } = context
  const known = new Map<string, { readonly namespace: string; readonly name: string; readonly at: number }>()
  const forgetOld = () => {
    for (const [key, { namespace, name, at }] of known) {
      // oldest first: the map is re-inserted into at every repetition
      if (clock.now() - at < HOUR_MS) return
      known.delete(key)
      store.remove('events', namespace, name)
    }
  }
  return (source, about, text) => {
    forgetOld()
    const namespace = about.metadata.namespace ?? 'default'
    const key = [about.metadata.uid, source.component, text.reason, text.message].join('\n')
    const before = known.get(key)
    const previous = before && store.get('events', before.namespace, before.name)
    const now = clock.now()
    const name = previous?.metadata.name ?? `${about.metadata.name}.${names.uid().replaceAll('-', '').slice(0, 16)}`
    known.delete(key)
    known.set(key, { namespace, name, at: now })
    if (previous) {
      store.put('events', { ...previous, count: (previous.count ?? 1) + 1, lastTimestamp: timestamp(now) })
    } else if (store.get('namespaces', undefined, namespace)) {
      store.put('events', newEvent(context, { source, about, text, namespace, name }))
    }
  }
}

interface NewEvent {
  readonly source: EventSource
  readonly about: KubeObject
  readonly text: EventText
  readonly namespace: string
  readonly name: string
}

function newEvent({ clock, names }: ClusterContext, { source, about, text, namespace, name }: NewEvent): KubeEvent {
  const at = timestamp(clock.now())
  const { reason, message, type, fieldPath } = text
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace, uid: names.uid(), resourceVersion: '', creationTimestamp: at },
    involvedObject: {
      apiVersion: about.apiVersion,
      kind: about.kind,
      ...(about.metadata.namespace === undefined ? {} : { namespace: about.metadata.namespace }),
      name: about.metadata.name,
      uid: about.metadata.uid,
      resourceVersion: about.metadata.resourceVersion,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    } as KubeEvent['involvedObject'],
    reason,
    message,
    type,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source,
    reportingComponent: source.component,
    reportingInstance: source.host ?? '',
  }
}
