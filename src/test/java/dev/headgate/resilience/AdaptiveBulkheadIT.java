// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Backend;
import dev.headgate.call.Call;
import dev.headgate.call.Ending;
import dev.headgate.call.Reply;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.testkit.CrowdedUpstream;
import dev.headgate.upstream.Exchange;
import dev.headgate.upstream.HttpTransport;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The attempt chain's bulkhead before a real backend that queues what it cannot serve at once, and that loses half its workers. */
final class AdaptiveBulkheadIT {
    private static final Duration SERVICE = Duration.ofMillis(50);
    private static final int WORKERS = 32;
    /** 70 % of what all workers carry, so that half of them are too few. */
    private static final double CALLS_PER_MILLI = 0.7 * WORKERS / 50;

    /** Seconds until connections are open and the code is compiled. */
    private static final int WARM_UP = 3;
    /** Seconds after which the queue of a backend that is not protected would be long. */
    private static final int SETTLE = 3;

    private final Vertx vertx = Vertx.vertx();
    private final Context loop = vertx.getOrCreateContext();
    private final Bulkhead bulkhead = new Bulkhead();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void keeps_the_p99_of_admitted_calls_within_twice_what_it_was_when_the_backend_halves() {
        try (CrowdedUpstream upstream = CrowdedUpstream.start(WORKERS, SERVICE)) {
            Load load = new Load(upstream);
            load.p99After(WARM_UP);
            double before = load.p99After(2);
            upstream.workers(WORKERS / 2);
            long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
            load.p99After(SETTLE);
            double after = load.p99After(1);
            while (after > 2 * before && System.nanoTime() < until) {
                after = load.p99After(1);
            }
            assertThat(after).isLessThanOrEqualTo(2 * before);
            assertThat(load.refused.get()).isPositive();
            load.stop();
        }
    }

    /** Calls at random times with a given mean rate, whatever becomes of them; confined to the event loop. */
    private final class Load {
        private final CrowdedUpstream upstream;
        private final Stage.Next chain;
        private final Random random = new Random(11);
        private List<Double> latencies = new ArrayList<>();
        private double dueMillis;
        private boolean stopped;
        private int running;
        private final AtomicInteger refused = new AtomicInteger();

        Load(CrowdedUpstream upstream) {
            this.upstream = upstream;
            Stage.Next exchange = new Exchange(Map.of(Backend.Dialect.OPENAI, new HttpTransport(vertx)));
            this.chain = Pipeline.link(List.of(new BulkheadStage(backend -> bulkhead)), call -> timed(call, exchange));
            loop.runOnContext(v -> {
                dueMillis = millis();
                vertx.setPeriodic(2, id -> arrive());
            });
        }

        /** Milliseconds from a slot to the answer that all but a hundredth of the calls of the next seconds take. */
        double p99After(int seconds) {
            Promise<Double> measured = Promise.promise();
            loop.runOnContext(v -> {
                latencies = new ArrayList<>();
                vertx.setTimer(seconds * 1_000L, id -> {
                    Collections.sort(latencies);
                    measured.complete(latencies.get((int) (latencies.size() * 0.99)));
                });
            });
            return await(measured.future());
        }

        void stop() {
            Promise<Void> idle = Promise.promise();
            loop.runOnContext(v -> {
                stopped = true;
                vertx.setPeriodic(10, id -> {
                    if (running == 0) {
                        vertx.cancelTimer(id);
                        idle.complete();
                    }
                });
            });
            await(idle.future());
            assertThat(bulkhead.inUse()).isZero();
            assertThat(bulkhead.waiting()).isZero();
        }

        private void arrive() {
            for (; dueMillis < millis() && !stopped; dueMillis -= Math.log(1 - random.nextDouble()) / CALLS_PER_MILLI) {
                running++;
                chain.proceed(BulkheadCalls.call(upstream.baseUrl(), BulkheadCalls.adaptive()))
                        .onComplete(result -> {
                            running--;
                            if (result.succeeded()) {
                                result.result().ended(Ending.COMPLETE);
                            } else {
                                refused.incrementAndGet();
                            }
                        });
            }
        }

        private Future<Reply> timed(Call call, Stage.Next exchange) {
            double began = millis();
            return exchange.proceed(call).onSuccess(reply -> latencies.add(millis() - began));
        }

        private static double millis() {
            return System.nanoTime() / 1e6;
        }
    }
}
