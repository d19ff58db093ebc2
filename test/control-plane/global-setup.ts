import type {} from 'vitest'
import type { TestProject } from 'vitest/node'
import { startControlPlane } from './control-plane.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** An administrator's kubeconfig of the cluster that this run works on. */
    kubeconfig: string
    /** The kubectl to use with it. */
    kubectlPath: string
  }
}

/** One control plane for the whole run; ended after the last test. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const plane = await startControlPlane()
  project.provide('kubeconfig', plane.kubeconfigPath)
  project.provide('kubectlPath', plane.kubectlPath)
  return () => plane.stop()
}
