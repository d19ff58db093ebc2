/** The kubeconfig with which kubectl and the client library reach the simulated cluster. */
import { stringify } from 'yaml'

/** `contexts`: further names for the one context. */
export function kubeconfigFor(url: string, namespace: string, contexts: readonly string[] = []): string {
  const names = [...new Set(['simulated', ...contexts])]
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'simulated',
    clusters: [{ name: 'simulated', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'demo', user: {} }],
    contexts: names.map((name) => ({ name, context: { cluster: 'simulated', user: 'demo', namespace } })),
  })
}
