/** The writes of the store, each of them all or nothing. */
import { redisScript } from './redis-script.ts'

/**
 * Shared by all: a deployment stands in the index while its record leaves something to do, or a line of its timeline was
 * not told. What both sides need of each other stands beside the record: `left` (0 or 1), `told` (the cursor), `created`.
 */
const LIST = `
local recordKey, timelineKey, openKey = KEYS[1], KEYS[2], KEYS[3]
local function list(id)
  local left, told, created = unpack(redis.call('HMGET', recordKey, 'left', 'told', 'created'))
  if left ~= '0' or redis.call('LLEN', timelineKey) > tonumber(told or 0) then
    redis.call('ZADD', openKey, 'NX', created or 0, id)
  else
    redis.call('ZREM', openKey, id)
  end
end
`

/**
 * Shared by both writes of a record: it, its entries, lock and indexes. The lock is taken when it is free and let go when
 * it is ours; another deployment's lock is left alone both ways, so that a way back is never blocked by it.
 */
const WRITE = `${LIST}
local liveKey, completedKey = KEYS[4], KEYS[5]
local function write(id, revision, json, live, left, completedMs, created, kept, firstEntry)
  redis.call('HSET', recordKey, 'revision', revision, 'json', json, 'left', left, 'created', created)
  for i = firstEntry, #ARGV do redis.call('RPUSH', timelineKey, ARGV[i]) end
  if live == '1' then
    redis.call('SET', liveKey, id, 'NX')
  elseif redis.call('GET', liveKey) == id then
    redis.call('DEL', liveKey)
  end
  list(id)
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
 * KEYS: record, timeline, open, live, completed, latest.
 * ARGV: id, revision, json, live, left to do, completedMs or '', created at, durations kept, entries...
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
 * KEYS: record, timeline, open, live, completed, blocked.
 * ARGV: as CREATE's, but before the entries the expected revision, and what is blocked: key and json, or '' and ''.
 * Returns 'saved', or 'conflict' when another revision (or none) is stored.
 */
export const SAVE = redisScript(`${WRITE}
if redis.call('HGET', recordKey, 'revision') ~= ARGV[9] then return 'conflict' end
write(ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8], 12)
if ARGV[10] ~= '' then redis.call('HSET', KEYS[6], ARGV[10], ARGV[11]) end
return 'saved'
`)

/**
 * KEYS: record, timeline, open, told.
 * ARGV: id, json, cursor.
 * Does nothing for what was never created.
 */
export const SAVE_TOLD = redisScript(`${LIST}
if redis.call('EXISTS', recordKey) == 0 then return end
redis.call('SET', KEYS[4], ARGV[2])
redis.call('HSET', recordKey, 'told', ARGV[3])
list(ARGV[1])
`)
