import { blockFor } from '../playbook/block.ts'
import { refuse } from '../playbook/refuse.ts'
import type { Check } from './check.ts'

/** The command was checked already, perhaps without the digest: here there is time to ask the registry. */
export const notBlocked: Check = {
  name: 'not-blocked',
  claim: 'the image was not rolled back before',
  run: async ({ service, deployment, store, registry, signal }) => {
    const { version } = deployment
    const blocks = await store.blocked(service.name)
    if (blocks.length === 0) return { status: 'holds', sentence: `No image of ${service.name} is blocked.` }
    const answer = await registry.resolve(service.image, version, signal)
    const block = blockFor(blocks, version, answer.kind === 'found' ? answer.digest : null)
    if (!block) return { status: 'holds', sentence: `${version} is not among the blocked images of ${service.name}.` }
    const { what, next } = refuse.blocked(service.name, version, block).refusal
    return { status: 'fails', sentence: `${what} ${next}` }
  },
}
