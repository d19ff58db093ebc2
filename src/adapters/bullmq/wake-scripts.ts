/**
 * What waits and what runs, kept in Redis beside BullMQ's queues. BullMQ's jobs are only alarms ("tickets") for it:
 * BullMQ alone cannot hold "the soonest of several wins, and one that comes while it runs is run after".
 *
 *   waiting  the one entry that waits for each identity (deployment and key): {ticket, due, urgent, job}.
 *            An empty ticket: no alarm of its own, it runs right after the one that runs now.
 *   busy     what runs for each identity: {ticket, urgent, job}. Trusted while that ticket's BullMQ lock lives.
 *
 * No wake-up is lost: an entry leaves `waiting` only by going to `busy`, and `busy` only when its work is done or is back
 * in `waiting`. Whatever dies between two lines of ours leaves a ticket that BullMQ brings back, or an entry whose ticket
 * does not exist, which the next addition sees.
 */
import { redisScript } from '../redis/redis-script.ts'

const READ = `
local waitingKey, busyKey, identity, jobPrefix = KEYS[1], KEYS[2], ARGV[1], ARGV[2]
local function read(key)
  local stored = redis.call('HGET', key, identity)
  return stored and cjson.decode(stored)
end
local function write(key, entry) redis.call('HSET', key, identity, cjson.encode(entry)) end
local function exists(ticket) return redis.call('EXISTS', jobPrefix .. ticket) == 1 end
local function runs(entry) return entry and redis.call('EXISTS', jobPrefix .. entry.ticket .. ':lock') == 1 end
local function start(entry, ticket)
  redis.call('HDEL', waitingKey, identity)
  write(busyKey, {ticket = ticket, urgent = entry.urgent, job = entry.job})
  return {'run', entry.job}
end
local waiting, busy = read(waitingKey), read(busyKey)
`

/**
 * Someone wants a run. KEYS: waiting, busy, counter. ARGV: identity, job prefix, due, now, urgent (1 or 0), job, label.
 * Returns {'covered'} when nothing is to be enqueued, or {'enqueue', ticket, due, urgent, job, ticket it replaces or ''}.
 */
export const PUT = redisScript(`${READ}
local due, now, urgent, job, replaced = tonumber(ARGV[3]), tonumber(ARGV[4]), ARGV[5], ARGV[6], ''
if waiting then
  local enough = waiting.due <= due and (waiting.urgent == '1' or urgent == '0')
  if enough and waiting.ticket ~= '' and exists(waiting.ticket) then return {'covered'} end
  if waiting.due <= due then due, job = waiting.due, waiting.job end
  if waiting.urgent == '1' then urgent = '1' end
  replaced = waiting.ticket
end
if due <= now and runs(busy) then
  write(waitingKey, {ticket = '', due = due, urgent = urgent, job = job})
  return {'covered'}
end
local ticket = ARGV[7] .. '-' .. redis.call('INCR', KEYS[3])
write(waitingKey, {ticket = ticket, due = due, urgent = urgent, job = job})
return {'enqueue', ticket, string.format('%.0f', due), urgent, job, replaced}
`)

/**
 * A ticket's time has come. KEYS: waiting, busy. ARGV: identity, job prefix, ticket, due by (deployment time).
 * Returns {'run', job} or {'nothing'}: superseded, or it runs already and what waits is run after.
 */
export const TAKE = redisScript(`${READ}
local ticket, by = ARGV[3], tonumber(ARGV[4])
if busy and busy.ticket == ticket then return {'run', busy.job} end
if not waiting then return {'nothing'} end
if waiting.ticket ~= ticket and waiting.ticket ~= '' and waiting.due > by then return {'nothing'} end
if runs(busy) then
  waiting.ticket = ''
  write(waitingKey, waiting)
  return {'nothing'}
end
return start(waiting, ticket)
`)

/** The work is done. KEYS, ARGV as TAKE's, without the time. Returns {'run', job} for what came meanwhile, or {'nothing'}. */
export const RELEASE = redisScript(`${READ}
local ticket = ARGV[3]
if not busy or busy.ticket ~= ticket then return {'nothing'} end
if waiting and waiting.ticket == '' then return start(waiting, ticket) end
redis.call('HDEL', busyKey, identity)
return {'nothing'}
`)

/**
 * The work failed. KEYS: waiting, busy. ARGV: identity, job prefix, ticket, when to retry (deployment time).
 * Returns {'run', job} for what came meanwhile, {'nothing'} when a run is due before the retry anyway, or {'retry'}.
 */
export const FAIL = redisScript(`${READ}
local ticket, retryAt = ARGV[3], tonumber(ARGV[4])
if not busy or busy.ticket ~= ticket then return {'nothing'} end
if waiting and waiting.ticket == '' then return start(waiting, ticket) end
redis.call('HDEL', busyKey, identity)
if waiting and waiting.due <= retryAt and exists(waiting.ticket) then return {'nothing'} end
local urgent = (waiting and waiting.urgent == '1') and '1' or busy.urgent
write(waitingKey, {ticket = ticket, due = retryAt, urgent = urgent, job = busy.job})
return {'retry'}
`)
