/** Jobs as Redis holds them, checked when they are read. */
import { z } from 'zod'
import { PHASES } from '../../playbook/plan.ts'
import type { Job, JobKind } from '../../ports/queue.ts'

export const JOB_KINDS = ['advance', 'way-back', 'announce', 'guard', 'check-in'] as const satisfies readonly JobKind[]

const job = z.object({
  kind: z.enum(JOB_KINDS),
  deployment: z.string().min(1),
  name: z.enum([...PHASES, 'keep', ...JOB_KINDS]),
  at: z.number(),
  key: z.string(),
  urgent: z.boolean(),
}) satisfies z.ZodType<Job>

/** Throws when it is not a job of ours. */
export function parseJob(stored: string): Job {
  return job.parse(JSON.parse(stored))
}

/** What a BullMQ job carries: whose alarm it is, and when it was to ring (ms since the epoch, deployment time). */
const ticketData = z.object({ identity: z.string(), due: z.number() })
export type TicketData = z.infer<typeof ticketData>

/** Throws when it is not a ticket of ours. */
export function parseTicketData(data: unknown): TicketData {
  return ticketData.parse(data)
}
