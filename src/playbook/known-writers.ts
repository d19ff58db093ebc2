/** Who writes to clusters, in words that a person understands. Managers are what `metadata.managedFields` names. */
import type { FieldWriter } from './foreign-change.ts'

export interface Reverter {
  readonly tool: string
  /** Owners' names begin so. */
  readonly managers: readonly string[]
  /** Labels or annotations it leaves on what it manages. */
  readonly marks: readonly string[]
  /** How it is told to leave the object alone for a while, after "or". */
  readonly pause: string
}

/** Controllers that put back what differs from their source. */
export const REVERTERS: readonly Reverter[] = [
  {
    tool: 'Argo CD',
    managers: ['argocd', 'Argo CD'],
    marks: ['argocd.argoproj.io/instance', 'argocd.argoproj.io/tracking-id'],
    pause:
      'switch its auto-sync off (`argocd app set <app> --sync-policy none`), or let it ignore these fields (ignoreDifferences)',
  },
  {
    tool: 'Flux',
    managers: ['kustomize-controller', 'helm-controller', 'flux', 'Flux'],
    marks: ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name'],
    pause: 'suspend it (`flux suspend kustomization <name>` or `flux suspend helmrelease <name>`)',
  },
  { tool: 'Fleet', managers: ['fleet'], marks: ['objectset.rio.cattle.io/id'], pause: 'pause its bundle' },
  {
    tool: 'Config Sync',
    managers: ['configsync'],
    marks: ['configsync.gke.io/resource-id'],
    pause: 'stop its syncing of this object',
  },
  {
    tool: 'Argo Rollouts or Flagger',
    managers: ['rollouts-controller', 'argo-rollouts', 'flagger'],
    marks: [],
    pause: 'take the workload out of its care',
  },
  { tool: 'KEDA', managers: ['keda'], marks: [], pause: 'pause it (annotation `autoscaling.keda.sh/paused: "true"`)' },
]

/** What else writes, by how its name begins; the first that fits counts. */
const OTHERS: readonly (readonly [start: string, words: string])[] = [
  ['kubectl-client-side-apply', 'somebody with kubectl apply'],
  ['kubectl-edit', 'somebody with kubectl edit'],
  ['kubectl-patch', 'somebody with kubectl patch'],
  ['kubectl-set', 'somebody with kubectl set'],
  ['kubectl-scale', 'somebody with kubectl scale'],
  ['kubectl-rollout', 'somebody with kubectl rollout'],
  ['kubectl-replace', 'somebody with kubectl replace'],
  ['kubectl-create', 'somebody with kubectl create'],
  ['kubectl-annotate', 'somebody with kubectl annotate'],
  ['kubectl-label', 'somebody with kubectl label'],
  ['kubectl', 'somebody with kubectl'],
  ['helm', 'Helm'],
  ['Helm', 'Helm'],
  ['Terraform', 'Terraform'],
  ['HashiCorp', 'Terraform'],
  ['pulumi', 'Pulumi'],
  ['rancher', 'somebody in Rancher'],
  ['k9s', 'somebody in k9s'],
  ['node-fetch', 'somebody in Lens'],
  ['vpa', 'the VerticalPodAutoscaler'],
]

export function reverterOf(manager: string): Reverter | undefined {
  return REVERTERS.find(({ managers }) => managers.some((start) => manager.startsWith(start)))
}

/** `Argo CD`, `the HorizontalPodAutoscaler`, `somebody with kubectl edit`; a name nobody knows is given as it is. */
export function writerWords({ manager, operation, subresource }: Omit<FieldWriter, 'at'>): string {
  const reverter = reverterOf(manager)
  if (reverter) return reverter.tool
  if (manager === 'kube-controller-manager')
    return subresource === 'scale' ? 'the HorizontalPodAutoscaler' : 'Kubernetes itself'
  if (manager === 'kubectl' && operation === 'Apply') return 'somebody with kubectl apply --server-side'
  if (manager.startsWith('kubectl') && subresource === 'scale') return 'somebody with kubectl scale'
  return OTHERS.find(([start]) => manager.startsWith(start))?.[1] ?? `“${manager}”`
}
