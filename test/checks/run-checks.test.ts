import { describe, expect, it } from 'vitest'
import type { Check, CheckResult } from '../../src/checks/check.ts'
import { runChecks } from '../../src/checks/run-checks.ts'
import { HEALTH_CHECKS, PREFLIGHT_CHECKS } from '../../src/playbook/plan-steps.ts'
import { ClusterError } from '../../src/ports/cluster.ts'
import { makePod, makeSample, makeService, newDeployment, T0 } from '../playbook/fixtures.ts'
import { makeCapacity, makeInspection, makePorts, makeWorkload, never } from './fixtures.ts'

const deployment = newDeployment(makeService({ health: ['http://api.production/healthz'] }))

/** The checks of each step of the plan that has any. */
function checksOf({ plan }: typeof deployment): readonly (readonly string[])[] {
  const wants = plan.phases.flatMap(({ steps }) => steps.map(({ want }) => want))
  return wants.flatMap((want) => (want.do === 'check' ? [want.checks] : []))
}

/** Runs checks that do as told. */
function run(checks: Readonly<Record<string, () => Promise<CheckResult>>>, signal = never, of = deployment) {
  const find = (name: string): Check | undefined => {
    const does = checks[name]
    return does && { name, claim: `${name} is true`, run: does }
  }
  return runChecks(makePorts(), of, Object.keys(checks), signal, find)
}

const holds = async (): Promise<CheckResult> => ({ status: 'holds', sentence: 'All is well.' })
const fails = (error: Error) => () => Promise.reject(error)

describe('run-checks', () => {
  it('passes pre-flight in a healthy world, with a line for each check and the facts for the record', async () => {
    const outcome = await runChecks(makePorts(), deployment, PREFLIGHT_CHECKS, never)
    expect(outcome).toMatchObject({
      kind: 'done',
      text: '16 checks: 16 hold.',
      facts: { fromVersion: 'v1.9', fromPods: 3, digest: `sha256:${'ab'.repeat(32)}` },
    })
    const evidence = outcome.kind === 'done' ? outcome.evidence : ''
    for (const name of PREFLIGHT_CHECKS) expect(evidence).toContain(`✓ holds · ${name}: `)
  })

  it('passes the health phase in a healthy world', async () => {
    const outcome = await runChecks(makePorts(), { ...deployment, lastSample: makeSample(T0) }, HEALTH_CHECKS, never)
    expect(outcome).toMatchObject({ kind: 'done', text: '3 checks: 3 hold.' })
  })

  /** What these checks ask of the cluster, in order. */
  async function looksOf(checks: readonly string[]): Promise<readonly string[]> {
    const looks: string[] = []
    const ports = makePorts()
    const cluster = {
      ...ports.cluster,
      inspect: async () => {
        looks.push('inspect')
        return makeInspection()
      },
      capacity: async () => {
        looks.push('capacity')
        return makeCapacity()
      },
    }
    await runChecks({ ...ports, cluster }, deployment, checks, never)
    return looks
  }

  it('looks at the target once, and at the nodes once, for all checks', async () => {
    expect([...(await looksOf(PREFLIGHT_CHECKS))].sort()).toEqual(['capacity', 'inspect'])
  })

  it('leaves the nodes and the pods of the whole cluster alone where no check asks for room', async () => {
    const everyStep = checksOf(deployment)
    for (const checks of everyStep.filter((names) => !names.includes('room-for-pods')))
      expect(await looksOf(checks)).not.toContain('capacity')
    expect(everyStep.length).toBeGreaterThan(3)
  })

  it('tells warnings and unknowns in the text, and keeps the warnings as issues', async () => {
    const outcome = await run({
      a: holds,
      b: async () => ({ status: 'warns', sentence: 'Argo CD manages api.' }),
      c: async () => ({ status: 'unknown', sentence: 'Node load is not known.' }),
      d: async () => ({ status: 'holds', sentence: 'Found.', facts: { digest: 'sha256:1' } }),
    })
    expect(outcome).toEqual({
      kind: 'done',
      text: '4 checks: 2 hold, 1 warns, 1 unknown. Argo CD manages api. Node load is not known.',
      level: 'warning',
      facts: { digest: 'sha256:1', issues: ['Argo CD manages api.'] },
      evidence: [
        '⚠ warns · b: Argo CD manages api.',
        '? unknown · c: Node load is not known.',
        '✓ holds · a: All is well.',
        '✓ holds · d: Found.',
      ].join('\n'),
    })
  })

  it('does not tell as good what is not known', async () => {
    const unknown = async () => ({ status: 'unknown' as const, sentence: 'Node load is not known.' })
    expect(await run({ a: holds, b: unknown })).toMatchObject({ kind: 'done', level: 'info' })
    expect(await run({ a: holds })).not.toHaveProperty('level')
  })

  it('fails with every failing sentence, also where others are not there yet', async () => {
    const outcome = await run({
      a: async () => ({ status: 'fails', sentence: 'No image.', evidence: 'asked twice' }),
      b: async () => ({ status: 'not-yet', sentence: 'One pod is starting.' }),
      c: async () => ({ status: 'fails', sentence: 'No quota.' }),
    })
    expect(outcome).toEqual({
      kind: 'failed',
      why: 'No image. No quota.',
      evidence: [
        '✗ fails · a: No image.',
        '    asked twice',
        '✗ fails · c: No quota.',
        '… not yet · b: One pod is starting.',
      ].join('\n'),
    })
  })

  it('keeps what the others found out when one fails or is not there yet', async () => {
    const found = async (): Promise<CheckResult> => ({
      status: 'warns',
      sentence: 'It runs v1.9.',
      facts: { fromVersion: 'v1.9', fromPods: 3 },
    })
    const facts = { fromVersion: 'v1.9', fromPods: 3 }
    const missing = async (): Promise<CheckResult> => ({ status: 'fails', sentence: 'No image.' })
    expect(await run({ a: found, b: missing })).toMatchObject({ kind: 'failed', facts })
    const starting = async (): Promise<CheckResult> => ({ status: 'not-yet', sentence: 'One pod is starting.' })
    expect(await run({ a: found, b: starting })).toMatchObject({ kind: 'not-yet', facts })
  })

  it('waits two seconds for what is not there yet', async () => {
    const outcome = await run({ a: holds, b: async () => ({ status: 'not-yet', sentence: 'One pod is starting.' }) })
    expect(outcome).toEqual({ kind: 'not-yet', why: 'One pod is starting.', retryMs: 2_000 })
  })

  it('asks again when the API server is late, and names the checks of one cause together', async () => {
    const late = fails(new ClusterError('late', 'the API server answered 429', { status: 429, retryAfterMs: 5_000 }))
    expect(await run({ a: late, b: holds, c: late })).toEqual({
      kind: 'not-yet',
      why: 'a, c: the API server answered 429.',
      retryMs: 5_000,
    })
  })

  it('fails when the API server refuses, and says which right is missing', async () => {
    const outcome = await run({ a: fails(new ClusterError('refused', 'may not list pods', { status: 403 })) })
    expect(outcome).toMatchObject({
      kind: 'failed',
      why: 'a: may not list pods. Give the account T-Minus runs as that right on the cluster (RBAC).',
    })
  })

  it('tells a fault of its own as one, by name', async () => {
    const outcome = await run({ a: fails(new TypeError('x is not a function')), b: holds })
    expect(outcome).toMatchObject({ kind: 'failed' })
    expect(outcome.kind === 'failed' && outcome.why).toContain('a: the check itself broke (x is not a function.')
  })

  it('does not wait longer than its time for a check that hangs', async () => {
    const { service } = deployment.plan
    const hasty = { ...service, timeouts: { ...service.timeouts, checkMs: 20 } }
    const outcome = await run({ a: () => new Promise(() => undefined), b: holds }, never, newDeployment(hasty))
    expect(outcome).toMatchObject({ kind: 'not-yet', why: 'a: no answer within 20 ms.' })
  })

  it('stops when the deployment is interrupted, even if a check does not listen', async () => {
    const abort = new AbortController()
    const outcome = run({ a: () => new Promise(() => undefined) }, abort.signal)
    abort.abort(new Error('abort asked'))
    await expect(outcome).rejects.toThrow('abort asked')
  })

  it('does not pass over a name that nobody knows', async () => {
    const outcome = await runChecks(makePorts(), deployment, ['moon-full'], never)
    expect(outcome).toMatchObject({ kind: 'failed', why: 'This version of T-Minus has no check “moon-full”.' })
  })

  it('tells a missing workload once, whatever else depends on it', async () => {
    const ports = makePorts({}, makeInspection({ workload: null, service: null }))
    const outcome = await runChecks(ports, deployment, PREFLIGHT_CHECKS, never)
    const why = outcome.kind === 'failed' ? outcome.why : ''
    expect(why.match(/Deployment production\/api does not exist/g)).toHaveLength(1)
    expect(why).toContain('Service production/api does not exist')
  })

  it('tells a long list of pods in short where all is well', async () => {
    const workload = makeWorkload({ pods: Array.from({ length: 40 }, (_, index) => makePod(`api-${index}`)) })
    const outcome = await runChecks(makePorts({}, makeInspection({ workload })), deployment, ['pods-healthy'], never)
    expect(outcome.kind === 'done' && outcome.evidence).toContain('(37 more)')
  })
})
