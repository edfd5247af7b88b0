// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.CallFailure;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.UnaryReply;
import dev.headgate.call.UpstreamFault;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class VerdictTest {
    @ParameterizedTest
    @CsvSource({
        "200, PASS_ON",
        "204, PASS_ON",
        "302, PASS_ON",
        "400, PASS_ON",
        "401, KEY_REFUSED",
        "402, KEY_REFUSED",
        "403, KEY_REFUSED",
        "404, PASS_ON",
        "408, TRY_AGAIN",
        "409, TRY_AGAIN",
        "413, PASS_ON",
        "422, PASS_ON",
        "429, KEY_LIMITED"
    })
    void judges_an_answer_by_its_status(int status, Verdict expected) {
        UnaryReply reply = new UnaryReply(status, MultiMap.caseInsensitiveMultiMap(), Buffer.buffer(), null, null);
        assertThat(Verdict.of(reply)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "400, invalid_request_error, context_length_exceeded, CONTEXT_TOO_LONG",
        "400, exceed_context_size_error, , CONTEXT_TOO_LONG",
        "413, , string_above_max_length, CONTEXT_TOO_LONG",
        "400, , content_filter, CONTENT_FILTERED",
        "400, , content_policy_violation, CONTENT_FILTERED",
        "400, , ResponsibleAIPolicyViolation, CONTENT_FILTERED",
        "429, insufficient_quota, insufficient_quota, KEY_REFUSED",
        "429, tokens, rate_limit_exceeded, KEY_LIMITED",
        "500, server_error, , TRY_AGAIN",
        "529, overloaded_error, , TRY_AGAIN",
        "0, server_error, , TRY_AGAIN"
    })
    void judges_a_failure_by_what_the_backend_said(
            int status, @Nullable String type, @Nullable String code, Verdict expected) {
        UpstreamFault fault = new UpstreamFault(status, type, code, null);
        assertThat(Verdict.of(failure(ErrorKind.UPSTREAM_FAILED, fault))).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(ErrorKind.class)
    void tries_again_whatever_is_the_backends_fault_and_nothing_else(ErrorKind kind) {
        Verdict expected = kind.fault() == ErrorKind.Fault.UPSTREAM ? Verdict.TRY_AGAIN : Verdict.GIVE_UP;
        assertThat(Verdict.of(failure(kind, null))).isEqualTo(expected);
    }

    @Test
    void does_not_try_a_bug_of_ours_again() {
        assertThat(Verdict.of(new IllegalStateException())).isEqualTo(Verdict.GIVE_UP);
        assertThat(Verdict.of(new NotAdmitted(NotAdmitted.Why.BREAKER_OPEN))).isEqualTo(Verdict.NOT_ADMITTED);
    }

    private static CallFailure failure(ErrorKind kind, @Nullable UpstreamFault fault) {
        return new CallFailure(GatewayError.of(kind, "x"), fault);
    }
}
