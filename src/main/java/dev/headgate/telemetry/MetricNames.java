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
