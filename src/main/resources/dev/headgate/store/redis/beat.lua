-- SPDX-License-Identifier: Apache-2.0
-- Says that a node lives, and forgets those that have been silent for long, or that spoke by a clock which is ahead of this one.
-- KEYS: the nodes, a sorted set by when they were last heard (us); the version of the revocations. ARGV: node, longest silence (us).
-- Returns how many live, the version, and 1 if the node was not known.
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('(%.0f', now - ARGV[2]))
redis.call('ZREMRANGEBYSCORE', KEYS[1], string.format('(%.0f', now + ARGV[2]), '+inf')
local new = redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', 2 * ARGV[2] / 1000))
return { redis.call('ZCARD', KEYS[1]), redis.call('GET', KEYS[2]) or '', new }
