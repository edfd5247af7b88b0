// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static dev.headgate.testkit.GatewayFixture.eventually;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.headgate.auth.KeyFormat;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayProcess;
import dev.headgate.testkit.Received;
import dev.headgate.testkit.RedisServer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Limits hold exactly over three gateway processes that share one Redis, for closed-loop clients of all three. Each test has a tenant
 * with one limit and an upstream of its own. Bounds are judged by the wall clock of this machine, which is Redis' clock too.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class ProcessExactnessContract {
    private static final int PROCESSES = 3;
    private static final int CLIENTS = 24;

    private static final int BUDGETED_CALLS = 300;
    private static final long NANO_DOLLARS_A_CALL = 1_000_000;
    private static final int REQUESTS_A_MINUTE = 1_200;
    private static final int REQUESTS_AT_ONCE = 40;
    private static final int TOKENS_A_MINUTE = 60_000;
    private static final int TOKENS_AT_ONCE = 2_000;
    private static final int PLACES = 10;

    /** At noon: no window ends while the tests run. */
    private final ZoneOffset zone =
            ZoneOffset.ofHours(12 - LocalTime.now(ZoneOffset.UTC).getHour());

    private static final Map<String, String> LIMITS = Map.of(
            "money", "{ usdPerDay: %s }".formatted(BUDGETED_CALLS * NANO_DOLLARS_A_CALL / 1e9),
            "requests",
                    "{ requestsPerMinute: { limit: %d, burst: %d } }".formatted(REQUESTS_A_MINUTE, REQUESTS_AT_ONCE),
            "tokens",
                    "{ tokensPerMinute: { limit: %d, burst: %d } }, { tokensPerDay: 100M }"
                            .formatted(TOKENS_A_MINUTE, TOKENS_AT_ONCE),
            "places", "{ concurrency: %d }".formatted(PLACES),
            "warm", "{ concurrency: 1000 }");

    private final Map<String, FakeUpstream> upstreams = Map.of(
            "warm", FakeUpstream.start(),
            "money", FakeUpstream.start(),
            "requests", FakeUpstream.start(),
            "tokens", FakeUpstream.start(),
            "places", FakeUpstream.start());
    private final List<GatewayProcess> processes = new ArrayList<>();

    abstract RedisServer server();

    @BeforeAll
    void startAll(@TempDir Path dir) {
        String settings =
                "auth: keys\nstate: { store: redis, url: env:REDIS_URL, timeout: 10s, dir: data }\nserver: { exposeHeaders: true }\n";
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(GatewayProcess.start(
                    dir.resolve("gateway-" + i), settings, routes(), Map.of("REDIS_URL", server().url())));
        }
        processes.forEach(GatewayProcess::awaitReady);
        // A call that finds no connection to Redis yet is decided alone, which is not what is shown here.
        eventually(
                "connected to Redis",
                () -> crowd("warm").untilAsked(3 * CLIENTS).stream().noneMatch(Crowd.Told::local));
    }

    @AfterAll
    void stopAll() {
        processes.forEach(GatewayProcess::close);
        upstreams.values().forEach(FakeUpstream::close);
        server().close();
    }

    @Test
    void a_budget_admits_the_calls_that_it_pays_for_and_none_more() {
        List<Crowd.Told> told = crowd("money").untilAsked(3 * BUDGETED_CALLS);

        assertThat(admitted(told)).hasSize(BUDGETED_CALLS);
        assertThat(upstream("money").requests()).hasSize(BUDGETED_CALLS);
        assertThat(told.stream().filter(one -> one.status() != 200 && !one.shed()))
                .allSatisfy(refused -> {
                    assertThat(refused.status()).isEqualTo(429);
                    assertThat(refused.body()).contains("\"code\":\"insufficient_quota\"");
                });
        assertThat(perProcess("money")).as("every process admitted some").allMatch(count -> count > 0);
        eventually(
                "settled at what was spent",
                () -> used("money", "usdPerDay").equals("" + BUDGETED_CALLS * NANO_DOLLARS_A_CALL));
        assertOneRecordEach("money", told);
    }

    @Test
    void requests_pass_as_fast_as_burst_and_rate_allow_in_every_interval() {
        List<Crowd.Told> told = crowd("requests").untilAsked(2_000);

        assertThat(admitted(told).size()).isGreaterThanOrEqualTo(REQUESTS_AT_ONCE);
        assertThat(refused(told)).isNotEmpty();
        assertWithin(admitted(told), 1, REQUESTS_AT_ONCE, REQUESTS_A_MINUTE);
        assertThat(upstream("requests").requests()).hasSize(admitted(told).size());
        assertOneRecordEach("requests", told);
    }

    @Test
    void tokens_that_were_reserved_too_many_come_back_and_no_more_are_used_than_allowed() {
        upstream("tokens").always(Behaviour.chat("word ".repeat(20).strip()));
        long each = 31;
        List<Crowd.Told> told = crowd("tokens").untilAsked(1_500);

        assertThat(refused(told)).isNotEmpty();
        assertThat(admitted(told)).allSatisfy(one -> assertThat(one.body()).contains("\"total_tokens\":" + each));
        assertThat(admitted(told).size() * each)
                .as("more than if nothing came back")
                .isGreaterThan(TOKENS_AT_ONCE / 4);
        assertWithin(admitted(told), each, TOKENS_AT_ONCE, TOKENS_A_MINUTE);
        eventually(
                "what was settled is what the backend counted",
                () -> used("tokens", "tokensPerDay")
                        .equals("" + upstream("tokens").requests().size() * each));
        assertOneRecordEach("tokens", told);
    }

    @Test
    void so_many_calls_run_at_once_as_there_are_places() {
        upstream("places").always(Behaviour.chat("ok").after(Duration.ofMillis(150)));
        List<Crowd.Told> told = crowd("places").untilServed(8 * PLACES);

        assertThat(refused(told))
                .isNotEmpty()
                .allMatch(one -> one.body().contains("\"code\":\"concurrency_limit_exceeded\""));
        assertThat(mostAtOnce(upstream("places").requests())).isEqualTo(PLACES);
        eventually(
                "no place is taken",
                () -> server().command("ZCARD hg:{places}:tenant/concurrency").equals(":0"));
        assertOneRecordEach("places", told);
    }

    /** Whether it holds in every interval that begins with a request and ends with an answer. */
    private static void assertWithin(List<Crowd.Told> admitted, long each, long burst, long perMinute) {
        List<Crowd.Told> byAnswer = admitted.stream()
                .sorted(Comparator.comparingLong(Crowd.Told::answeredMicros))
                .toList();
        for (Crowd.Told first : admitted) {
            long used = 0;
            for (Crowd.Told last : byAnswer) {
                if (last.sentMicros() >= first.sentMicros()) {
                    used += each;
                    long micros = last.answeredMicros() - first.sentMicros();
                    assertThat((used - burst) * 60_000_000)
                            .as("%d within %d us", used, micros)
                            .isLessThanOrEqualTo(perMinute * micros);
                }
            }
        }
    }

    /** As the upstream saw it, by what came in and what was sent out. */
    private static int mostAtOnce(List<Received> all) {
        record Change(long nanos, int by) {}
        List<Change> changes = all.stream()
                .flatMap(one -> Stream.of(new Change(one.arrivedNanos(), 1), new Change(one.closedNanos(), -1)))
                .sorted(Comparator.comparingLong(Change::nanos))
                .toList();
        int running = 0;
        int most = 0;
        for (Change change : changes) {
            running += change.by;
            most = Math.max(most, running);
        }
        return most;
    }

    private void assertOneRecordEach(String tenant, List<Crowd.Told> told) {
        assertThat(told).as("decided by Redis").noneMatch(Crowd.Told::local);
        eventually("a record of every call", () -> records(tenant).size() >= told.size());
        assertThat(records(tenant))
                .hasSize(told.size())
                .extracting(line -> line.path("call").asText())
                .doesNotHaveDuplicates();
    }

    private List<JsonNode> records(String tenant) {
        return processes.stream()
                .flatMap(process -> process.accessLines(tenant).stream())
                .toList();
    }

    private List<Long> perProcess(String tenant) {
        return processes.stream()
                .map(process -> process.accessLines(tenant).stream()
                        .filter(line -> line.path("status").asInt() == 200)
                        .count())
                .toList();
    }

    private static List<Crowd.Told> admitted(List<Crowd.Told> told) {
        return told.stream().filter(one -> one.status() == 200).toList();
    }

    private static List<Crowd.Told> refused(List<Crowd.Told> told) {
        return told.stream().filter(one -> one.status() == 429).toList();
    }

    private String used(String tenant, String kind) {
        return server().command("GET hg:{" + tenant + "}:tenant/" + kind + "@" + LocalDate.now(zone));
    }

    private Crowd crowd(String tenant) {
        return new Crowd(processes.stream().map(GatewayProcess::baseUrl).toList(), CLIENTS, key(tenant), tenant);
    }

    private FakeUpstream upstream(String tenant) {
        return requireNonNull(upstreams.get(tenant));
    }

    private static String key(String tenant) {
        return KeyFormat.create(new Random(tenant.hashCode()));
    }

    private String routes() {
        StringBuilder backends = new StringBuilder("version: 1\nbackends:\n");
        StringBuilder models = new StringBuilder("models:\n");
        StringBuilder routes = new StringBuilder("routes:\n");
        StringBuilder tenants = new StringBuilder("tenants:\n");
        upstreams.forEach((name, upstream) -> {
            backends.append("  %s: { baseUrl: \"%s\", auth: none }\n".formatted(name, upstream.baseUrl()));
            models.append(
                    "  %s: { backend: %s, price: { input: 0, output: 0, perRequest: 0.001 } }\n".formatted(name, name));
            routes.append("  %s: { stable: %s }\n".formatted(name, name));
            tenants.append(
                    "  %s: { timeZone: \"%s\", limits: [%s], keys: { web: { sha256: [\"%s\"], priority: critical } } }\n"
                            .formatted(name, zone, LIMITS.get(name), KeyFormat.digest(key(name))));
        });
        return "" + backends + models + routes + tenants;
    }
}
