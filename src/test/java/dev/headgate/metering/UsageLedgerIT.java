// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.metering.UsageLedger.Report;
import dev.headgate.store.local.LocalUsageJournal;
import dev.headgate.store.redis.RedisStores;
import dev.headgate.testkit.RedisServer;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What several processes know of usage together, with journals on disk and a real Redis. */
final class UsageLedgerIT {
    private static final RedisServer REDIS = RedisServer.start();
    private final LocalDate today = LocalDate.now(ZoneOffset.UTC);
    private static final int LONG_AGO = 40;

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final RedisStores redis = RedisStores.open(vertx, REDIS.url(), Duration.ofSeconds(5));
    private final List<LocalUsageJournal> journals = new ArrayList<>();

    @AfterEach
    void close() {
        journals.forEach(journal -> await(journal.close()));
        await(redis.close());
        await(vertx.close());
        REDIS.command("FLUSHALL");
    }

    @Test
    void adds_up_what_all_processes_have_counted_however_often_they_tell_it() {
        Node one = node("one");
        Node two = node("two");
        one.count("acme", 1, "big", 10);
        two.count("acme", 1, "big", 5);
        two.count("beta", 0, "small", 1);
        for (int i = 0; i < 3; i++) {
            await(one.ledger.publish());
            await(two.ledger.publish());
        }
        two.count("acme", 1, "big", 2);

        assertThat(seen(one)).containsExactly("acme 1 big 15", "beta 0 small 1");
        assertThat(seen(two)).as("its own calls at once").containsExactly("acme 1 big 17", "beta 0 small 1");
        await(two.ledger.publish());
        assertThat(seen(one)).containsExactly("acme 1 big 17", "beta 0 small 1");
    }

    @Test
    void a_store_that_was_emptied_is_told_everything_again() {
        Node one = node("one");
        Node two = node("two");
        one.count("acme", LONG_AGO, "big", 10);
        one.count("acme", 1, "big", 3);
        await(one.ledger.publish());
        REDIS.command("FLUSHALL");
        assertThat(seen(two)).isEmpty();

        await(one.ledger.publish());

        assertThat(seen(two)).containsExactly("acme 1 big 3", "acme 40 big 10");
    }

    @Test
    void a_process_that_lost_its_disk_does_not_replace_what_it_had_told() throws IOException {
        Node one = node("one");
        one.count("acme", 1, "big", 10);
        await(one.ledger.publish());
        await(one.journal.close());
        try (var files = Files.walk(dir.resolve("one"))) {
            files.sorted((a, b) -> b.compareTo(a)).forEach(file -> file.toFile().delete());
        }

        Node again = node("one");
        again.count("acme", 1, "big", 1);
        await(again.ledger.publish());

        assertThat(seen(again)).containsExactly("acme 1 big 11");
    }

    @Test
    void a_process_that_starts_again_counts_once() {
        Node one = node("one");
        one.count("acme", 1, "big", 10);
        await(one.ledger.publish());
        await(one.journal.close());

        Node again = node("one");
        again.count("acme", 1, "big", 1);
        assertThat(seen(again)).containsExactly("acme 1 big 11");
        await(again.ledger.publish());
        assertThat(seen(node("two"))).containsExactly("acme 1 big 11");
    }

    @Test
    void says_that_only_its_own_calls_are_known_while_the_store_is_away() {
        RedisStores nowhere = RedisStores.open(vertx, "redis://127.0.0.1:1", Duration.ofMillis(200));
        Node alone = node("one", nowhere.usage());
        alone.count("acme", 1, "big", 10);

        assertThat(alone.ledger.publish().transform(told -> Future.succeededFuture(told.failed())))
                .satisfies(failed -> assertThat(await(failed)).isTrue());
        Report report = report(alone, null);
        assertThat(report.missing()).contains("the shared store does not answer");
        assertThat(report.rows()).hasSize(1);
        await(nowhere.close());
    }

    @Test
    void says_so_as_well_for_more_tenants_than_a_stack_has_frames() {
        RedisStores nowhere = RedisStores.open(vertx, "redis://127.0.0.1:1", Duration.ofMillis(200));
        Node alone = node("one", nowhere.usage());
        List<String> tenants =
                IntStream.range(0, 5_000).mapToObj(i -> "tenant-" + i).toList();

        Report report = await(alone.ledger.report(tenants, null, today.minusDays(90), today));

        assertThat(report.missing()).contains("the shared store does not answer");
        await(nowhere.close());
    }

    @Test
    void without_a_store_its_own_calls_are_all() {
        Node alone = node("one", null);
        alone.count("acme", 1, "big", 10);
        alone.count("acme", -1, "big", 10);
        await(alone.ledger.publish());

        assertThat(seen(alone)).containsExactly("acme 1 big 10");
        assertThat(report(alone, null).missing()).isNull();
    }

    @Test
    void tells_of_one_tenant_if_only_one_is_asked_for() {
        Node one = node("one");
        one.count("acme", 1, "big", 10);
        one.count("beta", 1, "big", 10);
        await(one.ledger.publish());

        assertThat(report(one, "beta").rows()).hasSize(1);
        assertThat(report(node("two"), "beta").rows())
                .extracting(row -> row.label().origin().tenant())
                .containsExactly("beta");
    }

    private Node node(String name) {
        return node(name, redis.usage());
    }

    private Node node(String name, @Nullable UsageStore store) {
        LocalUsageJournal journal = new LocalUsageJournal(vertx, dir.resolve(name), LocalUsageJournal.Options.DEFAULT);
        journals.add(journal);
        return new Node(journal, new UsageLedger(journal, store, InstantSource.system()), today);
    }

    private record Node(LocalUsageJournal journal, UsageLedger ledger, LocalDate today) {
        void count(String tenant, int daysAgo, String model, long requests) {
            journal.count(
                    new UsageOrigin(
                            tenant, "we\"b", "chat/*", today.minusDays(daysAgo).toString()),
                    List.of(new UsagePart(model, new UsageSum(requests, 20, 3, 40, 5, 6_000, 0, 1))));
        }
    }

    private Report report(Node node, @Nullable String only) {
        return await(node.ledger.report(List.of("acme", "beta"), only, today.minusDays(60), today));
    }

    private List<String> seen(Node node) {
        return report(node, null).rows().stream()
                .collect(Collectors.groupingBy(
                        row -> row.label().origin().tenant() + " "
                                + ChronoUnit.DAYS.between(
                                        LocalDate.parse(row.label().origin().day()), today) + " "
                                + row.label().model(),
                        TreeMap::new,
                        Collectors.summingLong(row -> row.sum().requests())))
                .entrySet()
                .stream()
                .map(entry -> entry.getKey() + " " + entry.getValue())
                .toList();
    }
}
