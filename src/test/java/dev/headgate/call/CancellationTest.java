// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Who is told that nobody waits for a call any more, and when. */
class CancellationTest {
    private static final GatewayError LATE = GatewayError.of(ErrorKind.UPSTREAM_TIMEOUT, "late");

    private final Cancellation call = new Cancellation();
    private final List<String> told = new ArrayList<>();

    @Test
    void cancelling_ends_what_waits_and_what_runs_with_the_reason() {
        call.onCancel(() -> told.add("waiting"));
        Cancellation running = call.child();
        running.onCancel(() -> told.add("running"));

        call.cancel(LATE);
        call.cancel(null);

        assertThat(told).containsExactly("waiting", "running");
        assertThat(running.reason()).isEqualTo(LATE);
        assertThat(call.isStopped()).isTrue();
    }

    @Test
    void leaving_ends_what_waits_and_lets_what_runs_go_on() {
        call.onCancel(() -> told.add("waiting"));
        Cancellation running = call.child();
        running.onCancel(() -> told.add("running"));

        call.leave();
        assertThat(told).containsExactly("waiting");
        assertThat(call.isCancelled()).isTrue();
        assertThat(call.isStopped()).isFalse();
        assertThat(running.isCancelled()).isFalse();

        call.cancel(LATE);
        assertThat(told).containsExactly("waiting", "running");
        assertThat(running.reason()).isEqualTo(LATE);
    }

    @Test
    void nothing_begins_once_the_client_has_left() {
        call.leave();
        call.onCancel(() -> told.add("at once"));

        assertThat(told).containsExactly("at once");
        assertThat(call.child().isCancelled()).isTrue();
    }

    @Test
    void leaving_after_the_cancellation_changes_nothing() {
        call.cancel(LATE);
        call.onCancel(() -> told.add("at once"));
        call.leave();

        assertThat(told).containsExactly("at once");
        assertThat(call.reason()).isEqualTo(LATE);
    }

    @Test
    void a_try_that_is_over_is_not_told() {
        Cancellation over = call.child();
        over.onCancel(() -> told.add("over"));
        over.detach();
        call.cancel(LATE);

        assertThat(told).isEmpty();
    }
}
