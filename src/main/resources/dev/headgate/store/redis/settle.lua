-- SPDX-License-Identifier: Apache-2.0
-- Replaces what a reservation estimated by what was used, in the windows in which it was reserved, and ends its leases.
-- KEYS: the reservation. ARGV: prefix, requests, tokens, nano-dollars, how long (ms) to remember that it is settled.
-- Returns 1, or 0 if there is nothing to settle. An unknown one is remembered too: should a delayed reserve of it still arrive, that
-- must not charge.
local record = redis.call('SET', KEYS[1], '', 'PX', ARGV[5], 'GET')
if not record or record == '' then return 0 end

local first = string.find(record, ' ', 1, true)
local second = string.find(record, ' ', first + 1, true)
local at = tonumber(string.sub(record, 1, first - 1))
local mask = string.sub(record, first + 1, second - 1)
local wish = cmsgpack.unpack(string.sub(record, second + 1))
local now

local n = 0
for i = LIMITS, #wish, STRIDE do
  n = n + 1
  local span, measure = wish[i + SPAN], wish[i + MEASURE]
  local more = ARGV[2 + measure] - wish[REQUESTS + measure]
  local key = prefix .. path(wish, i, string.sub(mask, n, n) == '1')
  if span == 0 then
    redis.call('ZREM', key, string.sub(KEYS[1], #prefix + 3))
  elseif more ~= 0 and span > 0 then
    now = now or clock()
    local debt, stamp, since = drained(redis.call('GET', key), now, wish[i + AMOUNT], span)
    -- What has refilled since it was taken is not given back: it would be taken twice at once.
    if more > 0 or at >= since then store_rate(key, add(debt, more), stamp, since, wish[i + AMOUNT], span) end
  elseif more ~= 0 then
    key = key .. '@' .. window(wish, span, at)
    if redis.call('EXISTS', key) == 1 then redis.call('INCRBY', key, format('%.0f', more)) end
  end
end
return 1
