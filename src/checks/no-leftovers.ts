import type { Service } from '../playbook/service.ts'
import type { Inspection } from '../ports/cluster.ts'
import type { Check, CheckResult } from './check.ts'
import { unreadPart } from './unread-part.ts'
import { kubectl, some } from './words.ts'

export const noLeftovers: Check = {
  name: 'no-leftovers',
  claim: 'nothing of an earlier deployment is in the way',
  run: async ({ service, inspection }) => judgeLeftovers(service, await inspection()),
}

/** Not yet, never failing by itself: the earlier deployment may be retiring them. The step's deadline makes it a failure. */
export function judgeLeftovers(service: Service, inspection: Inspection): CheckResult {
  // Two canaries at once would be worse than waiting: what is not known here does not pass.
  const unread = unreadPart(inspection, 'leftovers')
  if (unread) return { ...unread, status: 'not-yet' }
  const { leftovers } = inspection
  if (leftovers.length === 0) return { status: 'holds', sentence: 'Nothing of an earlier run is left.' }
  const plural = leftovers.length > 1
  const named = leftovers.map((name) => (name.includes('/') ? name : `deployment/${name}`))
  return {
    status: 'not-yet',
    sentence: `${some(named)} of an earlier run ${plural ? 'are' : 'is'} still there. It clears by itself while the earlier deployment retires ${plural ? 'them' : 'it'}; if none is under way (\`/deploy status ${service.name}\`), make sure no traffic goes there and type ${kubectl(service, `delete ${named.join(' ')}`)}.`,
  }
}
