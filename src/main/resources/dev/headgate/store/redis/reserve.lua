-- SPDX-License-Identifier: Apache-2.0
-- Takes a wish from all of its limits, or from none.
-- KEYS: the reservation; one without an id only looks. ARGV: prefix, wish, how many values of clients may have counters of their own.
-- Returns 1 or 0 for granted, and for each limit: used, us until nothing is used, us to wait (0 now, -1 never), 1 if shared.
local wish = cmsgpack.unpack(ARGV[2])
local now = clock()
local record = KEYS[1]
local looks = #record == #prefix + 2

local keys, ends, shared, any, size = {}, {}, {}, false, 0
for i = LIMITS, #wish, STRIDE do
  size = size + 1
  local value = wish[i + VALUE]
  if value then
    local member = wish[i + SCOPE] .. '/' .. value
    local live = prefix .. 'live'
    if redis.call('ZCARD', live) >= tonumber(ARGV[3]) and not redis.call('ZSCORE', live, member) then
      redis.call('ZREMRANGEBYSCORE', live, '-inf', format('%.0f', now))
      shared[size] = redis.call('ZCARD', live) >= tonumber(ARGV[3])
      any = any or shared[size]
    end
  end
  local key = prefix .. path(wish, i, shared[size])
  if wish[i + SPAN] < 0 then
    local label
    label, ends[size] = window(wish, wish[i + SPAN], now)
    key = key .. '@' .. label
  end
  keys[size] = key
end

keys[size + 1] = record
local stored = redis.call('MGET', unpack(keys))
local charge = not looks and not stored[size + 1]
local granted = true

local used, ats, sinces, waits = {}, {}, {}, {}
local i = LIMITS
for n = 1, size do
  local span, amount, burst = wish[i + SPAN], wish[i + AMOUNT], wish[i + BURST]
  local units = wish[REQUESTS + wish[i + MEASURE]]
  local wait = 0
  if span > 0 then
    used[n], ats[n], sinces[n] = drained(stored[n], now, amount, span)
    if charge then
      wait = units > burst and -1 or until_gone(used[n] + (units - burst) * UNIT, amount, span)
    end
  elseif span < 0 then
    used[n] = tonumber(stored[n] or 0)
    if charge and units > amount then
      wait = -1
    elseif charge and used[n] + units > amount then
      wait = ends[n] - now
    end
  else
    redis.call('ZREMRANGEBYSCORE', keys[n], '-inf', format('%.0f', now))
    used[n] = redis.call('ZCARD', keys[n])
    if charge and used[n] >= amount then wait = amount == 0 and -1 or 1000000 end
  end
  waits[n] = wait
  if wait ~= 0 and wish[i + OBSERVE] == 0 then granted = false end
  i = i + STRIDE
end

if charge and granted then
  local mask, idle = '', nil
  i = LIMITS
  for n = 1, size do
    local span, amount = wish[i + SPAN], wish[i + AMOUNT]
    local units = wish[REQUESTS + wish[i + MEASURE]]
    local idle_at
    if span > 0 then
      used[n] = add(used[n], units)
      store_rate(keys[n], used[n], ats[n], sinces[n], amount, span)
      idle_at = ats[n] + until_gone(used[n], amount, span)
    elseif span < 0 then
      used[n] = used[n] + units
      idle_at = ends[n]
      redis.call('SET', keys[n], format('%.0f', used[n]), 'PXAT', format('%.0f', floor(idle_at / 1000) + KEPT_MS))
    else
      used[n] = used[n] + 1
      idle_at = now + wish[LEASE]
      redis.call('ZADD', keys[n], format('%.0f', idle_at), string.sub(record, #prefix + 3))
      redis.call('PEXPIRE', keys[n], LONGEST_LEASE_MS)
    end
    if wish[i + VALUE] and not shared[n] then
      local member = wish[i + SCOPE] .. '/' .. wish[i + VALUE]
      idle = idle or {}
      idle[member] = math.max(idle[member] or 0, idle_at)
    end
    i = i + STRIDE
  end
  if idle then
    for member, at in pairs(idle) do
      redis.call('ZADD', prefix .. 'live', format('%.0f', at), member)
    end
    redis.call('PEXPIRE', prefix .. 'live', LONGEST_WINDOW_MS)
  end
  if any then
    for n = 1, size do mask = mask .. (shared[n] and '1' or '0') end
  end
  redis.call('SET', record, format('%.0f ', now) .. mask .. ' ' .. ARGV[2], 'PX', KEPT_MS)
end

local reply = { granted and 1 or 0 }
i = LIMITS
for n = 1, size do
  local span = wish[i + SPAN]
  local rate = span > 0
  reply[n * 4 - 2] = rate and ceil(used[n] / UNIT) or used[n]
  reply[n * 4 - 1] = rate and math.max(0, until_gone(used[n], wish[i + AMOUNT], span)) or span < 0 and ends[n] - now or 0
  reply[n * 4] = waits[n]
  reply[n * 4 + 1] = shared[n] and 1 or 0
  i = i + STRIDE
end
return reply
