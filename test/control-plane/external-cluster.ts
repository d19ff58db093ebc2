import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { ControlPlane } from './control-plane.ts'
import { mustKubectl, runKubectl } from './kubectl.ts'

/** The part of `kubectl config view --minify --raw` that matters here. */
const kubeconfigView = z.object({
  clusters: z.tuple([
    z.object({
      cluster: z.object({
        server: z.string(),
        'certificate-authority': z.string().optional(),
        'certificate-authority-data': z.string().optional(),
      }),
    }),
  ]),
  users: z.array(z.object({ user: z.object({ token: z.string().optional() }) })).nullish(),
})

/**
 * A cluster of somebody's own instead of one that we start: the current context of `kubeconfigPath`. `stop` leaves it
 * running. Throws when kubectl cannot read the file.
 */
export async function externalCluster(kubeconfigPath: string, kubectlPath: string): Promise<ControlPlane> {
  const target = { kubectlPath, kubeconfigPath }
  const view = kubeconfigView.parse(
    JSON.parse(await mustKubectl(target, ['config', 'view', '--minify', '--raw', '-o', 'json'])),
  )
  const { cluster } = view.clusters[0]
  const folder = await mkdtemp(join(tmpdir(), 'tminus-external-'))
  const inlineCa = cluster['certificate-authority-data']
  const caPath = join(folder, 'ca.crt')
  if (inlineCa) await writeFile(caPath, Buffer.from(inlineCa, 'base64'))
  return {
    kubeconfigPath,
    kubectlPath,
    serverUrl: cluster.server,
    caPath: inlineCa ? caPath : (cluster['certificate-authority'] ?? null),
    token: view.users?.[0]?.user.token ?? null,
    kubectl: (...args) => runKubectl(target, args),
    apply: async (manifest) => {
      await mustKubectl(target, ['apply', '-f', '-'], manifest)
    },
    stop: () => rm(folder, { recursive: true, force: true }),
  }
}
