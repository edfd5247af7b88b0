// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static dev.headgate.store.local.UsageBookTest.ORIGIN;
import static dev.headgate.store.local.UsageBookTest.begin;
import static dev.headgate.store.local.UsageBookTest.settle;
import static dev.headgate.store.local.UsageBookTest.sum;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Rows;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.metering.UsagePart;
import dev.headgate.store.local.LocalUsageJournal.Options;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a journal says of calls by their rows, and that it is the same as what it says by counters. */
final class UsageRowsIT {
    private static final Options SMALL = new Options(Duration.ofMillis(5), 4_000, 20_000);

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final FillingDisk disk = new FillingDisk();
    private @Nullable LocalUsageJournal journal;

    private LocalUsageJournal open(Options options) {
        LocalUsageJournal opened =
                new LocalUsageJournal(vertx, dir, options, () -> Instant.ofEpochSecond(1_800_000_000), disk);
        journal = opened;
        return opened;
    }

    private LocalUsageJournal reopen(Options options) {
        if (journal != null) {
            await(journal.close());
        }
        return open(options);
    }

    @AfterEach
    void close() {
        if (journal != null) {
            await(journal.close());
        }
        await(vertx.close());
    }

    @Test
    void keeps_rows_over_restarts_and_rewrites() {
        Options rewriting = new Options(Duration.ofMillis(5), 4_000, 1 << 30);
        LocalUsageJournal small = open(rewriting);
        String id = await(small.id());
        for (int i = 0; i < 300; i++) {
            small.count(ORIGIN, List.of(new UsagePart("m" + i % 3, sum(3, 1L))));
            await(small.begin(begin("a" + i, 100, 50L)));
            await(small.settle(settle("a" + i, 6, 1L)));
            if (i % 2 == 0) {
                await(small.confirm("a" + i));
            }
            if (i % 10 == 0) {
                await(small.check());
            }
        }
        assertThat(rowTokens(small)).isEqualTo(300 * 3 + 300 * 6);
        LocalUsageJournal again = reopen(rewriting);

        assertThat(rowTokens(again)).isEqualTo(300 * 3 + 300 * 6);
        assertThat(await(again.rows("")).rows())
                .extracting(row -> row.label().model())
                .containsExactlyInAnyOrder("m", "m0", "m1", "m2");
        assertThat(await(again.id())).isEqualTo(id);
    }

    @Test
    void a_correction_outlives_the_process() {
        LocalUsageJournal first = open(Options.DEFAULT);
        await(first.begin(begin("a", 100, 50L)));
        await(first.settle(settle("a", 30, 20L)));
        await(first.adjust(new Total(
                "acme",
                new Charge("tenant/tokensPerDay", Counted.TOKENS, "2027-01-15", 1_800_000_000_000_000L),
                -10,
                0)));

        assertThat(tokens(reopen(Options.DEFAULT))).isEqualTo(20);
        assertThat(tokens(reopen(Options.DEFAULT))).isEqualTo(20);
        assertThat(rowTokens(requireNonNull(journal)))
                .as("what was used stays used")
                .isEqualTo(30);
    }

    @Test
    void what_is_counted_waits_for_a_full_disk_and_takes_no_more_room_than_its_rows() {
        LocalUsageJournal filling = open(SMALL);
        await(filling.check());
        disk.room.set(0);
        for (int i = 0; i < 1_000; i++) {
            filling.count(ORIGIN, List.of(new UsagePart("m", sum(3, 1L))));
        }
        Rows seen = await(filling.rows(""));
        assertThat(seen.fault()).contains("No space left on device");
        assertThat(seen.rows()).extracting(row -> row.sum().requests()).containsExactly(1_000L);

        disk.room.set(Long.MAX_VALUE);
        await(filling.check());
        assertThat(await(filling.rows("")).fault()).isNull();
        assertThat(await(reopen(SMALL).rows("")).rows())
                .extracting(row -> row.sum().requests())
                .containsExactly(1_000L);
        assertThat(text().lines().filter(line -> line.startsWith("[\"u\""))).hasSize(1);
    }

    @Test
    void counts_without_its_folder_and_writes_when_it_gets_it() {
        LocalUsageJournal holder = new LocalUsageJournal(vertx, dir, Options.DEFAULT);
        await(holder.check());
        LocalUsageJournal second = open(SMALL);
        second.count(ORIGIN, List.of(new UsagePart("m", sum(3, 1L))));
        assertThat(await(second.rows("")))
                .satisfies(seen -> assertThat(seen.fault()).contains("in use by another"))
                .satisfies(seen -> assertThat(seen.rows()).hasSize(1));

        await(holder.close());
        GatewayFixture.eventually("a row on the disk", () -> text().contains("[\"u\",\"acme\""));
        assertThat(await(second.rows("")).fault()).isNull();
    }

    @Test
    void writes_what_was_counted_just_before_its_end() {
        open(Options.DEFAULT).count(ORIGIN, List.of(new UsagePart("m", sum(3, 1L))));

        assertThat(rowTokens(reopen(Options.DEFAULT))).isEqualTo(3);
    }

    /** Kills a process in the middle of its work again and again, and takes what is left each time as its successor would. */
    @Test
    void rows_hold_what_counters_hold_after_any_number_of_kills() throws Exception {
        Random random = new Random(11);
        for (int round = 0; round < 4; round++) {
            kill(Worker.class, 100 + random.nextInt(400));
            LocalUsageJournal left = reopen(Options.DEFAULT);
            for (Pending dead : await(left.pending())) {
                if (dead.settlement() == null) {
                    await(left.settle(new Settlement(
                            dead.begin().id(),
                            1,
                            List.of(new UsagePart("", dead.begin().estimate())))));
                }
            }
            assertThat(rowTokens(left)).isPositive().isEqualTo(tokens(left));
            assertThat(await(left.rows("")).rows().stream()
                            .mapToLong(row -> row.sum().nanoDollars())
                            .sum())
                    .isEqualTo(await(left.totals()).stream()
                            .filter(total -> total.charge().counted() == Counted.MONEY)
                            .mapToLong(Total::used)
                            .sum());
            await(left.close());
            journal = null;
        }
    }

    private void kill(Class<?> main, int afterLines) throws Exception {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        main.getName(),
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        int lines = 0;
        try (BufferedReader in = writer.inputReader()) {
            while (in.readLine() != null) {
                if (++lines == afterLines) {
                    writer.destroyForcibly();
                }
            }
        } catch (IOException streamClosedByTheKill) {
            assertThat(lines).isGreaterThanOrEqualTo(afterLines);
        }
        assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();
    }

    private String text() {
        try {
            return Files.readString(file());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file() {
        return dir.resolve("usage").resolve(UsageLog.FILE);
    }

    private static long rowTokens(LocalUsageJournal journal) {
        return await(journal.rows("")).rows().stream()
                .mapToLong(row -> row.sum().tokens())
                .sum();
    }

    private static long tokens(LocalUsageJournal journal) {
        return await(journal.totals()).stream()
                .filter(total -> total.charge().counted() == Counted.TOKENS)
                .mapToLong(Total::used)
                .sum();
    }

    private static <T extends @Nullable Object> T await(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not done within twenty seconds", e);
        }
    }

    /** Begins calls, settles most of them at something else, by one model or by two, and confirms some. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] args) {
            LocalUsageJournal journal = new LocalUsageJournal(
                    Vertx.vertx(), Path.of(args[0]), new Options(Duration.ofMillis(5), 30_000, 1 << 30));
            await(journal.check());
            Random random = new Random();
            String run = Long.toHexString(random.nextLong());
            for (int i = 0; i < 1_000_000; i++) {
                String id = run + "-" + i;
                await(journal.begin(begin(id, random.nextInt(1_000), 50L)));
                if (random.nextInt(10) > 0) {
                    List<UsagePart> parts = random.nextBoolean()
                            ? List.of(new UsagePart("m", sum(random.nextInt(1_000), 7L)))
                            : List.of(
                                    new UsagePart("m", sum(random.nextInt(1_000), 7L)),
                                    new UsagePart("n", sum(random.nextInt(1_000), null)));
                    await(journal.settle(new Settlement(id, 1, parts)));
                    if (random.nextBoolean()) {
                        await(journal.confirm(id));
                    }
                }
                if (i % 10 == 0) {
                    await(journal.check());
                    System.out.println(id);
                }
            }
        }
    }
}
