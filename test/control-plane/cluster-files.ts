import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'

/** Enough that "the last 50 lines" is a part of it. */
const LOG_LINES = 60
/** A log needs times, and needs the same ones in each run. */
const FIRST_LOG_LINE_AT = Date.UTC(2026, 0, 1)

/** The files that the programs of the control plane read; all of them in one folder that is thrown away with it. */
export interface ClusterFiles {
  readonly kubeconfigPath: string
  /** Written by the API server when it starts: its certificate, followed by the CA that signed it. */
  readonly caPath: string
  readonly certificateFolder: string
  readonly tokenFile: string
  /** The bearer token of an administrator (group system:masters). */
  readonly token: string
  readonly serviceAccountKey: string
  readonly serviceAccountPublicKey: string
  /** Tells kwok's server what `kubectl logs` answers. */
  readonly podLogConfig: string
}

/** Writes the files for an API server that will answer at `serverUrl`. */
export async function writeClusterFiles(folder: string, serverUrl: string): Promise<ClusterFiles> {
  const certificateFolder = join(folder, 'certificates')
  await mkdir(certificateFolder)
  const files: ClusterFiles = {
    kubeconfigPath: join(folder, 'kubeconfig.yaml'),
    caPath: join(certificateFolder, 'apiserver.crt'),
    certificateFolder,
    tokenFile: join(folder, 'tokens.csv'),
    token: randomBytes(16).toString('hex'),
    serviceAccountKey: join(folder, 'service-account.key'),
    serviceAccountPublicKey: join(folder, 'service-account.pub'),
    podLogConfig: join(folder, 'pod-logs.yaml'),
  }
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  await Promise.all([
    writeFile(files.serviceAccountKey, keys.privateKey, { mode: 0o600 }),
    writeFile(files.serviceAccountPublicKey, keys.publicKey),
    writeFile(files.tokenFile, `${files.token},admin,admin,system:masters\n`, { mode: 0o600 }),
    writeFile(files.kubeconfigPath, kubeconfig(serverUrl, files), { mode: 0o600 }),
    writePodLogs(folder, files.podLogConfig),
  ])
  return files
}

function kubeconfig(serverUrl: string, files: ClusterFiles): string {
  const name = 'tminus-test'
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server: serverUrl, 'certificate-authority': files.caPath } }],
    users: [{ name, user: { token: files.token } }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
    'current-context': name,
  })
}

/** Every container of every pod answers with the same lines; `--previous` with those of one that died. */
async function writePodLogs(folder: string, config: string): Promise<void> {
  const logsFile = join(folder, 'container.log')
  const previousLogsFile = join(folder, 'container-previous.log')
  const lines = Array.from({ length: LOG_LINES }, (_, index) => `request ${index + 1} served`)
  await writeFile(logsFile, containerLog(lines))
  await writeFile(previousLogsFile, containerLog(['starting', 'panic: cannot reach the database']))
  const clusterLogs = {
    apiVersion: 'kwok.x-k8s.io/v1alpha1',
    kind: 'ClusterLogs',
    metadata: { name: 'every-container' },
    spec: { logs: [{ logsFile, previousLogsFile, follow: false }] },
  }
  await writeFile(config, stringify(clusterLogs))
}

/** The format of the container runtime interface: time, stream, F for a full line, text. */
function containerLog(lines: readonly string[]): string {
  return lines
    .map((line, index) => `${new Date(FIRST_LOG_LINE_AT + index * 1000).toISOString()} stdout F ${line}\n`)
    .join('')
}
