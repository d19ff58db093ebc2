/** The writes of the store, each of them all or nothing. */
import { redisScript } from './redis-script.ts'

/**
 * Shared by both: writes the record, its entries, lock and indexes. The lock is taken when it is free and let go when it
 * is ours; another deployment's lock is left alone both ways, so that a way back is never blocked by it.
 */
const WRITE = `
local recordKey, timelineKey, liveKey, openKey, completedKey = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5]
local function write(id, revision, json, live, open, completedMs, openScore, kept, firstEntry)
  redis.call('HSET', recordKey, 'revision', revision, 'json', json)
  for i = firstEntry, #ARGV do redis.call('RPUSH', timelineKey, ARGV[i]) end
  if live == '1' then
    redis.call('SET', liveKey, id, 'NX')
  elseif redis.call('GET', liveKey) == id then
    redis.call('DEL', liveKey)
  end
  if open == '1' then redis.call('ZADD', openKey, 'NX', openScore, id) else redis.call('ZREM', openKey, id) end
  local present
  for _, line in ipairs(redis.call('LRANGE', completedKey, 0, -1)) do
    if string.match(line, '^(%S+) ') == id then present = line end
  end
  if completedMs == '' then
    if present then redis.call('LREM', completedKey, 0, present) end
  elseif not present then
    redis.call('LPUSH', completedKey, id .. ' ' .. completedMs)
    redis.call('LTRIM', completedKey, 0, tonumber(kept) - 1)
  end
end
`

/**
 * KEYS: record, timeline, live, open, completed, latest.
 * ARGV: id, revision, json, live, open, completedMs or '', open score, durations kept, entries...
 * Returns the live deployment's id, 'created', or an error when the id is taken.
 */
export const CREATE = redisScript(`${WRITE}
local live = redis.call('GET', liveKey)
if live then return {'live', live} end
if redis.call('EXISTS', recordKey) == 1 then return {'taken'} end
write(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], 9)
redis.call('SET', KEYS[6], ARGV[1])
return {'created'}
`)

/**
 * KEYS: record, timeline, live, open, completed, blocked.
 * ARGV: as CREATE's, but before the entries the expected revision, and what is blocked: key and json, or '' and ''.
 * Returns 'saved', or 'conflict' when another revision (or none) is stored.
 */
export const SAVE = redisScript(`${WRITE}
if redis.call('HGET', recordKey, 'revision') ~= ARGV[9] then return 'conflict' end
write(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], 12)
if ARGV[10] ~= '' then redis.call('HSET', KEYS[6], ARGV[10], ARGV[11]) end
return 'saved'
`)
