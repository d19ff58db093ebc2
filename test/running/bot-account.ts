/**
 * An account of the cluster that may do what the README's table grants, and nothing else: whoever runs under it proves that
 * the table is enough.
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type KubectlTarget, mustKubectl } from '../control-plane/kubectl.ts'

export interface BotAccount {
  /** Logs in as the account, for an hour. */
  readonly kubeconfigPath: string
  remove(): Promise<void>
}

interface Rule {
  readonly apiGroups: readonly string[]
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}

/** Every right of the table, also those that only some routers need. Cluster-wide ones apart. */
export async function botAccount(target: KubectlTarget, namespace: string): Promise<BotAccount> {
  const { inNamespace, everywhere } = rightsOf(await readFile(join(import.meta.dirname, '../../README.md'), 'utf8'))
  const subjects = [{ kind: 'ServiceAccount', name: 'tminus', namespace }]
  const name = `tminus-${namespace}`
  const objects = [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tminus' } },
    ...['Role', 'ClusterRole'].flatMap((kind) => [
      { apiVersion: API, kind, metadata: { name }, rules: kind === 'Role' ? inNamespace : everywhere },
      {
        apiVersion: API,
        kind: `${kind}Binding`,
        metadata: { name },
        roleRef: { apiGroup: GROUP, kind, name },
        subjects,
      },
    ]),
  ]
  const kubectl = (args: readonly string[], stdin?: string) =>
    mustKubectl(target, ['--namespace', namespace, ...args], stdin)
  await kubectl(['apply', '-f', '-'], objects.map((object) => stringify(object)).join('---\n'))
  const token = (await kubectl(['create', 'token', 'tminus', '--duration=1h'])).trim()
  const folder = await mkdtemp(join(tmpdir(), 'tminus-account-'))
  const kubeconfigPath = join(folder, 'kubeconfig')
  const admin: { users: object[] } = parse(await readFile(target.kubeconfigPath, 'utf8'))
  const users = admin.users.map((user) => ({ ...user, user: { token } }))
  await writeFile(kubeconfigPath, stringify({ ...admin, users }), { mode: 0o600 })
  return {
    kubeconfigPath,
    async remove() {
      await rm(folder, { recursive: true })
      await kubectl(['delete', `clusterrole/${name}`, `clusterrolebinding/${name}`, '--wait=false'])
    },
  }
}

const GROUP = 'rbac.authorization.k8s.io'
const API = `${GROUP}/v1`

/** Rows such as `deployments` (apps) | get, list; words around the verbs say when and what for. */
function rightsOf(readme: string): { readonly inNamespace: readonly Rule[]; readonly everywhere: readonly Rule[] } {
  const table = readme.split('| Resource | Verbs |\n|---|---|\n')[1]?.split('\n\n')[0]
  if (!table) throw new Error('README.md has no table of resources and verbs')
  const rows = table.split('\n').map((line) => line.split('|').map((cell) => cell.trim()))
  const rules = rows.map(([, what = '', how = '']) => ({ what, rules: resourcesOf(what, how) }))
  const of = (wide: boolean) =>
    rules.filter(({ what }) => what.startsWith('cluster-wide') === wide).flatMap((row) => row.rules)
  return { inNamespace: of(false), everywhere: of(true) }
}

function resourcesOf(what: string, how: string): readonly Rule[] {
  const verbs = [...new Set(how.match(/\b(get|list|watch|create|patch|update|delete)\b/g) ?? [])]
  if (verbs.length === 0) throw new Error(`README.md grants no verb on ${what}`)
  // A condition (“only with `eyes`”) names no resource.
  const [granted = ''] = what.split(', only')
  return [...granted.matchAll(/`([a-z/]+)`(?: \(([a-z0-9.]+)\))?/g)].map(([, resource = '', group = '']) => ({
    apiGroups: [group],
    resources: [resource],
    verbs,
  }))
}
