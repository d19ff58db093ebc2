/** Approve, hold, resume, abort, roll back: by button and by command. */
import type { Deployment } from '../playbook/deployment.ts'
import { oldVersion, refuse } from '../playbook/refuse.ts'
import type { Asker, Intent, Reply } from './ask.ts'
import { type Desk, decide, findDeployment, personRef, refused } from './desk.ts'

type Of<V extends Intent['verb']> = Extract<Intent, { verb: V }>

export async function approve(desk: Desk, intent: Of<'approve'>, asker: Asker): Promise<Reply> {
  // Typed, the approval is for whatever is asked for now; pressed, for the step whose button it was.
  return decide(
    desk,
    { ...intent, asker, action: 'approve' },
    (person, deployment) => ({ type: 'approved', by: personRef(person), step: intent.card?.step ?? deployment.step }),
    (deployment) =>
      deployment.status === 'holding'
        ? `Approved, but ${deployment.id} holds; it goes on with \`/deploy resume ${deployment.service}\`.`
        : `Approved: ${deployment.id} goes on.`,
  )
}

export async function hold(desk: Desk, intent: Of<'hold'>, asker: Asker): Promise<Reply> {
  return decide(
    desk,
    { ...intent, asker, action: 'hold' },
    (person) => ({ type: 'held', by: personRef(person), reason: intent.reason ?? null }),
    (deployment) =>
      `${deployment.id} holds at ${deployment.share.planned} %. Go on with \`/deploy resume ${deployment.service}\`.`,
  )
}

export async function resume(desk: Desk, intent: Of<'resume'>, asker: Asker): Promise<Reply> {
  return decide(
    desk,
    { ...intent, asker, action: 'resume' },
    (person) => ({ type: 'resumed', by: personRef(person) }),
    (deployment) => `${deployment.id} goes on.`,
  )
}

export async function abort(desk: Desk, intent: Of<'abort'>, asker: Asker): Promise<Reply> {
  return decide(
    desk,
    { ...intent, asker, action: 'abort' },
    (person) => ({ type: 'abort-asked', by: personRef(person), reason: intent.reason ?? null }),
    goingBackText,
  )
}

export async function rollback(desk: Desk, intent: Of<'rollback'>, asker: Asker): Promise<Reply> {
  const target = intent.card
    ? await desk.store.load(intent.card.deployment)
    : await findDeployment(desk, intent.service)
  const live = await desk.store.live(intent.service)
  // A completed deployment must not be rolled back under a newer one that has begun to change the cluster.
  if (target && live !== undefined && live !== target.id && (await desk.store.load(live))?.pin)
    return refused(refuse.newerLive(target, live))
  return decide(
    desk,
    { ...intent, asker, action: 'roll back' },
    (person) => ({ type: 'rollback-asked', by: personRef(person), reason: intent.reason ?? null }),
    goingBackText,
  )
}

function goingBackText(deployment: Deployment): string {
  if (deployment.status === 'refused') return `${deployment.id} is stopped; nothing had been changed.`
  return `${deployment.id} goes back: traffic returns to ${oldVersion(deployment)} now.`
}
