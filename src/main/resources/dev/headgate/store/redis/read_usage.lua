-- SPDX-License-Identifier: Apache-2.0
-- Everything that was told of a tenant's day. KEYS: the day's hash.
return redis.call('HGETALL', KEYS[1])
