/**
 * The scripts by which keys move, each for many keys at a time. None of them does
 * anything to a key that another party has claimed.
 *
 * @module
 */

import { Script } from "../commands/script.ts";
import { MARK_FIELD } from "./names.ts";

/** What a script replies instead of answers that is about a move which is over. */
export const VOID = -1;

/**
 * What a script begins with that changes keys: takes its last key, the record of
 * the host, and its last argument, an epoch, and does nothing where the host has
 * heard of a later one. So nothing that is late takes effect once a move has ended,
 * or has been turned round.
 */
const FENCE = `
local record, epoch = redis.call('GET', table.remove(KEYS)), table.remove(ARGV)
if record then
  local isRead, now = pcall(cjson.decode, record)
  local known = isRead and type(now) == 'table' and tonumber(now.epoch) or 0
  if known > tonumber(epoch) then return ${VOID} end
end
`;

/**
 * What a script begins with that looks at claims: whose each key is, by its place,
 * and a way to write many at a time. One by one that takes a server a sixth longer.
 * No more arguments than that are handed over at once, as Lua has room for some
 * thousands of them.
 *
 * @param first The place of the first key.
 */
function claimsFrom(first: number): string {
  return `
local claims, token, owners = KEYS[1], ARGV[1], {}
for from = ${first}, #KEYS, 1000 do
  local page = redis.call(
    'HMGET', claims, unpack(KEYS, from, math.min(#KEYS, from + 999)))
  for i = 1, #page do owners[from + i - 1] = page[i] end
end
local function write(list, ...)
  for from = 1, #list, 1000 do
    local command = {...}
    for i = from, math.min(#list, from + 999) do
      command[#command + 1] = list[i]
    end
    redis.call(unpack(command))
  end
end
`;
}

/**
 * What a script ends with that may have written nothing, since others have: a write
 * that leaves nothing, behind theirs, so that waiting for replicas waits for those.
 */
const MARK = `
if needsMark then
  redis.call('HSET', KEYS[1], '${MARK_FIELD}', token)
  redis.call('HDEL', KEYS[1], '${MARK_FIELD}')
end
`;

/**
 * Reads the generation of the target.
 *
 * KEYS: the claims of the target, and its generation. ARGV: the token, and 1 where
 * replicas are waited for: one that they do not have may be counted again.
 */
export const READ_GENERATION: Script = new Script(`
local token, needsMark = ARGV[1], ARGV[2] == '1'
local generation = redis.call('GET', KEYS[2]) or '0'${MARK}return generation
`);

/**
 * Claims keys at the source, and reads what they hold.
 *
 * KEYS: the claims, then the keys, then the record. ARGV: the token, then for each
 * key the token that it may take the place of, or nothing, then 1 where replicas are
 * waited for (that a key is absent counts only if they know it as well), then the
 * epoch.
 *
 * A reply for each key: 0 where it is absent; a list of the token that has it; what
 * it holds; or a list of that, of when it expires (milliseconds by the clock of the
 * source, 0 for never), and of 1 if the claim has taken the place of that other one.
 */
export const TAKE: Script = new Script(`${FENCE}${claimsFrom(2)}
local isReplicated, needsMark = ARGV[#KEYS + 1] == '1', false
local answers, claimed, freed, now = {}, {}, {}, nil
for i = 2, #KEYS do
  local key, owner = KEYS[i], owners[i]
  if owner and owner ~= ARGV[i] then
    answers[i - 1] = {owner}
  else
    local value = redis.call('DUMP', key)
    if value then
      claimed[#claimed + 1] = key
      claimed[#claimed + 1] = token
      local left, due = redis.call('PTTL', key), 0
      if left >= 0 then
        now = now or redis.call('TIME')
        due = now[1] * 1000 + math.floor(now[2] / 1000) + left
      end
      if owner or due > 0 then
        answers[i - 1] = {value, due, owner and 1 or 0}
      else
        answers[i - 1] = value
      end
    else
      if owner then freed[#freed + 1] = key end
      answers[i - 1] = 0
      needsMark = isReplicated
    end
  end
end
write(claimed, 'HSET', claims)
write(freed, 'HDEL', claims)${MARK}return answers
`);

/**
 * Creates keys at the target.
 *
 * KEYS: the claims of the target, its generation, then the keys, then the record.
 * ARGV: the token, the generation that it has to be, then for each key what it holds
 * and when it expires (milliseconds by the clock of the target, 0 for never), then 1
 * where replicas are waited for (that a key exists counts only if they have it),
 * then the epoch.
 *
 * A reply for each key: 1 where it was created; 2 where it exists; 3 where the
 * generation is another one; 4 where source and target are one database; or the text
 * of why not. Nothing is
 * written before the first RESTORE, as Redis asks for memory only until then.
 */
export const PUT: Script = new Script(`${FENCE}${claimsFrom(3)}
local isReplicated, needsMark = ARGV[2 * #KEYS - 1] == '1', false
local answers = {}
local current = redis.call('GET', KEYS[2]) or '0'
for i = 3, #KEYS do
  local key, at = KEYS[i], 2 * i - 3
  if current ~= ARGV[2] then
    answers[i - 2] = 3
  elseif owners[i] == token then
    answers[i - 2] = 4
  else
    local reply = redis.pcall('RESTORE', key, ARGV[at + 1], ARGV[at], 'ABSTTL')
    if not reply.err then
      answers[i - 2] = 1
    elseif string.find(reply.err, 'BUSYKEY', 1, true) then
      answers[i - 2] = 2
      needsMark = isReplicated
    else
      -- What stops a command before it runs stands behind a line until Redis 7.0.
      local _, line = string.find(reply.err, '^@user_script: %d+: %-?')
      answers[i - 2] = string.sub(reply.err, (line or 0) + 1)
    end
  end
end${MARK}return answers
`);

/**
 * Deletes keys at the source, with their claims.
 *
 * KEYS: the claims, then the keys, then the record. ARGV: the token, and the epoch.
 * A reply for each key: 1, or 0 where the claim is another party's by now.
 */
export const DROP: Script = new Script(`${FENCE}${claimsFrom(2)}
local answers, own = {}, {}
for i = 2, #KEYS do
  local isMine = owners[i] == token
  if isMine then own[#own + 1] = KEYS[i] end
  answers[i - 1] = isMine and 1 or 0
end
write(own, 'UNLINK')
write(own, 'HDEL', claims)
return answers
`);

/**
 * Gives keys of the source other names, behind a prefix, where another copy of
 * them stands in the way; nothing that has such a name already is lost.
 *
 * KEYS: the claims, then the keys, then the record. ARGV: the token, the prefix, and
 * the epoch. A reply for each key: 1, or 0 where the claim is another party's by now.
 */
export const SET_ASIDE: Script = new Script(`${FENCE}${claimsFrom(2)}
local answers, own = {}, {}
for i = 2, #KEYS do
  local key = KEYS[i]
  local isMine = owners[i] == token
  if isMine then
    own[#own + 1] = key
    local name, count = ARGV[2] .. key, 1
    while redis.call('EXISTS', name) == 1 do
      count = count + 1
      name = ARGV[2] .. count .. ':' .. key
    end
    if redis.call('EXISTS', key) == 1 then redis.call('RENAME', key, name) end
  end
  answers[i - 1] = isMine and 1 or 0
end
write(own, 'HDEL', claims)
return answers
`);

/**
 * Gives claims back, for a move that came to nothing.
 *
 * KEYS: the claims, then the keys. ARGV: the token. The reply is 0.
 */
export const RELEASE: Script = new Script(`${claimsFrom(2)}
local own = {}
for i = 2, #KEYS do
  if owners[i] == token then own[#own + 1] = KEYS[i] end
end
write(own, 'HDEL', claims)
return 0
`);

/**
 * Reads what keys hold.
 *
 * KEYS: the keys. A reply for each key: nothing where it is absent; what the key
 * holds, and when it expires (milliseconds by the clock of the server, 0 for never).
 */
export const READ: Script = new Script(`
local answers = {}
for i = 1, #KEYS do
  local value = redis.call('DUMP', KEYS[i])
  if value then
    local left, due = redis.call('PTTL', KEYS[i]), 0
    if left >= 0 then
      local now = redis.call('TIME')
      due = now[1] * 1000 + math.floor(now[2] / 1000) + left
    end
    answers[i] = {value, due}
  else
    answers[i] = false
  end
end
return answers
`);

/**
 * Looks which keys are not at the source any more: those that a party may still have
 * on its way to the target count as being there.
 *
 * KEYS: the claims, then the keys. A reply for each key: 1 where it has left, or 0.
 */
export const LOOK: Script = new Script(`${claimsFrom(2)}
local answers = {}
for i = 2, #KEYS do
  local isThere = owners[i] or redis.call('EXISTS', KEYS[i]) == 1
  answers[i - 1] = isThere and 0 or 1
end
return answers
`);

/**
 * Writes the record of a host.
 *
 * KEYS: the record. ARGV: the new one, its epoch, and the epoch that the one there
 * has to have; without that, any lower one will do. The reply is the record that
 * is there then.
 */
export const SET_RECORD: Script = new Script(`
local now = redis.call('GET', KEYS[1])
local epoch = 0
if now then
  local ok, record = pcall(cjson.decode, now)
  if ok and type(record) == 'table' then epoch = tonumber(record.epoch) or 0 end
end
local may
if ARGV[3] then may = epoch == tonumber(ARGV[3])
else may = epoch < tonumber(ARGV[2]) end
if not may then
  -- Whoever has written it may not have waited for replicas to have it.
  if now then redis.call('SET', KEYS[1], now) end
  return now
end
redis.call('SET', KEYS[1], ARGV[1])
return ARGV[1]
`);
