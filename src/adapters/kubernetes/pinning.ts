/** The way back, written on the workload itself: it works when every store of ours is empty. */
import { z } from 'zod'
import type { Pin } from '../../playbook/deployment.ts'
import { type JsonObject, textAt } from './json.ts'
import { PIN_ANNOTATION } from './names.ts'

const writtenPin = z.object({
  deployment: z.string(),
  workload: z.string(),
  replicas: z.number().int().nonnegative(),
  template: z.record(z.string(), z.unknown()),
  image: z.string(),
  serviceSelector: z.record(z.string(), z.string()),
  weights: z.array(z.number()).nullable(),
  annotations: z.record(z.string(), z.string().nullable()).exactOptional(),
  hpa: z.object({ name: z.string(), minReplicas: z.number().int() }).nullable(),
  switched: z.literal(true).exactOptional(),
  configs: z
    .array(z.object({ kind: z.enum(['ConfigMap', 'Secret']), name: z.string(), version: z.string().nullable() }))
    .exactOptional(),
})

/** The pin on a workload, if this deployment wrote it; undefined when there is none, another's, or it cannot be read. */
export function pinOn(workload: JsonObject, deployment: string): Pin | undefined {
  const written = anyPinOn(workload)
  return written?.deployment === deployment ? written.pin : undefined
}

/** The pin on a workload, whoever wrote it; undefined when there is none or it cannot be read. */
export function anyPinOn(workload: JsonObject): { readonly deployment: string; readonly pin: Pin } | undefined {
  const text = textAt(workload, 'metadata', 'annotations', PIN_ANNOTATION)
  if (text === undefined) return undefined
  try {
    const { deployment, ...pin } = writtenPin.parse(JSON.parse(text))
    return { deployment, pin }
  } catch {
    return undefined
  }
}

export function writePin(deployment: string, pin: Pin): string {
  return JSON.stringify({ deployment, ...pin })
}
