/** The last lines of a new pod, for the thread (playbook, phase 2). */
import type { Deployment } from '../../playbook/deployment.ts'
import { withoutSecrets } from '../../playbook/without-secrets.ts'
import type { Cluster } from '../../ports/cluster.ts'
import { SOON_MS, type StepResult } from './result.ts'

/** Characters of a line that are kept: the record holds them for as long as the deployment is remembered. */
const LONGEST_LINE = 1_000

/** Not yet while no new pod has a log; one that is empty says so. */
export async function showLogs(
  { cluster }: { readonly cluster: Pick<Cluster, 'logs'> },
  deployment: Deployment,
  lines: number,
  signal: AbortSignal,
): Promise<StepResult> {
  const found = await cluster.logs(deployment.plan.service, 'canary', lines, signal)
  if (!found) return { kind: 'not-yet', why: 'no new pod has a log yet', retryMs: SOON_MS }
  const text = withoutSecrets(found.text).split('\n').map(cut).join('\n')
  return {
    kind: 'done',
    text: `Last ${lines} log lines of ${found.pod}:`,
    evidence: text.trim() === '' ? '(the log is empty)' : text,
  }
}

function cut(line: string): string {
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`
}
