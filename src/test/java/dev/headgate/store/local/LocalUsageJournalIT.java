// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static dev.headgate.store.local.UsageBookTest.begin;
import static dev.headgate.store.local.UsageBookTest.settle;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.metering.UsageJournal.Begin;
import dev.headgate.metering.UsageJournal.Counted;
import dev.headgate.metering.UsageJournal.Pending;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.store.local.LocalUsageJournal.Options;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalUsageJournalIT {
    private static final Options SMALL = new Options(Duration.ofMillis(5), 4_000, 20_000);

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final AtomicLong seconds = new AtomicLong(1_800_000_000);
    private final FillingDisk disk = new FillingDisk();
    private @Nullable LocalUsageJournal journal;

    private LocalUsageJournal open(Options options) {
        LocalUsageJournal opened =
                new LocalUsageJournal(vertx, dir, options, () -> Instant.ofEpochSecond(seconds.get()), disk);
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
    void remembers_across_a_restart_what_was_not_confirmed_and_the_sum_of_the_rest() {
        LocalUsageJournal first = open(Options.DEFAULT);
        for (String id : List.of("a", "b", "c")) {
            await(first.begin(begin(id, 100, 50L)));
        }
        await(first.settle(settle("a", 10, 5L)));
        await(first.confirm("a"));
        await(first.settle(settle("c", 30, 7L)));

        LocalUsageJournal second = reopen(Options.DEFAULT);

        assertThat(await(second.pending()))
                .containsExactly(
                        new Pending(begin("b", 100, 50L), null),
                        new Pending(begin("c", 100, 50L), settle("c", 30, 7L)));
        assertThat(tokens(second)).isEqualTo(10 + 100 + 30);
        assertThat(second.status().pending()).isEqualTo(2);
    }

    @Test
    void counts_a_replay_once() {
        LocalUsageJournal first = open(Options.DEFAULT);
        await(first.begin(begin("a", 100, 50L)));
        LocalUsageJournal second = reopen(Options.DEFAULT);
        for (int i = 0; i < 3; i++) {
            await(second.settle(settle("a", 100, 50L)));
            await(second.confirm("a"));
        }
        LocalUsageJournal third = reopen(Options.DEFAULT);
        await(third.settle(settle("a", 100, 50L)));

        assertThat(await(third.pending())).isEmpty();
        assertThat(tokens(third)).isEqualTo(100);
    }

    @Test
    void writes_by_itself_what_it_was_told() {
        LocalUsageJournal written = open(SMALL);
        await(written.begin(begin("a", 100, 50L)));

        GatewayFixture.eventually(
                "a line on the disk", () -> text().contains("[\"b\",\"a\",\"acme\",\"web\",\"chat\""));
    }

    @Test
    void writes_nothing_before_it_is_used() {
        assertThat(open(Options.DEFAULT).status().fault()).isNull();
        assertThat(dir.resolve("usage")).doesNotExist();
    }

    @Test
    void takes_records_of_several_threads_at_once() throws Exception {
        LocalUsageJournal shared = open(new Options(Duration.ofMillis(1), 30_000, 1 << 20));
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < 4; t++) {
            int thread = t;
            threads.add(Thread.ofPlatform().start(() -> {
                for (int i = 0; i < 500; i++) {
                    String id = thread + "-" + i;
                    await(shared.begin(begin(id, 100, 50L)));
                    await(shared.settle(settle(id, 7, 3L)));
                    if (i % 2 == 0) {
                        await(shared.confirm(id));
                    }
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        LocalUsageJournal again = reopen(Options.DEFAULT);

        assertThat(await(again.pending()))
                .hasSize(1_000)
                .allSatisfy(call -> assertThat(call.settlement()).isNotNull());
        assertThat(tokens(again)).isEqualTo(2_000 * 7);
    }

    @Test
    void replaces_its_file_by_a_shorter_one_when_it_grows_long() {
        LocalUsageJournal small = open(SMALL);
        for (int i = 0; i < 300; i++) {
            await(small.begin(begin("a" + i, 100, 50L)));
            await(small.settle(settle("a" + i, 1, 1L)));
            await(small.confirm("a" + i));
            if (i % 10 == 0) {
                await(small.check());
                assertThat(small.status().bytes()).isLessThan(8_000);
            }
        }
        assertThat(tokens(small)).isEqualTo(300);
        assertThat(tokens(reopen(SMALL))).isEqualTo(300);
    }

    @Test
    void refuses_calls_while_it_is_too_long_and_takes_them_again_when_old_ones_are_forgotten() {
        LocalUsageJournal crowded = open(SMALL);
        int calls = 0;
        while (crowded.status().fault() == null) {
            await(crowded.begin(begin("a" + calls++, 100, 50L)));
            await(crowded.pending());
        }

        assertThatThrownBy(() -> await(crowded.begin(begin("one-more", 1, 1L)))).hasMessageContaining("bytes");
        assertThatThrownBy(() -> await(crowded.check())).hasMessageContaining("at most 20000");
        assertThat(crowded.status().bytes()).isLessThan(21_000);

        seconds.addAndGet(Duration.ofDays(2).toSeconds() + 1);
        await(crowded.check());
        await(crowded.begin(begin("one-more", 1, 1L)));
        assertThat(await(crowded.pending())).hasSize(1);
    }

    @Test
    void refuses_calls_on_a_full_disk_and_loses_none_that_it_took() {
        LocalUsageJournal filling = open(Options.DEFAULT);
        await(filling.begin(begin("a", 100, 50L)));
        await(filling.check());
        disk.room.set(60);
        await(filling.begin(begin("b", 100, 50L)));

        assertThatThrownBy(() -> await(filling.check())).hasMessageContaining("No space left on device");
        assertThatThrownBy(() -> await(filling.begin(begin("c", 100, 50L)))).hasMessageContaining("takes no calls");
        await(filling.settle(settle("a", 10, 5L)));
        assertThat(filling.status().fault()).contains("No space left on device");
        assertThat(filling.status().waiting()).isEqualTo(2);

        disk.room.set(Long.MAX_VALUE);
        await(filling.check());
        await(filling.begin(begin("d", 1, 1L)));
        assertThat(filling.status().fault()).isNull();
        LocalUsageJournal again = reopen(Options.DEFAULT);

        assertThat(await(again.pending()))
                .containsExactly(
                        new Pending(begin("a", 100, 50L), settle("a", 10, 5L)),
                        new Pending(begin("b", 100, 50L), null),
                        new Pending(begin("d", 1, 1L), null));
    }

    @Test
    void does_not_say_that_a_full_disk_is_well_because_nothing_waits() {
        LocalUsageJournal filling = open(Options.EACH);
        await(filling.check());
        disk.room.set(0);

        assertThatThrownBy(() -> await(filling.begin(begin("a", 100, 50L)))).hasMessageContaining("No space left");
        assertThat(filling.status().waiting()).isZero();
        assertThatThrownBy(() -> await(filling.check())).hasMessageContaining("No space left");
        disk.room.set(Long.MAX_VALUE);
        await(filling.check());
        assertThat(await(filling.pending())).isEmpty();
    }

    @Test
    void answers_for_the_disk_if_every_record_is_to_be_synced() {
        LocalUsageJournal each = open(Options.EACH);
        await(each.begin(begin("a", 100, 50L)));
        disk.room.set(0);
        assertThatThrownBy(() -> await(each.settle(settle("a", 10, 5L)))).hasMessageContaining("No space left");

        disk.room.set(Long.MAX_VALUE);
        await(each.check());
        assertThat(tokens(reopen(Options.EACH))).isEqualTo(10);
    }

    @Test
    void stays_with_its_old_file_if_there_is_no_room_for_the_new_one() {
        LocalUsageJournal filling = open(SMALL);
        for (int i = 0; i < 20; i++) {
            await(filling.begin(begin("a" + i, 100, 50L)));
        }
        disk.room.set(0);
        assertThatThrownBy(() -> await(filling.check())).isInstanceOf(IOException.class);
        disk.room.set(5_500);
        assertThatThrownBy(() -> await(filling.check())).isInstanceOf(IOException.class);
        assertThat(dir.resolve("usage/usage.log.new")).doesNotExist();
        disk.room.set(Long.MAX_VALUE);
        await(filling.check());

        assertThat(await(reopen(SMALL).pending())).hasSize(20);
    }

    @Test
    void goes_on_behind_a_line_that_a_crash_tore() throws IOException {
        await(open(Options.DEFAULT).begin(begin("a", 100, 50L)));
        await(reopen(Options.DEFAULT).check());
        await(requireNonNull(journal).close());
        Files.writeString(file(), "[\"b\",\"torn\",\"ac", StandardOpenOption.APPEND);

        await(open(Options.DEFAULT).begin(begin("b", 100, 50L)));

        assertThat(await(reopen(Options.DEFAULT).pending()))
                .extracting(call -> call.begin().id())
                .containsExactly("a", "b");
    }

    @Test
    void says_what_is_in_the_way_of_its_directory() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "a file where the directory should be");
        LocalUsageJournal journal = new LocalUsageJournal(vertx, file, Options.DEFAULT);

        assertThatThrownBy(() -> await(journal.check()))
                .hasMessageContaining("state directory " + file.resolve("usage") + " cannot be written")
                .hasMessageContaining("state.dir");
    }

    @Test
    void lets_no_second_gateway_into_its_directory() {
        await(open(Options.DEFAULT).check());
        LocalUsageJournal second = new LocalUsageJournal(vertx, dir, Options.DEFAULT);

        assertThatThrownBy(() -> await(second.begin(begin("a", 1, 1L)))).hasMessageContaining("in use by another");
        assertThat(second.status().fault()).contains("in use by another");
    }

    @Test
    void takes_nothing_after_its_end() {
        LocalUsageJournal over = open(Options.DEFAULT);
        await(over.check());
        await(over.close());

        assertThatThrownBy(() -> await(over.begin(begin("a", 1, 1L)))).hasMessageContaining("closed");
        assertThatThrownBy(() -> await(over.settle(settle("a", 1, 1L)))).hasMessageContaining("closed");
        assertThatThrownBy(() -> await(over.check())).hasMessageContaining("closed");
    }

    @Test
    void loses_nothing_that_it_answered_for_before_it_was_killed() throws Exception {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Caller.class.getName(),
                        dir.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> answered = new ArrayList<>();
        try (BufferedReader lines = writer.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                answered.add(line);
                if (answered.size() == 200) {
                    writer.destroyForcibly();
                }
            }
        } catch (IOException streamClosedByTheKill) {
            assertThat(answered).hasSizeGreaterThanOrEqualTo(200);
        }
        assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();

        LocalUsageJournal left = open(Options.DEFAULT);
        List<Pending> pending = await(left.pending());
        assertThat(pending)
                .filteredOn(call -> call.settlement() != null)
                .extracting(call -> call.begin().id())
                .containsAll(answered);
        // Besides those there is at most the call that was under way.
        assertThat(pending.size() - answered.size()).isBetween(0, 2);
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

    /** Begins and settles calls as fast as it can and prints each one that the disk has, until it is killed. */
    static final class Caller {
        private Caller() {}

        public static void main(String[] args) {
            LocalUsageJournal journal = new LocalUsageJournal(Vertx.vertx(), Path.of(args[0]), Options.EACH);
            for (int i = 0; i < 1_000_000; i++) {
                String id = "call-" + i;
                Begin begun = begin(id, 100, 50L);
                await(journal.begin(begun));
                await(journal.settle(settle(id, 10, 5L)));
                System.out.println(id);
            }
        }
    }
}
