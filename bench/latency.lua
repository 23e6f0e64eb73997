-- SPDX-License-Identifier: LGPL-2.1-or-later
-- latency.lua: wrk's script: a line "latency P50 P99 P99.9 REQUESTS" at the end; times in microseconds.

function done(summary, latency, requests)
    io.write(string.format("latency %d %d %d %d\n", latency:percentile(50), latency:percentile(99),
        latency:percentile(99.9), summary.requests))
end
