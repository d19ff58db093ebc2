/** The rows, in the order in which they run and are printed. */
import type { Row } from './measurement.ts'
import { abortToRestored } from './rows/abort-to-restored.ts'
import { badSampleToRestored } from './rows/bad-sample-to-restored.ts'
import { crashToRestored } from './rows/crash-to-restored.ts'
import { ready } from './rows/ready.ts'

export const theRows: readonly Row[] = [badSampleToRestored, crashToRestored, abortToRestored, ready]
