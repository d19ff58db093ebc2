/** The kubeconfig with which kubectl and the client library reach the simulated cluster. */
import { stringify } from 'yaml'

export function kubeconfigFor(url: string, namespace: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'simulated',
    clusters: [{ name: 'simulated', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'demo', user: {} }],
    contexts: [{ name: 'simulated', context: { cluster: 'simulated', user: 'demo', namespace } }],
  })
}
