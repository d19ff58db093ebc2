/** Records as Redis holds them: JSON in an envelope with a version, checked when it is read. */
import { z } from 'zod'
import type { Block } from '../../playbook/block.ts'
import { type Deployment, STATUSES, type TimelineEntry } from '../../playbook/deployment.ts'
import type { Told } from '../../ports/store.ts'

/** Grows when a stored record can no longer be read as it is. */
const VERSION = 1

/** Thrown when a stored record is not one of ours, or was written by a newer version: never guessed at. */
export class UnreadableRecord extends Error {
  override readonly name = 'UnreadableRecord'
}

const text = z.string()
const count = z.number()
const object = z.looseObject({})
const list = z.array(z.unknown())

/**
 * Every field of the record by its kind. What lies deeper was written by this program from typed values, in the same
 * version, and is not checked again.
 */
const RECORD_FIELDS = {
  id: text.min(1),
  number: z.int().min(1),
  service: text.min(1),
  version: text,
  fromVersion: text.nullable(),
  fromPods: count.optional(),
  digest: text.nullable(),
  strategy: z.enum(['canary', 'blue-green', 'rolling']),
  requester: object,
  channel: text,
  createdAt: count,
  plan: z.looseObject({ service: object, phases: list, wayBack: list }),
  revision: z.int().min(0),
  status: z.enum(STATUSES),
  step: text,
  stepSince: count,
  retryAt: count,
  waitingFor: text.nullable(),
  approvals: list,
  share: object,
  window: object.nullable(),
  hold: object.nullable(),
  goingBack: object.nullable(),
  pin: object.nullable(),
  // Absent in records of versions that knew no rolling deployments.
  rolled: object.nullish(),
  baseline: object.nullable(),
  lastSample: object.nullable(),
  peaks: object,
  pods: object.nullable(),
  meddled: object.nullish(),
  blind: object.nullish(),
  issues: list,
  kept: z.boolean(),
  settled: z.boolean(),
  keepUntil: count.nullable(),
  checkIns: list,
  endedAt: count.nullable(),
} satisfies Record<keyof Deployment, z.ZodType>

const record = z.looseObject(RECORD_FIELDS)
const entry = z.looseObject({ at: count, revision: count, type: text, text, audience: text, level: text })
const told = z.object({
  card: text.nullable(),
  cursor: z.int().min(0),
  drawn: text.nullable(),
  drawnAt: count,
  inFlight: text.nullable(),
  // Absent in what was told by versions before this list.
  asked: z.array(z.object({ ts: text, from: z.int().min(0), to: z.int().min(0), drawn: text })).default([]),
})
const block = z.object({
  service: text,
  version: text,
  digest: text.nullable(),
  deployment: text,
  at: count,
  by: z.object({ id: text, name: text }).nullable(),
  why: text,
})
const envelope = z.object({ v: z.number(), data: z.unknown() })

export function packed(data: Deployment | TimelineEntry | Told | Block): string {
  return JSON.stringify({ v: VERSION, data })
}

/** Throws UnreadableRecord, naming `where` and the fields that are wrong. */
export function unpackRecord(stored: string, where: string): Deployment {
  const data = opened(stored, where)
  assertRecord(data, where)
  return data
}

/** Throws UnreadableRecord, as `unpackRecord` does. */
export function unpackEntry(stored: string, where: string): TimelineEntry {
  const data = opened(stored, where)
  assertEntry(data, where)
  return data
}

/** Throws UnreadableRecord, as `unpackRecord` does. */
export function unpackTold(stored: string, where: string): Told {
  const result = told.safeParse(opened(stored, where))
  if (result.success) return result.data
  throw new UnreadableRecord(`${where} cannot be read: ${z.prettifyError(result.error)}`)
}

/** Throws UnreadableRecord, as `unpackRecord` does. */
export function unpackBlock(stored: string, where: string): Block {
  const result = block.safeParse(opened(stored, where))
  if (result.success) return result.data
  throw new UnreadableRecord(`${where} cannot be read: ${z.prettifyError(result.error)}`)
}

function opened(stored: string, where: string): unknown {
  let parsed: unknown
  try {
    parsed = JSON.parse(stored)
  } catch (error) {
    throw new UnreadableRecord(`${where} cannot be read: it is not JSON.`, { cause: error })
  }
  const result = envelope.safeParse(parsed)
  if (!result.success) throw new UnreadableRecord(`${where} cannot be read: it has no version.`)
  if (result.data.v === VERSION) return result.data.data
  throw new UnreadableRecord(
    `${where} was written in format ${result.data.v}, and this program reads format ${VERSION}. Run the newer version again, or one that converts it.`,
  )
}

function assertRecord(data: unknown, where: string): asserts data is Deployment {
  assertShape(record, data, where)
}

function assertEntry(data: unknown, where: string): asserts data is TimelineEntry {
  assertShape(entry, data, where)
}

function assertShape(shape: z.ZodType, data: unknown, where: string): void {
  const result = shape.safeParse(data)
  if (!result.success) throw new UnreadableRecord(`${where} cannot be read: ${z.prettifyError(result.error)}`)
}
