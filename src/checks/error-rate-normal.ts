import type { Deployment } from '../playbook/deployment.ts'
import { describeFinding, formatValue, judgeSample } from '../playbook/judge-sample.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Check, CheckResult } from './check.ts'

export const errorRateNormal: Check = {
  name: 'error-rate-normal',
  claim: "the new version's error rate is below the warning limit",
  run: async ({ deployment }) => judgeErrorRate(deployment),
}

/**
 * Reads the watch's last sample at the present share; older ones speak of a smaller one. A warning is not yet a
 * failure: the watch holds for a warning that lasts, and going back is not its answer. Too few requests block nothing here;
 * the gate at the end of the window asks for them.
 */
export function judgeErrorRate({ lastSample, window, plan, version }: Deployment): CheckResult {
  if (!lastSample || (window && lastSample.at < window.since)) {
    const share = window ? ` at ${window.percent} %` : ''
    return { status: 'not-yet', sentence: `No sample of ${version} was taken${share} yet. The next one clears it.` }
  }
  const verdict = judgeSample(lastSample, plan.service)
  const finding = verdict.findings.find((row) => row.threshold.metric === 'error-rate')
  if (!finding)
    return verdict.level === 'no-data'
      ? { status: 'not-yet', sentence: fullStop(`Error rate: ${verdict.detail}`) }
      : { status: 'unknown', sentence: 'The error rate is not watched for this service.' }
  const told = describeFinding(finding)
  switch (finding.level) {
    case 'critical':
      return { status: 'fails', sentence: `${told}.` }
    case 'warning':
      return { status: 'not-yet', sentence: `${told}. It clears when the next samples are below.` }
    case 'no-data':
      return { status: 'not-yet', sentence: `${told}. It clears when the metrics store has data.` }
    case 'low-traffic':
      return { status: 'unknown', sentence: `${told}.` }
    case 'ok': {
      const { warning, unit } = finding.threshold
      return {
        status: 'holds',
        sentence: `${told} over ${Math.round(finding.requests ?? 0)} requests, below warning ${formatValue(warning, unit)}.`,
      }
    }
  }
}
