// SPDX-License-Identifier: Apache-2.0
package dev.headgate.telemetry;

/** Every meter's name and what it tells; docs/reference/metrics.md is compared with this by a test. */
public enum MetricNames {
    REQUESTS("llm_requests_total", "Client requests that ended"),
    DURATION("llm_request_duration_seconds", "From a request's head to the last byte of its answer"),
    IN_FLIGHT("llm_requests_in_flight", "Client requests that are running"),
    FIRST_TOKEN("llm_time_to_first_token_seconds", "From a request's head to the first content of its stream"),
    TOKENS("llm_tokens_total", "Tokens as the backends reported them"),
    ATTEMPTS("llm_upstream_attempts_total", "Tries at backends"),
    FALLBACKS("headgate_fallbacks_total", "Tries somewhere else than the one before"),
    SKIPPED("headgate_targets_skipped_total", "Targets that were passed over without a try"),
    DEGRADED("headgate_degraded_total", "Calls that got the route's template answer"),
    BREAKER_STATE("headgate_breaker_state", "0 closed, 1 ramp-up, 2 half-open, 3 open"),
    RETRIES_REFUSED("headgate_retries_refused_total", "Retries not made because the backend's budget was spent"),
    CREDENTIALS_PARKED("headgate_credentials_parked_total", "Keys put aside after what the backend answered"),
    BACKEND_HEALTHY("headgate_backend_healthy", "1 if the health checks of the backend succeed, else 0"),
    BULKHEAD_LIMIT("headgate_bulkhead_limit", "Calls that the backend gets at once"),
    BULKHEAD_IN_USE("headgate_bulkhead_in_use", "Calls that the backend has now"),
    BULKHEAD_WAITING("headgate_bulkhead_waiting", "Calls that wait for a slot of the backend"),
    SHED("headgate_shed_total", "Calls refused because the process had too much to do"),
    QUOTA_REFUSED("headgate_quota_refused_total", "Calls that a limit refused"),
    QUOTA_WOULD_HAVE_REFUSED(
            "headgate_quota_would_have_refused_total",
            "Calls that a limit would have refused if it did not only observe"),
    QUOTA_WAITING("headgate_quota_waiting", "Calls that wait because a limit has no room"),
    QUOTA_WAITS("headgate_quota_waits_total", "Calls that waited for a limit, by how that ended"),
    QUOTA_EXACT("headgate_quota_store_exact", "1 if the quota store decides, 0 while this process decides alone"),
    QUOTA_UNSETTLED("headgate_quota_unsettled", "Settlements that wait for the quota store"),
    REPLICAS("headgate_replicas", "Processes that share the quota store, as far as this one knows"),
    BUDGET_USED("headgate_budget_used_ratio", "The used part of a tenant's budget as last heard: 1 is all of it"),
    ALERTS("headgate_alerts_total", "Alerts that are over, delivered or not"),
    OVERHEAD("headgate_overhead_seconds", "A request's time less the time that its client and its backends took"),
    CONFIG_OK("headgate_config_last_reload_successful", "Whether the files on disk are the running configuration"),
    CONFIG_TIME(
            "headgate_config_last_success_timestamp_seconds", "When the running configuration was taken, in Unix time"),
    LOG_DROPPED("headgate_log_dropped_total", "Log lines that were dropped because the queue was full"),
    BODY_BYTES("headgate_request_body_bytes", "Memory that request bodies hold now"),
    BUILD("headgate_build_info", "Always 1; the version is a label");

    private final String exposed;
    private final String help;

    MetricNames(String exposed, String help) {
        this.exposed = exposed;
        this.help = help;
    }

    /** The name that Prometheus shows. */
    public String exposed() {
        return exposed;
    }

    /** The name as the meter registry wants it, which adds unit and {@code _total} itself. */
    public String meter() {
        return exposed.replaceAll("_(total|seconds|bytes)$", "").replace('_', '.');
    }

    public String help() {
        return help;
    }
}
