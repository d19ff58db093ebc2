/** Is this Redis fit to keep deployments? Looked at once, before the program starts. */
import { answerInTime } from './answer-in-time.ts'
import { connectRedis, shownUrl } from './connect-redis.ts'

export interface RedisFitness {
  /** Reasons not to start. */
  readonly refuse: readonly string[]
  /** Start, but say so. */
  readonly warn: readonly string[]
}

/** Never throws: a Redis that does not answer within `limitMs` (real ms, default 5 s) is a reason to refuse. Reads only. */
export async function checkRedis(url: string, limitMs = 5_000): Promise<RedisFitness> {
  let trouble: unknown
  const redis = connectRedis(url, 'answer', (error) => {
    trouble = error
  })
  try {
    const info = await answerInTime(redis, limitMs, () => redis.info())
    // Managed Redis often forbids CONFIG; then the snapshots' schedule is not known.
    const save = await answerInTime(redis, limitMs, () => redis.config('GET', 'save')).catch(() => undefined)
    return judge(infoFields(info), snapshots(save))
  } catch (error) {
    const cause = trouble ?? error
    const why = cause instanceof Error ? cause.message : String(cause)
    return {
      refuse: [`Redis at ${shownUrl(url)} does not serve us: ${why}. Start it, or correct REDIS_URL.`],
      warn: [],
    }
  } finally {
    redis.disconnect()
  }
}

function judge(info: ReadonlyMap<string, string>, snapshotsOn: boolean | undefined): RedisFitness {
  const refuse: string[] = []
  const warn: string[] = []

  const version = info.get('redis_version') ?? 'unknown'
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major < 5) refuse.push(`Redis ${version} is too old: 5.0 is needed, 6.2 or newer is better.`)
  else if (major < 6 || (major === 6 && minor < 2)) warn.push(`Redis ${version} is old: 6.2 or newer is better.`)

  const policy = info.get('maxmemory_policy')
  if (policy === undefined) warn.push('Redis does not tell its maxmemory-policy: make sure that it is noeviction.')
  else if (policy !== 'noeviction') {
    refuse.push(
      `Redis has maxmemory-policy ${policy}, so it may throw away a live deployment when memory is short. ` +
        'Set it to noeviction (CONFIG SET maxmemory-policy noeviction, and in redis.conf).',
    )
  }

  if (info.get('aof_enabled') === '0' && snapshotsOn === false) {
    warn.push(
      'Redis writes nothing to disk (appendonly no, no save points): a restart of Redis forgets every deployment. Set appendonly yes.',
    )
  } else if (info.get('aof_enabled') === '0' && snapshotsOn === undefined) {
    warn.push('Redis has appendonly no and does not tell its save points: a restart of Redis may forget deployments.')
  }
  return { refuse, warn }
}

/** INFO's lines, `name:value`. */
function infoFields(info: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>()
  for (const line of info.split(/\r?\n/)) {
    const colon = line.indexOf(':')
    if (colon > 0) fields.set(line.slice(0, colon), line.slice(colon + 1))
  }
  return fields
}

/** CONFIG GET's reply is a list of names and values. Undefined: not known. */
function snapshots(reply: unknown): boolean | undefined {
  if (!Array.isArray(reply)) return undefined
  const save: unknown = reply[1]
  return typeof save === 'string' ? save !== '' : undefined
}
