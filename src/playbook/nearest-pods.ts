/** Shares of traffic by the number of pods: what can be had without a mesh. */

export interface NearestPods {
  /** Pods of the new version beside the old ones. */
  readonly pods: number
  /** The share they give, percent, not rounded. */
  readonly share: number
}

/**
 * How many new pods beside `stablePods` old ones (which all stay) come nearest to `percent` of the traffic; a tie goes
 * up. 1..99 percent is never no pod. 100 percent is as many pods as the old version has, at least one, and all of the
 * traffic: then the old ones are taken out by the Service's selector. So 5 % on 3 pods is 1 of 4, 25 %.
 */
export function nearestPods(percent: number, stablePods: number): NearestPods {
  if (percent <= 0) return { pods: 0, share: 0 }
  if (percent >= 100) return { pods: Math.max(1, stablePods), share: 100 }
  const shareOf = (pods: number) => (100 * pods) / (stablePods + pods)
  const exact = (percent * stablePods) / (100 - percent)
  const fewer = Math.max(1, Math.floor(exact))
  const more = fewer + 1
  const pods = percent - shareOf(fewer) < shareOf(more) - percent ? fewer : more
  return { pods, share: shareOf(pods) }
}
