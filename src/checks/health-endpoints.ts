import type { Deployment } from '../playbook/deployment.ts'
import { versionOf } from '../playbook/image.ts'
import type { ProbeAnswer } from '../ports/probe.ts'
import type { Check, CheckContext, CheckResult } from './check.ts'

export const healthEndpoints: Check = {
  name: 'health-endpoints',
  claim: 'each health address answers 2xx',
  run: async (context) => {
    const { service, probe, signal } = context
    if (service.health.length === 0) return judgeHealth([])
    const version = await versionToAsk(context)
    const urls = service.health.map((url) => url.replaceAll('$version', version))
    return judgeHealth(await Promise.all(urls.map(async (url) => ({ url, answer: await probe.get(url, signal) }))))
  },
}

/** Before anything was touched only the old version can answer under its own name. */
async function versionToAsk({ deployment, service, inspection }: CheckContext): Promise<string> {
  if (isBegun(deployment) || !service.health.some((url) => url.includes('$version'))) return deployment.version
  const { workload } = await inspection()
  return workload ? versionOf(workload.image) : deployment.version
}

function isBegun({ pin }: Deployment): boolean {
  return pin !== null
}

export interface HealthAnswer {
  readonly url: string
  readonly answer: ProbeAnswer
}

/** Silence and 5xx may pass; any other answer but 2xx stays as it is. */
export function judgeHealth(answers: readonly HealthAnswer[]): CheckResult {
  if (answers.length === 0) {
    return {
      status: 'unknown',
      sentence: 'No health address is set, so none was asked; put one under `health` in tminus.yml.',
    }
  }
  const evidence = answers.map(({ url, answer }) => `${url}  ${describe(answer)}`).join('\n')
  const bad = answers.filter(({ answer }) => !isGood(answer))
  if (bad.length === 0) {
    const slowest = Math.max(...answers.map(({ answer }) => (answer.kind === 'answered' ? answer.ms : 0)))
    return {
      status: 'holds',
      sentence: `${answers.length} health ${answers.length === 1 ? 'address' : 'addresses'} answered 2xx within ${Math.round(slowest)} ms.`,
      evidence,
    }
  }
  const told = bad.map(({ url, answer }) => `${url} ${describe(answer)}`).join('; ')
  if (bad.every(({ answer }) => mayPass(answer)))
    return { status: 'not-yet', sentence: `${told}. It clears when 2xx is answered.`, evidence }
  return {
    status: 'fails',
    sentence: `${told}; 2xx is wanted. Mend the service, or correct \`health\` in tminus.yml.`,
    evidence,
  }
}

function isGood(answer: ProbeAnswer): boolean {
  return answer.kind === 'answered' && answer.status >= 200 && answer.status < 300
}

function mayPass(answer: ProbeAnswer): boolean {
  return answer.kind === 'silent' || isGood(answer) || answer.status >= 500 || answer.status === 429
}

function describe(answer: ProbeAnswer): string {
  return answer.kind === 'silent'
    ? `does not answer (${answer.why})`
    : `answered ${answer.status} in ${Math.round(answer.ms)} ms`
}
