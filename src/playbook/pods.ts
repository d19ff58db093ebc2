/** What the guard sees of pods, without any metrics store. */

/** One pod, as far as health goes. Counts are cumulative since the pod was born. */
export interface PodSighting {
  readonly name: string
  readonly ready: boolean
  /** Being deleted, or put out by its node (drain, eviction, preemption, scale-down): not counted. */
  readonly terminating: boolean
  readonly restarts: number
  /** Why a container waits or last ended, when that is a sickness: CrashLoopBackOff, Error, OOMKilled, ImagePullBackOff, ErrImagePull. */
  readonly trouble: string | null
  /** Created then, ms since the epoch. */
  readonly createdAt: number
  /** Ready without a break since then, ms since the epoch, cut to the second; null while it is not ready. Left out by makes that do not know. */
  readonly readySince?: number | null
  /** Does a Service that leads traffic to it list it as ready? Left out by makes that do not know. */
  readonly routed?: boolean
  /** Its node says nothing any more. */
  readonly nodeLost?: true
}

/** A pod that crashed once: it is remembered when it runs again, and when it is gone. */
export interface CrashedPod {
  readonly name: string
  /** `CrashLoopBackOff, 2 restarts`. */
  readonly why: string
}

/** All pods of one slot at one moment. */
export interface PodHealth {
  readonly at: number
  readonly wanted: number
  readonly ready: number
  readonly pods: readonly PodSighting[]
  /** Names of pods that were ready once: a pod that is still starting is not sick. */
  readonly wereReady: readonly string[]
  /** Since when some, but not all, wanted pods are unready; null when none or all are. */
  readonly someUnreadySince: number | null
  /** Absent: none so far. */
  readonly crashed?: readonly CrashedPod[]
}
