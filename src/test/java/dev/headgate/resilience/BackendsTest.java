// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import dev.headgate.call.GuardListener.BreakerPhase;
import dev.headgate.call.Guards.BreakerRule;
import dev.headgate.call.Target;
import io.vertx.core.Vertx;
import io.vertx.junit5.VertxExtension;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(VertxExtension.class)
class BackendsTest {
    private static final Duration PATIENT = Duration.ofMinutes(1);
    private static final Backend LEFT = BreakerCalls.backend("left", BreakerCalls.QUICK, "one", "two");
    private static final Backend RIGHT = BreakerCalls.backend("right", BreakerCalls.QUICK, "three");
    private static final Target CHAT = BreakerCalls.target(LEFT, "chat");
    private static final Target MINI = BreakerCalls.target(LEFT, "mini");
    private static final Target OTHER = BreakerCalls.target(RIGHT, "chat");

    private final BreakerCalls.Heard heard = new BreakerCalls.Heard();
    private final AtomicLong now = new AtomicLong();
    private Backends backends;

    @BeforeEach
    void start(Vertx vertx) {
        backends = new Backends(vertx, heard, now::get, new Random(1));
    }

    @Test
    void remembers_by_name_whatever_a_reload_changed_otherwise() {
        Backend changed = BreakerCalls.backend("left", BreakerRule.DEFAULT, "new");

        assertThat(backends.of(changed)).isSameAs(backends.of(LEFT));
        assertThat(backends.of(BreakerCalls.target(changed, "chat"))).isSameAs(backends.of(CHAT));
    }

    @Test
    void tells_models_and_backends_apart() {
        assertThat(backends.of(CHAT)).isNotSameAs(backends.of(MINI)).isNotSameAs(backends.of(OTHER));
        assertThat(backends.of(LEFT)).isNotSameAs(backends.of(RIGHT));
    }

    @Test
    void names_that_clients_invent_share_one_state() {
        assertThat(backends.of(new Target("x", LEFT, null, Map.of(), Map.of(), false)))
                .isSameAs(backends.of(new Target("y", LEFT, null, Map.of(), Map.of(), false)));
    }

    @Test
    void forgets_what_is_no_longer_named_and_nothing_else() {
        TargetState chat = backends.of(CHAT);
        TargetState mini = backends.of(MINI);
        TargetState other = backends.of(OTHER);
        BackendState left = backends.of(LEFT);
        BackendState right = backends.of(RIGHT);

        backends.retain(List.of(LEFT), List.of(CHAT));

        assertThat(backends.of(CHAT)).isSameAs(chat);
        assertThat(backends.of(LEFT)).isSameAs(left);
        assertThat(backends.of(MINI)).isNotSameAs(mini);
        assertThat(backends.of(OTHER)).isNotSameAs(other);
        assertThat(backends.of(RIGHT)).isNotSameAs(right);
    }

    @Test
    void a_breaker_that_is_forgotten_is_told_closed_and_heard_no_more() {
        Breaker breaker = backends.of(CHAT).breaker();
        open(breaker);
        backends.retain(List.of(LEFT), List.of(MINI));

        eventually("the forgotten one goes on", () -> breaker.phase() == BreakerPhase.HALF_OPEN);
        assertThat(heard.lines.getFirst()).isEqualTo("left/chat OPEN");
        assertThat(heard.lines.getLast()).isEqualTo("left/chat CLOSED");
        assertThat(backends.of(CHAT).breaker().phase()).isEqualTo(BreakerPhase.CLOSED);
    }

    @Test
    void tells_which_breaker_changed_and_which_key_was_put_aside() {
        open(backends.of(CHAT).breaker());
        backends.of(RIGHT).credentials.park(RIGHT, 0, 401, 10, 0);

        assertThat(heard.lines).contains("left/chat OPEN", "right 0 401");
    }

    @Test
    void shows_what_it_remembers_of_the_backends_that_are_asked_for() {
        TargetState mini = backends.of(MINI);
        mini.inFlight().set(2);
        mini.firstToken().sample(500);
        mini.answer().sample(700);
        Pass good = requireNonNull(mini.breaker().enter(BreakerCalls.QUICK, PATIENT, false));
        good.succeeded(TimeUnit.SECONDS.toNanos(31));
        backends.of(CHAT).inFlight().set(1);
        backends.of(OTHER);
        BackendState left = backends.of(LEFT);
        left.healthy = false;
        left.credentials.park(LEFT, 1, 429, TimeUnit.SECONDS.toNanos(3), 0);
        left.retries.request(0);
        left.retries.tryTake(0);

        assertThat(backends.view(List.of(LEFT)))
                .containsExactly(new BackendView(
                        "left",
                        false,
                        3,
                        null,
                        List.of(
                                new BackendView.Credential(0, null),
                                new BackendView.Credential(1, new BackendView.Parked(429, 3))),
                        new BackendView.Retries(1, 2),
                        List.of(
                                new BackendView.Model("chat", BreakerPhase.CLOSED, 0, 0, 0, 0, 0, 1),
                                new BackendView.Model("mini", BreakerPhase.CLOSED, 1, 0, 1, 500, 700, 2))));
    }

    @Test
    void shows_a_backend_that_was_never_asked() {
        assertThat(backends.view(List.of(RIGHT)))
                .containsExactly(new BackendView(
                        "right",
                        true,
                        0,
                        null,
                        List.of(new BackendView.Credential(0, null)),
                        new BackendView.Retries(0, 3),
                        List.of()));
    }

    private static void open(Breaker breaker) {
        for (int i = 0; i < BreakerCalls.QUICK.minimumCalls(); i++) {
            requireNonNull(breaker.enter(BreakerCalls.QUICK, PATIENT, false)).failed();
        }
    }
}
