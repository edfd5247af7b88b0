-- SPDX-License-Identifier: Apache-2.0
-- Lets running calls hold their concurrency for another lease.
-- KEYS: reservations. ARGV: prefix, lease (us). Returns the places (from 1) of those that are not known.
local till = format('%.0f', clock() + ARGV[2])
local unknown = {}
for k, record in ipairs(redis.call('MGET', unpack(KEYS))) do
  if not record or record == '' then
    unknown[#unknown + 1] = k
  else
    local first = string.find(record, ' ', 1, true)
    local second = string.find(record, ' ', first + 1, true)
    local mask = string.sub(record, first + 1, second - 1)
    local wish = cmsgpack.unpack(string.sub(record, second + 1))
    local n = 0
    for i = LIMITS, #wish, STRIDE do
      n = n + 1
      if wish[i + SPAN] == 0 then
        local key = prefix .. path(wish, i, string.sub(mask, n, n) == '1')
        redis.call('ZADD', key, till, string.sub(KEYS[k], #prefix + 3))
        redis.call('PEXPIRE', key, LONGEST_LEASE_MS)
      end
    end
  end
end
return unknown
