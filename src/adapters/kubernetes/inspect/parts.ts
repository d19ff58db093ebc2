/** What is read in parts: one that cannot be read does not hide the others, and is named. */
import { ClusterError, type UnreadPart } from '../../../ports/cluster.ts'
import type { Connection } from '../connection.ts'
import type { JsonObject } from '../json.ts'
import type { Target } from '../target.ts'

export interface Parts {
  /** What `read` brings; `otherwise` where that throws a ClusterError, which is noted in `unread`. */
  part<T>(name: string, otherwise: T, read: () => Promise<T>): Promise<T>
  list(target: Target): Promise<readonly JsonObject[]>
  /** One part that hangs must not use up the time of the check, and with it the others. */
  readonly brief: AbortSignal
  readonly unread: readonly UnreadPart[]
}

/** Limit of the parts together, real ms: half of a check's default. */
const PART_LIMIT_MS = 5_000

export function partsOf({ api }: Connection, signal: AbortSignal): Parts {
  const unread: UnreadPart[] = []
  const brief = AbortSignal.any([signal, AbortSignal.timeout(PART_LIMIT_MS)])
  return {
    brief,
    unread,
    list: async (target) => (await api.list(target, { signal: brief })).items,
    async part(name, otherwise, read) {
      try {
        return await read()
      } catch (error) {
        if (!(error instanceof ClusterError)) throw error
        unread.push({ part: name, why: error.message })
        return otherwise
      }
    },
  }
}
