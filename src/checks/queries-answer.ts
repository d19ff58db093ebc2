import { versionOf } from '../playbook/image.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import type { QueryFinding } from '../ports/metrics.ts'
import type { Check, CheckResult } from './check.ts'

export const queriesAnswer: Check = {
  name: 'queries-answer',
  claim: 'every watched number can be measured, and can tell when it is critical',
  run: async ({ service, metrics, inspection, signal }) => {
    const { workload } = await inspection()
    return judgeQueries(service, await metrics.probe(service, workload ? versionOf(workload.image) : '', signal))
  },
}

/** A version that cannot be measured cannot be judged: every fault here blocks, and says what to put where. */
export function judgeQueries(service: Service, findings: readonly QueryFinding[]): CheckResult {
  const evidence = findings.map(describe).join('\n')
  const asked = findings.filter((row) => row.series !== null)
  const faulty = findings.filter((row) => row.fault !== null || row.series !== 1)
  if (asked.length === 0) {
    const faults = new Set(findings.map((row) => fullStop(row.fault ?? 'no reason given')))
    const why = faults.size === 0 ? 'nothing was asked.' : [...faults].join(' ')
    return {
      status: 'fails',
      sentence: `The metrics store gave no answer, so the new version could not be judged: ${why} Bring it back, or correct its address.`,
      evidence,
    }
  }
  if (faulty.length > 0) {
    const told = faulty.map((row) => `${fault(row)} ${remedy(row.row)}`)
    return {
      status: 'fails',
      sentence: `${service.name} could not be judged by ${faulty.length} of ${findings.length} queries. ${told.join(' ')}`,
      evidence,
    }
  }
  return {
    status: 'holds',
    sentence: `${findings.length} queries answer with one series each: ${findings.map((row) => row.row).join(', ')}.`,
  }
}

function fault({ row, series, fault: found }: QueryFinding): string {
  return fullStop(
    found ?? `The query of ${row}: ${series === 0 ? 'no series' : `${series} series where exactly one was expected`}`,
  )
}

function remedy(row: string): string {
  if (row === 'requests' || row === 'errors')
    return `Put a query that gives one series for ${row === 'requests' ? 'all requests' : 'failed requests'} under \`traffic.${row}\` in tminus.yml.`
  return `Correct \`thresholds.${row}.query\` in tminus.yml, or put \`query: null\` there to leave ${row} unwatched.`
}

function describe({ row, series, fault: found }: QueryFinding): string {
  return `${row}: ${series === null ? 'not asked' : `${series} series`}${found === null ? '' : `, ${found}`}`
}
