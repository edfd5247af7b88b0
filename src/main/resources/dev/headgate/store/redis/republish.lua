-- SPDX-License-Identifier: Apache-2.0
-- Raises counters of calendar windows to what the nodes say together.
-- KEYS: any of the tenant's. ARGV: prefix, node, and for each counter: its path, when it may be forgotten (ms), what the node has used.
for i = 3, #ARGV, 3 do
  local key, told = prefix .. ARGV[i], prefix .. 'told:' .. ARGV[i]
  local total, before = tonumber(ARGV[i + 2]), tonumber(redis.call('GET', key) or 0)
  -- A node that gave back more than it used, and of which nothing is known any more: that raises nothing, so it is given back again.
  local used = (total < 0 and redis.call('HEXISTS', told, ARGV[2]) == 0) and before + total or before
  redis.call('HSET', told, ARGV[2], ARGV[i + 2])
  redis.call('PEXPIREAT', told, ARGV[i + 1])
  local together = 0
  for _, total in ipairs(redis.call('HVALS', told)) do together = together + total end
  used = math.max(used, together)
  if used ~= before then redis.call('SET', key, format('%.0f', used), 'PXAT', ARGV[i + 1]) end
end
return 1
