/** Runs the checks a step names, all at once, each with its own time, on one shared look at the cluster. */
import { setMaxListeners } from 'node:events'
import type { Deployment } from '../playbook/deployment.ts'
import type { Capacity, Inspection } from '../ports/cluster.ts'
import type { Check, CheckContext, CheckPorts } from './check.ts'
import { joinResults } from './join-results.ts'
import { type Judged, judged, judgedBroken } from './judged.ts'
import type { ChecksOutcome } from './outcome.ts'
import { checkNamed } from './registry.ts'
import { withinTime } from './within-time.ts'

/**
 * Results stand in the order of `names`. A check that throws or takes longer than the service's `checkMs` is told by
 * name and spoils no other. Throws only when `signal` fires.
 */
export async function runChecks(
  ports: CheckPorts,
  deployment: Deployment,
  names: readonly string[],
  signal: AbortSignal,
  find: (name: string) => Check | undefined = checkNamed,
): Promise<ChecksOutcome> {
  const { checkMs } = deployment.plan.service.timeouts
  signal.throwIfAborted()
  const stop = new AbortController()
  // Every check listens: more of them than Node takes for a leak.
  setMaxListeners(0, stop.signal)
  const pass = () => stop.abort(signal.reason)
  signal.addEventListener('abort', pass, { once: true })
  try {
    const { cluster } = ports
    const { version, plan } = deployment
    const limits = { checkMs, signal: stop.signal }
    const inspection = onceFor(limits, (limited) => cluster.inspect(plan.service, version, limited))
    const capacity = onceFor(limits, (limited) => cluster.capacity(plan.service, limited))
    const run: Run = { ports, deployment, ...limits, inspection, capacity }
    const results = await Promise.all(names.map((name) => runOne(find(name), name, run)))
    signal.throwIfAborted()
    return joinResults(results)
  } finally {
    signal.removeEventListener('abort', pass)
  }
}

interface Run {
  readonly ports: CheckPorts
  readonly deployment: Deployment
  readonly checkMs: number
  readonly signal: AbortSignal
  readonly inspection: () => Promise<Inspection>
  readonly capacity: () => Promise<Capacity>
}

async function runOne(check: Check | undefined, name: string, run: Run): Promise<Judged> {
  // A plan outlives an update of the program; what it asks for and nobody knows is not passed over.
  if (!check) return { name, status: 'fails', sentence: `This version of T-Minus has no check “${name}”.` }
  const { cluster, eyes, metrics, registry, probe, store, clock } = run.ports
  const { deployment, inspection, capacity } = run
  const { service } = deployment.plan
  try {
    const result = await withinTime(run.checkMs, run.signal, (signal) => {
      const context: CheckContext = {
        cluster,
        eyes,
        metrics,
        registry,
        probe,
        store,
        clock,
        deployment,
        service,
        signal,
        inspection,
        capacity,
      }
      return check.run(context)
    })
    return judged(check, result)
  } catch (error) {
    return judgedBroken(name, error)
  }
}

/** Most checks read the same facts: one look serves them all, and only where one of them asks. */
function onceFor<T>(run: Pick<Run, 'checkMs' | 'signal'>, look: (signal: AbortSignal) => Promise<T>): () => Promise<T> {
  let looked: Promise<T> | undefined
  return () => {
    looked ??= withinTime(run.checkMs, run.signal, look)
    return looked
  }
}
