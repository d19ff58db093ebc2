import type { MetricName } from '../playbook/metrics.ts'
import { METRIC_NAMES } from '../playbook/metrics.ts'
import type { ServiceOptions } from './service-options.ts'
import type { ThresholdChange, ThresholdChanges } from './threshold-options.ts'

/** A service's own options over those of `defaults`: groups are merged key by key, lists and the router are replaced whole. */
export function mergeOptions(defaults: ServiceOptions, own: ServiceOptions): ServiceOptions {
  const fastPath = { ...defaults.judgement?.fastPath, ...own.judgement?.fastPath }
  return {
    ...defaults,
    ...own,
    canaryLabels: { ...defaults.canaryLabels, ...own.canaryLabels },
    canary: { ...defaults.canary, ...own.canary },
    judgement: { ...defaults.judgement, ...own.judgement, fastPath },
    guard: { ...defaults.guard, ...own.guard },
    // Where nobody says anything they are off: no empty group.
    eyes: defaults.eyes || own.eyes ? { ...defaults.eyes, ...own.eyes } : undefined,
    timeouts: { ...defaults.timeouts, ...own.timeouts },
    traffic: { ...defaults.traffic, ...own.traffic },
    thresholds: mergeThresholds(defaults.thresholds ?? {}, own.thresholds ?? {}),
  }
}

function mergeThresholds(defaults: ThresholdChanges, own: ThresholdChanges): ThresholdChanges {
  const merged: Partial<Record<MetricName, ThresholdChange>> = {}
  for (const metric of METRIC_NAMES) {
    const { validation, report, ...levels } = { ...defaults[metric] }
    // A service with a target of its own is not held to the last window's target of the others.
    const ends = own[metric]?.target === undefined ? { validation, report } : {}
    merged[metric] = { ...levels, ...ends, ...own[metric] }
  }
  return merged
}
