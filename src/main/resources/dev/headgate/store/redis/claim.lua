-- SPDX-License-Identifier: Apache-2.0
-- Gives a claim to the first who asks.
-- KEYS: the claim. ARGV: when it may be forgotten (ms). Returns 1 to the first, 0 to all others.
return redis.call('SET', KEYS[1], '1', 'NX', 'PXAT', ARGV[1]) and 1 or 0
