import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

/** Where the built programs and CRDs lie. */
export interface Build {
  readonly folder: string
  /** The kubectl built beside them, or the one on the PATH. */
  readonly kubectlPath: string
  /** One YAML file per CRD. */
  readonly crdFolder: string
}

/** Builds what is not built yet (minutes, said on stderr; see build.mjs) and answers where it lies. */
export async function buildControlPlane(): Promise<Build> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'build.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  const folder = stdout.trim().split('\n').at(-1)
  if (code !== 0 || !folder) throw new Error('The control plane of the tests could not be built; the reason is above.')
  const built = join(folder, 'kubectl')
  return { folder, kubectlPath: existsSync(built) ? built : 'kubectl', crdFolder: join(folder, 'crds') }
}
