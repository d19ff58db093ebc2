/** Parts that nobody lets us read, or that are not there to be read: unknown, not empty. */
import { ClusterError } from '../../ports/cluster.ts'

/** Undefined where the API server refuses. Throws ClusterError for everything else. */
export async function readable<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read()
  } catch (error) {
    if (error instanceof ClusterError && error.kind === 'refused') return undefined
    throw error
  }
}
