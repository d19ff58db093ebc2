/** Are the contexts that the catalogue names in the kubeconfig? Asked before anything starts. */
import { type KubeconfigSource, knownContexts } from '../adapters/kubernetes/kubeconfig.ts'
import { type ConfigFault, formatFaults } from '../config/fault.ts'
import type { Service } from '../playbook/service.ts'
import { ClusterError } from '../ports/cluster.ts'

export type ContextCheck =
  | { readonly kind: 'known' }
  /** There is no kubeconfig here to compare with. */
  | { readonly kind: 'nothing-to-compare' }
  /** All faults, as text for the terminal. */
  | { readonly kind: 'faults'; readonly text: string }

/** Nothing is read where no service names a context. */
export async function checkContexts(
  services: readonly Service[],
  file: string,
  source: KubeconfigSource,
): Promise<ContextCheck> {
  const named = services.flatMap(({ name, context }) => (context === null ? [] : [{ name, context }]))
  if (named.length === 0) return { kind: 'known' }
  let known: readonly string[] | null
  try {
    known = await knownContexts(source)
  } catch (error) {
    if (!(error instanceof ClusterError)) throw error
    return { kind: 'faults', text: error.message }
  }
  if (known === null) return { kind: 'nothing-to-compare' }
  const faults = named
    .filter(({ context }) => !known.includes(context))
    .map(({ name, context }): ConfigFault => {
      const path = `services.${name}.context`
      const allowed = `a context of the kubeconfig: ${known.join(', ')}`
      return { file, line: null, column: null, path, seen: `"${context}"`, allowed }
    })
  return faults.length === 0 ? { kind: 'known' } : { kind: 'faults', text: formatFaults(faults) }
}
