/** The way back, written on the workload itself: it works when every store of ours is empty. */
import { z } from 'zod'
import type { Pin } from '../../playbook/deployment.ts'
import type { WriteContext } from '../../ports/cluster.ts'
import { type JsonObject, textAt } from './json.ts'
import { PIN_ANNOTATION } from './names.ts'

/** Whose pin it is. A Redis that lost everything counts from 1 again, so an id alone may be met twice. */
type Writer = Pick<WriteContext, 'deployment' | 'number'>

const writtenPin = z.object({
  deployment: z.string(),
  // Absent in pins of versions before this field: there the id has to do.
  createdAt: z.number().exactOptional(),
  workload: z.string(),
  replicas: z.number().int().nonnegative(),
  template: z.record(z.string(), z.unknown()),
  image: z.string(),
  serviceSelector: z.record(z.string(), z.string()),
  weights: z.array(z.number()).nullable(),
  annotations: z.record(z.string(), z.string().nullable()).exactOptional(),
  rollout: z.object({ hash: z.string(), spec: z.record(z.string(), z.unknown()) }).exactOptional(),
  hpa: z.object({ name: z.string(), minReplicas: z.number().int() }).nullable(),
  switched: z.literal(true).exactOptional(),
  configs: z
    .array(z.object({ kind: z.enum(['ConfigMap', 'Secret']), name: z.string(), version: z.string().nullable() }))
    .exactOptional(),
})

/** The pin on a workload, if this deployment wrote it; undefined when there is none, another's, or it cannot be read. */
export function pinOn(workload: JsonObject, { deployment, number }: Writer): Pin | undefined {
  const written = anyPinOn(workload)
  return written?.deployment === deployment && (written.createdAt ?? number) === number ? written.pin : undefined
}

/** The pin on a workload, whoever wrote it; undefined when there is none or it cannot be read. */
export function anyPinOn(
  workload: JsonObject,
): { readonly deployment: string; readonly createdAt?: number; readonly pin: Pin } | undefined {
  const text = textAt(workload, 'metadata', 'annotations', PIN_ANNOTATION)
  if (text === undefined) return undefined
  try {
    const { deployment, createdAt, ...pin } = writtenPin.parse(JSON.parse(text))
    return { deployment, pin, ...(createdAt === undefined ? {} : { createdAt }) }
  } catch {
    return undefined
  }
}

export function writePin({ deployment, number }: Writer, pin: Pin): string {
  return JSON.stringify({ deployment, createdAt: number, ...pin })
}
