// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.CallFailure;
import dev.headgate.call.Cancellation;
import dev.headgate.call.DemoSettings;
import dev.headgate.upstream.Transport;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class DemoBodyTest {
    private static final String LOREM =
            "{\"model\":\"lorem\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

    private final List<String> seen = new ArrayList<>();
    private final Promise<Void> ended = Promise.promise();
    private DemoCalls demo;
    private Transport.Response response;
    private int other;

    @BeforeEach
    void start(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(300, 0, 0, Duration.ZERO));
        open(LOREM);
    }

    @Test
    void sends_nothing_before_it_is_resumed() {
        settle();
        assertThat(seen).isEmpty();
        demo.onLoop(() -> response.body().resume());
        DemoCalls.await(ended.future());
        assertThat(seen).hasSize(303).last().isEqualTo("data: [DONE]\n\n");
    }

    @Test
    void sends_exactly_what_is_fetched() {
        demo.onLoop(() -> response.body().fetch(2).fetch(1));
        settle();
        assertThat(seen).hasSize(3);
        demo.onLoop(() -> response.body().fetch(300));
        settle();
        assertThat(seen).hasSize(303);
        assertThat(ended.future().isComplete()).isFalse();
        demo.onLoop(() -> response.body().fetch(1));
        DemoCalls.await(ended.future());
    }

    @Test
    void stops_in_the_middle_of_a_turn_when_paused() {
        demo.onLoop(() -> response.body()
                .handler(bytes -> {
                    seen.add(bytes.toString());
                    if (seen.size() == 5) {
                        response.body().pause();
                    }
                })
                .resume());
        settle();
        assertThat(seen).hasSize(5);
        demo.onLoop(() -> response.body().resume());
        DemoCalls.await(ended.future());
        assertThat(seen).hasSize(303);
    }

    @Test
    void a_reset_silences_everything_even_inside_a_handler() {
        demo.onLoop(() -> response.body()
                .handler(bytes -> {
                    seen.add(bytes.toString());
                    if (seen.size() == 2) {
                        response.reset();
                        response.reset();
                    }
                })
                .resume());
        settle();
        demo.onLoop(() -> response.body().resume());
        settle();
        assertThat(seen).hasSize(2);
        assertThat(ended.future().isComplete()).isFalse();
    }

    @Test
    void a_reset_stops_a_paced_answer_before_its_next_token(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(10, 100, 0, Duration.ZERO));
        open(LOREM);
        demo.onLoop(() -> response.body().resume());
        settle();
        demo.onLoop(response::reset);
        int before = seen.size();
        assertThat(demo.post("/chat/completions", LOREM).data()).hasSize(13);
        assertThat(before).isPositive().isLessThan(13);
        assertThat(seen).hasSize(before);
    }

    @Test
    void a_cancellation_stops_the_wait_for_a_slow_head(Vertx vertx) {
        demo = new DemoCalls(vertx, new DemoSettings(1, 0, 0, Duration.ofHours(1)));
        var slow = DemoCalls.whole(LOREM.replace("lorem", "slow").replace("true", "false"));
        var cancellation = new Cancellation();
        var head = demo.head(HttpMethod.POST, "/chat/completions", slow, cancellation);
        demo.onLoop(() -> {});
        demo.onLoop(() -> cancellation.cancel(null));
        assertThatThrownBy(() -> DemoCalls.await(head)).isInstanceOf(CallFailure.class);
    }

    @Test
    void other_work_gets_its_turn_during_a_long_unpaced_answer() {
        demo.onLoop(() -> response.body().resume());
        demo.onLoop(() -> {});
        demo.onLoop(() -> other = seen.size());
        DemoCalls.await(ended.future());
        assertThat(other).isPositive().isLessThan(303);
    }

    private void open(String body) {
        response = DemoCalls.await(demo.head(HttpMethod.POST, "/chat/completions", DemoCalls.whole(body)));
        demo.onLoop(() ->
                response.body().handler(bytes -> seen.add(bytes.toString())).endHandler(end -> ended.complete()));
    }

    /** Enough turns of the event loop for every piece that is on its way. */
    private void settle() {
        for (int i = 0; i < 20; i++) {
            demo.onLoop(() -> {});
        }
    }
}
