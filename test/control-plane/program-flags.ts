import { join } from 'node:path'
import type { ClusterFiles } from './cluster-files.ts'

/** The loopback ports of one control plane; `kubelet` is the one that kwok answers on for all nodes. */
export interface Ports {
  readonly etcd: number
  readonly etcdPeer: number
  readonly apiServer: number
  readonly kubelet: number
}

export function etcdFlags(folder: string, ports: Ports): readonly string[] {
  const client = `http://127.0.0.1:${ports.etcd}`
  const peer = `http://127.0.0.1:${ports.etcdPeer}`
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    ...[`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`],
    ...[`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`, `--initial-cluster=default=${peer}`],
    '--unsafe-no-fsync',
    '--log-level=error',
  ]
}

export function apiServerFlags(files: ClusterFiles, ports: Ports): readonly string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    ...['--bind-address=127.0.0.1', '--advertise-address=127.0.0.1', `--secure-port=${ports.apiServer}`],
    `--cert-dir=${files.certificateFolder}`,
    // The Service `kubernetes` would get the loopback address as its endpoint, which the API itself refuses.
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-signing-key-file=${files.serviceAccountKey}`,
    `--service-account-key-file=${files.serviceAccountPublicKey}`,
    `--token-auth-file=${files.tokenFile}`,
    '--authorization-mode=RBAC',
    // Else a pod could not be created before the controllers have made its namespace's account.
    '--disable-admission-plugins=ServiceAccount',
    '--kubelet-preferred-address-types=InternalIP',
  ]
}

export function controllerManagerFlags(files: ClusterFiles): readonly string[] {
  return [
    `--kubeconfig=${files.kubeconfigPath}`,
    `--service-account-private-key-file=${files.serviceAccountKey}`,
    `--root-ca-file=${files.caPath}`,
    ...['--leader-elect=false', '--secure-port=0', '--kube-api-qps=500', '--kube-api-burst=1000'],
  ]
}

export function schedulerFlags(files: ClusterFiles): readonly string[] {
  return [`--kubeconfig=${files.kubeconfigPath}`, '--leader-elect=false', '--secure-port=0']
}

export function kwokFlags(files: ClusterFiles, ports: Ports): readonly string[] {
  return [
    `--kubeconfig=${files.kubeconfigPath}`,
    ...[`--config=${join(import.meta.dirname, 'stages.yaml')}`, `--config=${files.podLogConfig}`],
    ...['--manage-all-nodes=true', '--enable-crds=', '--node-lease-duration-seconds=40', '--cidr=10.244.0.0/16'],
    // Its server plays the kubelets' API, for `kubectl logs`.
    ...['--node-ip=127.0.0.1', `--node-port=${ports.kubelet}`, `--server-address=127.0.0.1:${ports.kubelet}`],
  ]
}
