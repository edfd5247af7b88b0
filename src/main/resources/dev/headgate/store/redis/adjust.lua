-- SPDX-License-Identifier: Apache-2.0
-- Resets a limit, or gives more of it. KEYS: any of the tenant's. ARGV: prefix, a wish with the one limit, units to give or '' to reset, 1 if it is shared,
-- the node whose total of the window has it too from now on, or ''.
local wish = cmsgpack.unpack(ARGV[2])
local now = clock()
local span = wish[LIMITS + SPAN]
local key = prefix .. path(wish, LIMITS, ARGV[4] == '1')
if span < 0 then
  local label, till = window(wish, span, now)
  local used = tonumber(redis.call('GET', key .. '@' .. label) or 0)
  local units = ARGV[3] == '' and used or tonumber(ARGV[3])
  local expires = format('%.0f', floor(till / 1000) + KEPT_MS)
  local told = prefix .. 'told:' .. string.sub(key, #prefix + 1) .. '@' .. label
  redis.call('SET', key .. '@' .. label, format('%.0f', used - units), 'PXAT', expires)
  -- Not -units: of nothing that would be "-0", which is no number to Redis.
  redis.call('HINCRBY', told, ARGV[5], format('%.0f', 0 - units))
  redis.call('PEXPIREAT', told, expires)
elseif ARGV[3] == '' then
  redis.call('DEL', key)
else
  local debt, at, since = drained(redis.call('GET', key), now, wish[LIMITS + AMOUNT], span)
  store_rate(key, add(debt, -ARGV[3]), at, since, wish[LIMITS + AMOUNT], span)
end
return 1
