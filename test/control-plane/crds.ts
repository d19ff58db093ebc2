import { type KubectlTarget, mustKubectl } from './kubectl.ts'

/** How long the API server may take to serve a new kind; it takes well under a second. */
const ESTABLISHED_TIMEOUT = '60s'

/** Creates the CRDs of `crdFolder` (one per YAML file) on a cluster that has none, and waits until they are served. */
export async function applyCrds(target: KubectlTarget, crdFolder: string): Promise<void> {
  await mustKubectl(target, ['create', '-f', crdFolder])
  await mustKubectl(target, ['wait', 'crd', '--all', '--for=condition=Established', `--timeout=${ESTABLISHED_TIMEOUT}`])
}
