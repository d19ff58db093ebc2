/** The catalogue of refusals: one function for each code, three sentences each. */
import type { Block } from './block.ts'
import type { Deployment, PersonRef } from './deployment.ts'
import { duration } from './durations.ts'
import { kubectlOf } from './emergency.ts'
import type { Refusal, RefusalCode } from './refusal.ts'
import { fullStop } from './sentence.ts'
import type { Service } from './service.ts'

interface Refused {
  readonly ok: false
  readonly refusal: Refusal
}

const UNTOUCHED = 'Traffic is untouched.'

function no(code: RefusalCode, what: string, traffic: string, next: string): Refused {
  return { ok: false, refusal: { code, what, traffic, next } }
}

/** Where the traffic of a deployment is right now, as a sentence. */
export function trafficNow(deployment: Deployment): string {
  const { share, version, goingBack } = deployment
  if (goingBack?.restoredAt !== undefined) return `All traffic is on ${oldVersion(deployment)} again.`
  if (share.planned === 0) return `${version} has no production traffic.`
  if (share.real === null) return `${version} has ${round(share.planned)} % of the traffic (real share not known).`
  const real = round(share.real)
  return `${version} has ${round(share.planned)} % of the traffic${real === round(share.planned) ? '' : ` (really ${real} %)`}.`
}

export function oldVersion(deployment: Deployment): string {
  return deployment.fromVersion ?? 'the old version'
}

const HOW_ENDED: Readonly<Partial<Record<Deployment['status'], string>>> = {
  completed: 'completed',
  'rolled-back': 'went back',
  refused: 'never started',
}

/** By what Slack says of them. */
const OUTSIDERS: Readonly<Record<string, string>> = {
  guest: 'guests may not',
  bot: 'bots may not',
  deleted: 'the account is deactivated',
  stranger: 'not a member of this workspace',
}

export const refuse = {
  unknownService(name: string, known: readonly string[]): Refused {
    return no(
      'unknown-service',
      `There is no service “${name}” in the catalogue.`,
      UNTOUCHED,
      `Known: ${known.join(', ')}. Try \`/deploy ${known[0] ?? 'api'} v2.0 canary\`.`,
    )
  },
  strategyNotAllowed(service: Service, strategy: string): Refused {
    return no(
      'unknown-strategy',
      `Not started: ${service.name} may be deployed by ${service.strategies.join(' or ')}, not by “${strategy}”.`,
      UNTOUCHED,
      `Type \`/deploy ${service.name} <version> ${service.defaultStrategy}\`.`,
    )
  },
  badVersion(service: Service, version: string): Refused {
    return no(
      'bad-version',
      `Not started: “${version}” cannot be an image tag (letters, digits, “.”, “_”, “-”, at most 128, not starting with “.” or “-”).`,
      UNTOUCHED,
      `Type for example \`/deploy ${service.name} v2.0 canary\`.`,
    )
  },
  serviceBusy(service: string, live: string): Refused {
    return no(
      'service-busy',
      `Not started: ${service} is already being deployed (${live}).`,
      `${live} goes on unchanged.`,
      `Wait for it, see \`/deploy status ${service}\`, or end it with \`/deploy abort ${service}\`.`,
    )
  },
  nothingLive(service: string): Refused {
    return no(
      'nothing-live',
      `Nothing to do: no deployment of ${service} is live.`,
      UNTOUCHED,
      `See \`/deploy status ${service}\`, or start one with \`/deploy ${service} <version> canary\`.`,
    )
  },
  notAllowed(person: PersonRef, action: string, service: Service, mayBe: readonly string[]): Refused {
    return no(
      'not-allowed',
      `${person.name} may not ${action} ${service.name}.`,
      'Nothing has changed.',
      `These people may: ${mayBe.map((id) => `<@${id}>`).join(', ')}.`,
    )
  },
  ownDeployment(deployment: Deployment, others: readonly string[]): Refused {
    return no(
      'own-deployment',
      `You asked for ${deployment.id}, so somebody else approves it.`,
      trafficNow(deployment),
      others.length > 0
        ? `These people may: ${others.map((id) => `<@${id}>`).join(', ')}.`
        : `Nobody else is an approver of ${deployment.service}: add a second person to \`approvers\` in tminus.yml.`,
    )
  },
  outsider(person: PersonRef, kind: string): Refused {
    return no(
      'guest-or-stranger',
      `${person.name} cannot decide about deployments: ${OUTSIDERS[kind] ?? kind}.`,
      'Nothing has changed.',
      'A full member of this workspace who is named in tminus.yml can.',
    )
  },
  notWaiting(deployment: Deployment): Refused {
    const asked = deployment.approvals.at(-1)
    if (asked)
      return no(
        'already-decided',
        `Already approved by ${asked.by.name} at ${clockTime(asked.at)}.`,
        trafficNow(deployment),
        `See \`/deploy status ${deployment.service}\`.`,
      )
    return no(
      'not-waiting-for-approval',
      `${deployment.id} does not wait for an approval right now.`,
      trafficNow(deployment),
      `See \`/deploy status ${deployment.service}\`.`,
    )
  },
  oldCard(deployment: Deployment): Refused {
    return no(
      'old-card',
      `That button is from an earlier moment of ${deployment.id}; it has moved on since.`,
      trafficNow(deployment),
      'Use the buttons on the card as it is now.',
    )
  },
  ended(deployment: Deployment): Refused {
    const { id, service, strategy, status, endedAt, keepUntil } = deployment
    const when = endedAt === null ? '' : ` (${dayTime(endedAt)})`
    const back =
      status === 'completed' && keepUntil !== null ? `Go back with \`/deploy rollback ${service}\`, or start` : 'Start'
    return no(
      'already-ended',
      `${id} is over: it ${HOW_ENDED[status] ?? 'has ended'}${when}.`,
      trafficNow(deployment),
      `${back} anew with \`/deploy ${service} <version> ${strategy}\`.`,
    )
  },
  newerLive(deployment: Deployment, live: string): Refused {
    const { id, service, version } = deployment
    return no(
      'service-busy',
      `Not rolled back: ${live} was started after ${id} and changes ${service} already, so ${id} cannot go back any more.`,
      `${live} goes on unchanged, from ${version}.`,
      `See \`/deploy status ${service}\`, or end ${live} with \`/deploy abort ${service}\`.`,
    )
  },
  goingBack(deployment: Deployment): Refused {
    const by = deployment.goingBack?.by
    return no(
      'already-going-back',
      `${deployment.id} is already going back${by ? ` (${by.name}, ${clockTime(deployment.goingBack?.since ?? 0)})` : ''}; nothing stops that.`,
      trafficNow(deployment),
      `Watch it with \`/deploy status ${deployment.service}\`.`,
    )
  },
  alreadyHolding(deployment: Deployment): Refused {
    const hold = deployment.hold
    return no(
      'already-holding',
      `${deployment.id} already holds${hold?.by ? ` (${hold.by.name}, ${clockTime(hold.since)})` : ''}: ${fullStop(hold?.detail ?? 'no reason was given')}`,
      trafficNow(deployment),
      `Go on with \`/deploy resume ${deployment.service}\`, or go back with \`/deploy rollback ${deployment.service}\`.`,
    )
  },
  notHolding(deployment: Deployment): Refused {
    return no(
      'not-holding',
      `${deployment.id} does not hold, it is ${deployment.status}.`,
      trafficNow(deployment),
      `See \`/deploy status ${deployment.service}\`.`,
    )
  },
  unseen(deployment: Deployment): Refused {
    return no(
      'cluster-unseen',
      `Not resumed: ${fullStop(deployment.hold?.detail ?? 'the cluster cannot be seen')}`,
      trafficNow(deployment),
      `It goes on by itself when the cluster is seen again. To go back: \`/deploy rollback ${deployment.service}\`.`,
    )
  },
  noWayBack(deployment: Deployment): Refused {
    return no(
      'no-way-back',
      `${deployment.id} cannot go back: the old version was kept for ${duration(deployment.plan.service.keepMs)} after the end and is gone.`,
      `All traffic is on ${deployment.version}.`,
      `Deploy the old version anew: \`/deploy ${deployment.service} ${deployment.fromVersion ?? '<version>'} ${deployment.strategy}\`.`,
    )
  },
  reasonMissing(service: string, verb: string): Refused {
    return no(
      'reason-missing',
      `Not done: a reason is needed, it goes into the record.`,
      'Nothing has changed.',
      `Type \`/deploy ${verb} ${service} <reason>\`.`,
    )
  },
  nothingPinned(service: Service, there: string): Refused {
    const kubectl = kubectlOf(service)
    const toType = ['history', 'undo'].map((verb) => `${kubectl} rollout ${verb} deployment/${service.workload}`)
    return no(
      'nothing-pinned',
      `Not done: no way back is written down on ${service.workload}, so there is nothing to restore from.`,
      `Nothing has changed. ${there}`,
      `By hand: ${toType.map((line) => `\`${line}\``).join(', then ')}.`,
    )
  },
  notRestored(service: string, why: string, byHand: readonly string[]): Refused {
    return no(
      'not-restored',
      `The emergency rollback of ${service} did not bring traffic back: ${why}`,
      'Where traffic is now is not known.',
      `Try it again, or by hand, in this order: ${byHand.map((line) => `\`${line}\``).join(', then ')}.`,
    )
  },
  blocked(service: string, version: string, block: Block): Refused {
    const who = block.by ? block.by.name : 'by itself'
    const same = block.version === version ? '' : ` (the same image as ${block.version})`
    return no(
      'version-blocked',
      `Not started: ${service} ${version}${same} is blocked since ${block.deployment} was rolled back (${who}, ${dayTime(block.at)}): ${fullStop(block.why)}`,
      UNTOUCHED,
      `Deploy a mended version, or let an approver type \`/deploy unblock ${service} ${block.version} <reason>\`.`,
    )
  },
  notBlocked(service: string, version: string, blocked: readonly string[]): Refused {
    return no(
      'not-blocked',
      `Nothing to do: ${service} ${version} is not blocked.`,
      'Nothing has changed.',
      blocked.length > 0 ? `Blocked are: ${blocked.join(', ')}.` : `Nothing of ${service} is blocked.`,
    )
  },
  stale(deployment: Deployment): Refused {
    return no(
      'stale-event',
      `${deployment.id} has moved on; what was reported belongs to an earlier step.`,
      trafficNow(deployment),
      'Nothing to do.',
    )
  },
} as const

export function round(value: number): number {
  return Math.round(value * 10) / 10
}

/** `2026-12-01 14:02 UTC`. */
export function dayTime(at: number): string {
  return `${new Date(at).toISOString().slice(0, 10)} ${clockTime(at)}`
}

/** `14:02 UTC`, for texts that must read the same everywhere. */
export function clockTime(at: number): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`
}
