/** What stories of a town do again and again: approve, wait for the end, see that all was told. */
import { expect } from 'vitest'
import { type Deployment, isLive } from '../../src/playbook/deployment.ts'
import { ANNA, BEN, read, type Town } from './town.ts'

/**
 * The requester types it, and again for as long as nothing is recorded: a busy machine may answer that it was not in
 * time. Typed once too often it is refused, since the service is busy.
 */
export async function order(town: Town, line: string): Promise<void> {
  await town.when(async () => {
    if (!(await town.load())) await town.command(BEN, line)
    return (await town.load()) ? true : undefined
  })
}

/** The second person presses the button for as long as it stands there. */
export function approveWhenAsked(town: Town): void {
  void town.when(async () => {
    if (!read(town.card()).includes('[Approve')) return undefined
    await town.press(ANNA, 'approve')
    return (await town.load())?.approvals.length === 1 ? true : undefined
  })
}

/** The deployment when it is live no longer, however it ended. */
export function theEnd(town: Town): Promise<Deployment> {
  return town.when(async () => {
    const deployment = await town.load()
    return deployment && !isLive(deployment) ? deployment : undefined
  })
}

/** All that the record tells stands in the one card's thread, once. */
export async function toldOnce(town: Town): Promise<void> {
  const lines = async () => (await town.timeline()).filter((entry) => entry.audience !== 'record')
  await town.when(async () => (town.replies().length >= (await lines()).length ? true : undefined))
  expect(town.roots()).toHaveLength(1)
  const replies = town.replies()
  expect(replies).toHaveLength((await lines()).length)
  expect(new Set(replies.map((reply) => JSON.stringify(reply.metadata))).size).toBe(replies.length)
}
