/** The rows, in the order in which they run and are printed. */
import type { Row } from './measurement.ts'
import { abortToRestored } from './rows/abort-to-restored.ts'
import { ackP99 } from './rows/ack-p99.ts'
import { apiRequests } from './rows/api-requests.ts'
import { badResponseToRestored } from './rows/bad-response-to-restored.ts'
import { badSampleToRestored } from './rows/bad-sample-to-restored.ts'
import { crashToRestored } from './rows/crash-to-restored.ts'
import { killToNextStep } from './rows/kill-to-next-step.ts'
import { liveDeployments } from './rows/live-deployments.ts'
import { ready } from './rows/ready.ts'
import { secondWorker } from './rows/second-worker.ts'

export const theRows: readonly Row[] = [
  ackP99,
  badSampleToRestored,
  badResponseToRestored,
  crashToRestored,
  abortToRestored,
  apiRequests,
  liveDeployments,
  secondWorker,
  killToNextStep,
  ready,
]
