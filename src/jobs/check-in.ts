/** The 1h, 4h and 24h look after a deployment (playbook, "Post-Deployment"). */
import { type CheckIn, type Deployment, isLive, isOldReplaced } from '../playbook/deployment.ts'
import type { DeploymentEvent } from '../playbook/events.ts'
import { oldVersion } from '../playbook/refuse.ts'
import { judgeCheckIn, writeReport } from '../playbook/report.ts'
import { fullStop } from '../playbook/sentence.ts'
import type { Engine } from './engine.ts'

/** A check-in looks back over this long, ms: long enough for a quiet service, short enough to be "now". */
const LOOK_BACK_MS = 15 * 60_000

export async function checkIn(
  engine: Engine,
  deployment: Deployment,
  name: CheckIn['name'],
  signal: AbortSignal,
): Promise<DeploymentEvent> {
  const now = engine.clock.now()
  const { service } = deployment.plan
  const later = await replacedBy(engine, deployment)
  if (later) return { type: 'replaced', by: later.id, version: later.version }
  const sample = await engine.metrics.sample(
    { service, slot: 'stable', version: deployment.version, since: now - LOOK_BACK_MS, now },
    signal,
  )
  const { verdict, wrong, table } = judgeCheckIn(deployment, sample)
  const done = {
    ...deployment,
    checkIns: deployment.checkIns.map((row) => (row.name === name ? { ...row, verdict } : row)),
  }
  const evidence = name === '24h' ? `${table}\n\n${writeReport(done, now)}` : table
  return { type: 'checked-in', name, verdict, text: sentence(deployment, name, wrong), evidence, sample }
}

/** The deployment after this one whose version the workload runs by now; undefined when it still runs this one's. */
async function replacedBy({ store }: Engine, { service, number }: Deployment): Promise<Deployment | undefined> {
  const latest = await store.latest(service)
  const last = latest === undefined ? undefined : await store.load(latest)
  for (let next = number + 1; last && next <= last.number; next += 1) {
    const later = await store.load(`${service}-${next}`)
    if (later?.status === 'completed' || (later && isLive(later) && isOldReplaced(later))) return later
  }
  return undefined
}

function sentence(deployment: Deployment, name: string, wrong: readonly string[]): string {
  const head = `Check-in ${name} after ${deployment.service} ${deployment.version}`
  if (wrong.length === 0) return `${head}: all watched metrics are within their limits.`
  const way =
    deployment.keepUntil !== null
      ? `${oldVersion(deployment)} is still kept: Roll back, or \`/deploy rollback ${deployment.service}\`.`
      : `${oldVersion(deployment)} is no longer kept; to go back: \`/deploy ${deployment.service} ${deployment.fromVersion ?? '<version>'} canary\`.`
  return `${head}: ${fullStop(wrong.join('; '))} ${way}`
}
