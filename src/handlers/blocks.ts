/** Images that were rolled back: refused until an approver says why they may be deployed again. */
import { authorise } from '../playbook/authorise.ts'
import { type Block, blockFor } from '../playbook/block.ts'
import { refuse } from '../playbook/refuse.ts'
import { asClause, fullStop } from '../playbook/sentence.ts'
import type { Service } from '../playbook/service.ts'
import { plainMessage } from '../ports/chat.ts'
import type { Asker, Intent, Reply } from './ask.ts'
import { type Desk, findService, personRef, refused } from './desk.ts'

/** Somebody waits for the answer: without the digest by then the version decides, and pre-flight looks again. Real ms. */
const RESOLVE_MS = 1_000

/** The block that this version runs into; undefined when there is none. The registry is asked only where something is blocked. */
export async function findBlock(desk: Desk, service: Service, version: string): Promise<Block | undefined> {
  const blocks = await desk.store.blocked(service.name)
  if (blocks.length === 0) return undefined
  const answer = await desk.registry.resolve(service.image, version, AbortSignal.timeout(RESOLVE_MS))
  return blockFor(blocks, version, answer.kind === 'found' ? answer.digest : null)
}

export async function unblock(desk: Desk, intent: Extract<Intent, { verb: 'unblock' }>, asker: Asker): Promise<Reply> {
  const service = findService(desk, intent.service)
  if (!service.ok) return refused(service)
  const person = await desk.people.lookup(asker.id)
  const allowed = authorise(person, 'unblock', service.value, null)
  if (!allowed.ok) return refused(allowed)
  const { version, reason } = intent
  const { name, channel } = service.value
  if (reason === undefined || reason.trim() === '')
    return refused(refuse.reasonMissing(`${name} ${version}`, 'unblock'))
  const blocks = await desk.store.blocked(name)
  const meant = blocks.filter((block) => block.version === version || block.digest === version)
  const first = meant[0]
  if (!first) return refused(refuse.notBlocked(name, version, [...new Set(blocks.map((block) => block.version))]))
  const text = `${name} ${first.version} is no longer blocked (rolled back as ${first.deployment}: ${asClause(first.why)}). ${person.name} cleared it: ${fullStop(reason)}`
  for (const block of meant) await desk.store.unblock(block)
  desk.log.warn({ service: name, version, by: personRef(person), reason }, 'a blocked image was cleared')
  return { kind: 'done', text: `${text}${await toldTo(desk, channel, text, first)}` }
}

/** The decision stands either way; that nobody else read of it is said. */
async function toldTo(desk: Desk, channel: string, text: string, block: Block): Promise<string> {
  if ('absent' in desk.chat) return ` Nobody else is told: ${desk.chat.absent}.`
  try {
    const key = `unblock-${block.service}-${block.deployment}-${desk.clock.now()}`
    await desk.chat.post(plainMessage(`🔓 ${text}`), { channel, thread: null, broadcast: false, key })
    return ''
  } catch (error) {
    desk.log.warn({ error, channel }, 'the channel could not be told that an image was cleared')
    return ` The channel could not be told: tell <#${channel}> yourself.`
  }
}
