-- SPDX-License-Identifier: Apache-2.0
-- Replaces what a journal said of a tenant's day.
-- KEYS: the day's hash. ARGV: for how long (s) it is kept from now on, the journal's own field, and for each row a field and its sums.
-- Returns 1 if the journal had told something before.
local known = redis.call('HEXISTS', KEYS[1], ARGV[2])
if #ARGV > 2 then
  redis.call('HSET', KEYS[1], ARGV[2], '', unpack(ARGV, 3))
  redis.call('EXPIRE', KEYS[1], ARGV[1])
end
return known
