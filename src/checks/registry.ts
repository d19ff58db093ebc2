/** All checks that a plan may name. */
import type { Check } from './check.ts'
import { countersReadable } from './counters-readable.ts'
import { disruptionBudgetKnown } from './disruption-budget-known.ts'
import { drainsCleanly } from './drains-cleanly.ts'
import { dryRunAccepted } from './dry-run-accepted.ts'
import { errorRateNormal } from './error-rate-normal.ts'
import { healthEndpoints } from './health-endpoints.ts'
import { imageExists } from './image-exists.ts'
import { newPodsReady } from './new-pods-ready.ts'
import { noLeftovers } from './no-leftovers.ts'
import { noOpenAlerts } from './no-open-alerts.ts'
import { nodeLoad } from './node-load.ts'
import { notBlocked } from './not-blocked.ts'
import { ownersKnown } from './owners-known.ts'
import { podsHealthy } from './pods-healthy.ts'
import { podsToldApart } from './pods-told-apart.ts'
import { policiesFollow } from './policies-follow.ts'
import { previewAnswers } from './preview-answers.ts'
import { queriesAnswer } from './queries-answer.ts'
import { quotaAllows } from './quota-allows.ts'
import { roomForPods } from './room-for-pods.ts'
import { routerValid } from './router-valid.ts'
import { scalerKnown } from './scaler-known.ts'
import { serviceHasEndpoints } from './service-has-endpoints.ts'
import { workloadComplete } from './workload-complete.ts'
import { workloadRunsVersion } from './workload-runs-version.ts'

/** In the order of the playbook. */
export const CHECKS: readonly Check[] = [
  workloadComplete,
  podsHealthy,
  serviceHasEndpoints,
  noLeftovers,
  routerValid,
  imageExists,
  notBlocked,
  dryRunAccepted,
  roomForPods,
  quotaAllows,
  nodeLoad,
  drainsCleanly,
  scalerKnown,
  disruptionBudgetKnown,
  ownersKnown,
  policiesFollow,
  podsToldApart,
  queriesAnswer,
  countersReadable,
  previewAnswers,
  healthEndpoints,
  newPodsReady,
  errorRateNormal,
  noOpenAlerts,
  workloadRunsVersion,
]

/** Undefined when there is none of that name. */
export function checkNamed(name: string): Check | undefined {
  return CHECKS.find((check) => check.name === name)
}
