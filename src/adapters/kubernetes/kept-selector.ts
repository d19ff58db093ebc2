/** The selector of the Service in front while the kept pods serve, and how it is told from one of the team's. */
import type { Service } from '../../playbook/service.ts'
import { HASH_LABEL, SLOT_LABEL, slotLabels, WORKLOAD_LABEL } from './names.ts'

type Labels = Readonly<Record<string, string>>

/**
 * By subset, one Service holds the pods of both sides: as long as some proxy still sends the canary its share, the
 * canary's pods must stay in it beside the kept ones. What both carry, and the workload's own pods do not, is its name.
 */
export function keptSelector({ workload, router }: Pick<Service, 'workload' | 'router'>): Labels {
  const bySubset = router.kind === 'istio' && router.by === 'subset'
  return bySubset ? { [WORKLOAD_LABEL]: workload } : slotLabels(workload, 'previous')
}

/** Does a Service with this selector lead to the kept pods? */
export function leadsToKept(selector: Labels): boolean {
  return selector[SLOT_LABEL] === 'previous' || (WORKLOAD_LABEL in selector && !(SLOT_LABEL in selector))
}

/** Is it one that we wrote for the run? */
export function isForTheRun(selector: Labels): boolean {
  return [SLOT_LABEL, WORKLOAD_LABEL, HASH_LABEL].some((label) => label in selector)
}
