/** The emergency rollback, second half: tell, drain, tidy. Traffic is back; nothing here may undo or delay that. */
import { configWarning } from '../playbook/config-change.ts'
import { type Emergency, emergencyNews, incidentLine, kubectlOf, nameOfImage } from '../playbook/emergency.ts'
import { pinnedService } from '../playbook/pinned-service.ts'
import { asClause, fullStop } from '../playbook/sentence.ts'
import { plainMessage } from '../ports/chat.ts'
import { ClusterError } from '../ports/cluster.ts'
import { emergencyContext } from '../ports/emergency-context.ts'
import { type EmergencyParts, type Order, pause, type Restored, whyOf, withinReach } from './emergency-parts.ts'
import { handOver } from './emergency-record.ts'

/** Slack and a disk are given so long, real ms. */
const TELL_MS = 5_000
/** Between two looks at pods that go, ms of the clock. */
const AGAIN_MS = 1_000

/** True when nothing of the bad version is left, or a worker sees to it. Never rejects. */
export async function finishEmergency(parts: EmergencyParts, order: Order, restored: Restored): Promise<boolean> {
  const { emergency } = restored
  await restored.recorded
  const known = await handOver(parts, order, emergency)
  await post(parts, order, `${emergency.id}/news`, emergencyNews(emergency))
  if (known && !order.alone) return true
  try {
    await warnOfConfigs(parts, order, restored)
    await pause(parts.clock, order.service.timeouts.drainMs, order.signal)
    await tidy(parts, order, restored)
    order.say(`${order.service.workload} is as it was before; nothing of ${nameOfImage(emergency.from)} is left.`)
    return true
  } catch (error) {
    const { workload } = order.service
    const rest = `Not tidied: ${fullStop(whyOf(error))} Traffic stays where it is. Run it again, or: ${kubectlOf(order.service)} delete deployment ${workload}-canary --ignore-not-found`
    order.say(rest)
    await post(parts, order, `${emergency.id}/rest`, `Emergency rollback of ${emergency.service}: ${rest}`)
    return false
  }
}

/** The template comes back, its ConfigMaps and Secrets do not. Never rejects. */
async function warnOfConfigs(parts: EmergencyParts, order: Order, { pin, emergency }: Restored): Promise<void> {
  if (!pin.configs?.length) return
  const asked = await withinReach(TELL_MS, () => parts.cluster.changedConfigs(order.service, pin, order.signal))
  const warning = asked.ok
    ? configWarning(asked.value, nameOfImage(emergency.to))
    : `Whether its ConfigMaps and Secrets changed is not known: ${fullStop(asked.why)}`
  if (warning === undefined) return
  order.say(warning)
  await post(parts, order, `${emergency.id}/configs`, `Emergency rollback of ${emergency.service}: ${warning}`)
}

/** The channel hears of an emergency that could not be carried out, and it is written down. Never rejects. */
export async function tellOfFailure(parts: EmergencyParts, order: Order, emergency: Emergency): Promise<void> {
  await writeIncident(parts, order, emergency)
  await post(parts, order, `${emergency.id}/news`, emergencyNews(emergency))
}

/** Before anybody is told that it is done. Never rejects. */
export async function writeIncident(parts: EmergencyParts, order: Order, emergency: Emergency): Promise<void> {
  const written = await withinReach(TELL_MS, () => parts.incidents.append(emergency.id, incidentLine(emergency)))
  order.say(
    written.ok
      ? 'Written to the incident log.'
      : `The incident is not written down: ${fullStop(written.why)} Note it by hand.`,
  )
}

async function post({ chat, log }: EmergencyParts, order: Order, key: string, text: string): Promise<void> {
  const { channel } = order.service
  if ('absent' in chat) return order.say(`Nobody is told in Slack: ${chat.absent}.`)
  const message = plainMessage(text)
  const posted = await withinReach(TELL_MS, () => chat.post(message, { channel, thread: null, broadcast: false, key }))
  if (!posted.ok) log.warn({ key, channel, why: posted.why }, 'the channel could not be told of an emergency rollback')
  order.say(
    posted.ok
      ? `The channel ${channel} is told.`
      : `Slack is not told (${asClause(posted.why)}): tell people yourself.`,
  )
}

async function tidy(parts: EmergencyParts, order: Order, { pin, emergency }: Restored): Promise<void> {
  const { signal } = order
  const service = pinnedService(order.service, pin)
  const context = emergencyContext(emergency.id, 'tidy', signal)
  const until = parts.clock.now() + service.timeouts.rolloutMs
  for (;;) {
    try {
      if (await parts.cluster.tidy(service, pin, context)) return
      if (parts.clock.now() >= until) throw new Error(`${service.workload} did not take its old form in time.`)
    } catch (error) {
      const late = error instanceof ClusterError && error.kind === 'late'
      if (!late || signal.aborted || parts.clock.now() >= until) throw error
    }
    await pause(parts.clock, AGAIN_MS, signal)
  }
}
