-- SPDX-License-Identifier: Apache-2.0
-- Shared by the scripts beside it, each of which is loaded with this text in front.
--
-- Every key of a tenant begins with ARGV[1], the prefix with the tenant as hash tag, so that all are in one slot:
--   <prefix>r:<id>                    a reservation until it is settled; empty for a while afterwards
--   <prefix><scope>/<kind>            a rate: "<debt in millionths> <at> <since when there is one>", both in
--                                     microseconds; or the leases, a sorted set of ids by end
--   <prefix><scope>/<kind>@<label>    what was used in a calendar window, which begins on that day
--   <prefix>told:<scope>/<kind>@<label>  a hash: what nodes say they have used, less the credits they gave; '' has those of no node
--   <prefix>live                      a sorted set: the users and addresses that have counters, by when they are idle
--
-- A number is formatted by %.0f: the conversion of Lua keeps only 14 digits.
--
-- A wish arrives as one msgpack array: lease (us), requests, tokens, nano-dollars, three calendars (day, week, month; each false or
-- {label, start, label, start, label, start, end} in us), and eight values for each limit.
local LEASE, REQUESTS, DAYS, LIMITS, STRIDE = 1, 2, 5, 8, 8
-- The eight values: scope, or its type if clients bring the values; the value, or false; kind; what is counted (0 requests, 1 tokens,
-- 2 nano-dollars); over what (seconds of a rate, 0 as long as the call runs, -1 -2 -3 the calendars); amount; burst; 1 to observe.
local SCOPE, VALUE, KIND, MEASURE, SPAN, AMOUNT, BURST, OBSERVE = 0, 1, 2, 3, 4, 5, 6, 7

local UNIT = 1000000
local MOST_DEBT = 2 ^ 53 - 1 -- a limit that only observes takes calls of any size
local KEPT_MS = 48 * 3600 * 1000 -- what is not settled, and windows that are over
local LONGEST_LEASE_MS = 3600 * 1000
local LONGEST_WINDOW_MS = 31 * 24 * 3600 * 1000

local prefix = ARGV[1]
local format, floor, ceil = string.format, math.floor, math.ceil

local function clock()
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

-- Label and end of the calendar window in which a point in time lies.
local function window(wish, span, at)
  local calendar = wish[DAYS - 1 - span]
  if at < calendar[4] then return calendar[1], calendar[4] end
  if at < calendar[6] then return calendar[3], calendar[6] end
  return calendar[5], calendar[7]
end

local function path(wish, i, shared)
  local value = wish[i + VALUE]
  if not value then return wish[i + SCOPE] .. '/' .. wish[i + KIND] end
  return wish[i + SCOPE] .. '/' .. (shared and '*' or value) .. '/' .. wish[i + KIND]
end

-- What is left of a rate's debt, as of when, and since when there has been one.
local function drained(stored, now, amount, seconds)
  if not stored then return 0, now, now end
  -- Found by hand: a pattern takes twice as long.
  local first = string.find(stored, ' ', 1, true)
  local second = string.find(stored, ' ', first + 1, true) or #stored + 1
  local debt, at = tonumber(string.sub(stored, 1, first - 1)), tonumber(string.sub(stored, first + 1, second - 1))
  local since = tonumber(string.sub(stored, second + 1)) or 0
  if now > at then
    debt, at = debt - floor((now - at) * amount / seconds), now
  end
  if debt > 0 then return debt, at, since end
  return 0, at, now
end

local function until_gone(debt, amount, seconds)
  if debt <= 0 then return 0 end
  return amount == 0 and -1 or ceil(debt * seconds / amount)
end

local function add(debt, units)
  return math.max(0, math.min(MOST_DEBT, debt + units * UNIT))
end

local function store_rate(key, debt, at, since, amount, seconds)
  local gone = until_gone(debt, amount, seconds)
  redis.call('SET', key, format('%.0f %.0f %.0f', debt, at, since), 'PX', gone < 0 and KEPT_MS or format('%.0f', ceil(gone / 1000) + 1000))
end
