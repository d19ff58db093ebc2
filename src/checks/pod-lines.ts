/** Pods as lines of evidence, as `kubectl get pods` has them. */
import type { PodSighting } from '../playbook/pods.ts'

export function podLines(pods: readonly PodSighting[]): string {
  const width = Math.max(0, ...pods.map((pod) => pod.name.length))
  return pods
    .map((pod) => {
      const state = pod.terminating ? 'terminating' : (pod.trouble ?? (pod.ready ? 'ready' : 'not ready'))
      return `${pod.name.padEnd(width)}  ${state}  restarts ${pod.restarts}`
    })
    .join('\n')
}
