-- SPDX-License-Identifier: Apache-2.0
-- Keeps revocations that are not kept yet. The version is a time, so that none comes twice even if all is lost in between.
-- KEYS: the revocations, a hash by digest; their version. ARGV: digest and revocation in turns.
local new = 0
for i = 1, #ARGV, 2 do new = new + redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
if new > 0 then
  local time = redis.call('TIME')
  local before = tonumber(redis.call('GET', KEYS[2]) or 0)
  redis.call('SET', KEYS[2], string.format('%.0f', math.max(before + 1, time[1] * 1000000 + time[2])))
end
return new
