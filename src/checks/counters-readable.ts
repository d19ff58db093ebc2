import type { PodReading } from '../playbook/judge-counts.ts'
import { counted, fullStop } from '../playbook/sentence.ts'
import type { EyesSettings } from '../playbook/service.ts'
import { ClusterError } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { some } from './words.ts'

const ALONE = 'Without that the metrics store alone is watched.'

export const countersReadable: Check = {
  name: 'counters-readable',
  claim: "the pods' own counters can be read between two samples of the metrics store",
  run: async ({ service, eyes, signal }) => {
    if (!service.eyes)
      return { status: 'unknown', sentence: 'The eyes of this service are off (`eyes` in tminus.yml).' }
    try {
      return judgeReadings(service.eyes, await eyes.read(service, 'stable', signal))
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error
      return { status: 'unknown', sentence: `Not known: ${fullStop(error.message)} ${ALONE}` }
    }
  },
}

/** The old version's pods stand for the new one's. Eyes that see nothing pass nothing, so that they never block. */
export function judgeReadings({ port, path }: EyesSettings, readings: readonly PodReading[]): CheckResult {
  if (readings.length === 0) return { status: 'unknown', sentence: `No pod runs that could be asked. ${ALONE}` }
  const blind = readings.flatMap((reading) => ('unknown' in reading ? [`${reading.pod}: ${reading.unknown}`] : []))
  const where = `port ${port}, path ${path}`
  if (blind.length > 0)
    return {
      status: 'warns',
      sentence: `The counters of ${blind.length} of ${counted(readings.length, 'pod')} cannot be read at ${where}: ${fullStop(some(blind, 2))} ${ALONE}`,
    }
  const series = readings.map((reading) => ('unknown' in reading ? 0 : reading.requests.size))
  if (Math.max(...series) === 0)
    return {
      status: 'warns',
      sentence: `${counted(readings.length, 'pod')} answered at ${where}, and none has a counter that \`eyes.requests\` selects: either nobody has asked it anything yet, or it is named otherwise. ${ALONE}`,
    }
  return {
    status: 'holds',
    sentence: `${counted(readings.length, 'pod')} told their own counters at ${where}, ${Math.max(...series)} series of requests at most.`,
  }
}
