// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.metering.Price;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Changes real files in every way that editors, shells and Kubernetes do. */
class ConfigWatcherIT {
    private static final String HEADGATE = "auth: none\nfiles: [routes.yaml, \"more/*.yaml\"]\n";
    private static final String DEMO = "backends: { d: { type: demo } }\nmodels: { m: { backend: d } }\n";

    /** What the listener heard: a snapshot, or problems. */
    private record News(@Nullable Snapshot snapshot, List<Problem> problems) {}

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private final BlockingQueue<News> news = new LinkedBlockingQueue<>();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private @Nullable ConfigWatcher watcher;

    @BeforeEach
    void prepare() throws IOException {
        Files.createDirectories(dir.resolve("conf"));
        Files.createDirectories(dir.resolve("more"));
        Files.writeString(dir.resolve("conf/headgate.yaml"), HEADGATE);
        Files.writeString(dir.resolve("routes.yaml"), routes("one"));
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stop() throws Exception {
        logger().detachAppender(log);
        if (watcher != null) {
            watcher.close().toCompletionStage().toCompletableFuture().get(5, SECONDS);
        }
        vertx.close().toCompletionStage().toCompletableFuture().get(5, SECONDS);
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(ConfigWatcher.class);
    }

    private static String routes(String name) {
        return DEMO + "routes: { " + name + ": { stable: m } }\n";
    }

    private ConfigWatcher watch() throws Exception {
        ConfigSources sources = new ConfigSources(dir.resolve("conf/headgate.yaml"), List.of(), Map.of());
        LoadResult result = ConfigLoader.load(sources);
        assertThat(result).isInstanceOf(LoadResult.Loaded.class);
        ConfigWatcher.Listener listener = new ConfigWatcher.Listener() {
            @Override
            public void accepted(Snapshot snapshot, List<Problem> warnings) {
                news.add(new News(snapshot, warnings));
            }

            @Override
            public void refused(List<Problem> problems) {
                news.add(new News(null, problems));
            }
        };
        watcher = ConfigWatcher.start(vertx, sources, (LoadResult.Loaded) result, listener)
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, SECONDS);
        return watcher;
    }

    private News next() throws InterruptedException {
        return requireNonNull(news.poll(10, SECONDS), "no news of the change");
    }

    private Snapshot accepted() throws InterruptedException {
        News heard = next();
        assertThat(heard.snapshot()).as("%s", heard.problems()).isNotNull();
        return requireNonNull(heard.snapshot());
    }

    private List<Problem> refused() throws InterruptedException {
        News heard = next();
        assertThat(heard.snapshot()).isNull();
        return heard.problems();
    }

    private void assertRuns(String route) {
        Snapshot running = requireNonNull(watcher).status().running();
        assertThat(running.routes().find(route)).isNotNull();
    }

    @Test
    void takes_a_changed_price_and_keeps_the_old_one_while_it_is_wrong() throws Exception {
        Path prices = dir.resolve("conf/prices.yaml");
        Files.writeString(dir.resolve("conf/headgate.yaml"), HEADGATE + "prices: conf/prices.yaml\n");
        Files.writeString(prices, "prices: [{ model: x, price: { input: 1 } }]\n");
        ConfigWatcher started = watch();
        Files.writeString(prices, "prices: [{ model: x, price: { input: -2 } }]\n");
        assertThat(refused()).extracting(Problem::file).containsExactly("conf/prices.yaml");
        assertThat(started.status().running().prices().price("x", Instant.now()))
                .extracting(Price::input)
                .isEqualTo(1_000_000_000L);
        Files.writeString(prices, "prices: [{ model: x, price: { input: 2 } }]\n");
        assertThat(accepted().prices().price("x", Instant.now()))
                .extracting(Price::input)
                .isEqualTo(2_000_000_000L);
    }

    @Test
    void takes_a_plain_write() throws Exception {
        watch();
        Files.writeString(dir.resolve("routes.yaml"), routes("two"));
        Snapshot snapshot = accepted();
        assertThat(snapshot.routes().find("two")).isNotNull();
        assertThat(snapshot.routes().find("one")).isNull();
        assertRuns("two");
    }

    @Test
    void takes_a_rename_over_the_file_even_if_it_is_older() throws Exception {
        Path other = Files.writeString(dir.resolve("routes.new"), routes("two"));
        Files.setLastModifiedTime(other, java.nio.file.attribute.FileTime.fromMillis(0));
        watch();
        Files.move(
                other, dir.resolve("routes.yaml"), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        assertThat(accepted().routes().find("two")).isNotNull();
    }

    @Test
    void takes_the_swap_of_a_config_map() throws Exception {
        Files.delete(dir.resolve("routes.yaml"));
        Files.createDirectories(dir.resolve("..v1"));
        Files.createDirectories(dir.resolve("..v2"));
        Files.writeString(dir.resolve("..v1/routes.yaml"), routes("one"));
        Files.writeString(dir.resolve("..v2/routes.yaml"), routes("two"));
        Files.createSymbolicLink(dir.resolve("..data"), Path.of("..v1"));
        Files.createSymbolicLink(dir.resolve("routes.yaml"), Path.of("..data/routes.yaml"));
        watch();
        Files.createSymbolicLink(dir.resolve("..data_tmp"), Path.of("..v2"));
        Files.move(
                dir.resolve("..data_tmp"),
                dir.resolve("..data"),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
        assertThat(accepted().routes().find("two")).isNotNull();
    }

    @Test
    void keeps_the_old_routes_while_the_file_is_gone_and_takes_the_new_file() throws Exception {
        watch();
        Files.delete(dir.resolve("routes.yaml"));
        assertThat(refused()).extracting(Problem::code).contains("F001");
        assertRuns("one");
        Files.writeString(dir.resolve("routes.yaml"), routes("two"));
        assertThat(accepted().routes().find("two")).isNotNull();
    }

    @Test
    void keeps_the_old_file_when_the_new_one_is_empty_broken_or_wrong() throws Exception {
        watch();
        Snapshot first = requireNonNull(watcher).status().running();
        for (String bad : List.of("", "routes: [", DEMO + "routes: { two: { stable: n } }\n")) {
            Files.writeString(dir.resolve("routes.yaml"), bad);
            assertThat(refused()).isNotEmpty();
            assertThat(requireNonNull(watcher).status().running()).isSameAs(first);
            assertThat(requireNonNull(watcher).status().refused()).isTrue();
        }
        Files.writeString(dir.resolve("routes.yaml"), routes("one"));
        assertThat(accepted()).isSameAs(first);
        assertThat(requireNonNull(watcher).status().refused()).isFalse();
        assertThat(log.list).hasSize(4);
        assertThat(log.list.getFirst().getFormattedMessage())
                .contains("error[Y002]")
                .endsWith("Running configuration (revision " + first.revision() + ") is unchanged.");
    }

    @Test
    void says_the_same_problem_once() throws Exception {
        ConfigWatcher watching = watch();
        String wrong = DEMO + "routes: { two: { stable: n } }\n";
        Files.writeString(dir.resolve("routes.yaml"), wrong);
        refused();
        Files.writeString(dir.resolve("routes.yaml"), wrong + "# as wrong as before\n");
        Files.writeString(dir.resolve("conf/headgate.yaml"), HEADGATE + "# a sign that both were read\n");
        long deadline = System.nanoTime() + SECONDS.toNanos(10);
        while (!watching.status().restartNeeded() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        Files.writeString(dir.resolve("routes.yaml"), routes("two"));
        accepted();
        assertThat(log.list)
                .extracting(e -> e.getFormattedMessage().lines().findFirst().orElse(""))
                .containsExactly(
                        "configuration refused",
                        "conf/headgate.yaml has changed; that needs a restart",
                        "configuration reloaded, revision "
                                + watching.status().running().revision());
    }

    @Test
    void finds_a_new_fragment_and_loses_a_deleted_one() throws Exception {
        watch();
        Files.writeString(dir.resolve("more/a.yaml"), "routes: { extra: { stable: m } }\n");
        assertThat(accepted().routes().find("extra")).isNotNull();
        Files.writeString(dir.resolve("more/a.yaml"), "routes: { extra2: { stable: m } }\n");
        assertThat(accepted().routes().find("extra2")).isNotNull();
        Files.delete(dir.resolve("more/a.yaml"));
        Snapshot snapshot = accepted();
        assertThat(snapshot.routes().find("extra2")).isNull();
        assertThat(snapshot.routes().find("one")).isNotNull();
    }

    @Test
    void rotates_a_secret_that_lies_in_a_file() throws Exception {
        Path secret = Files.writeString(dir.resolve("key"), "old\n");
        String backend = "backends: { d: { baseUrl: \"http://localhost:1/v1\", apiKeys: [file:%s], optional: true } }\n"
                .formatted(secret);
        Files.writeString(dir.resolve("routes.yaml"), backend);
        watch();
        Files.writeString(secret, "new\n");
        Snapshot rotated = accepted();
        assertThat(requireNonNull(rotated.backends().get("d")).keys().getFirst().reveal())
                .isEqualTo("new");
        Files.delete(secret);
        assertThat(requireNonNull(accepted().backends().get("d")).isOn()).isFalse();
        Files.writeString(secret, "again");
        assertThat(requireNonNull(accepted().backends().get("d")).isOn()).isTrue();
    }

    @Test
    void reads_a_certificate_authority_again() throws Exception {
        Path ca = Files.writeString(dir.resolve("ca.pem"), "-----BEGIN CERTIFICATE-----\nold\n");
        Files.writeString(
                dir.resolve("routes.yaml"),
                "backends: { d: { baseUrl: \"https://localhost:1/v1\", auth: none, tls: { ca: file:%s } } }\n"
                        .formatted(ca));
        watch();
        Files.writeString(ca, "-----BEGIN CERTIFICATE-----\nnew\n");
        assertThat(requireNonNull(accepted().backends().get("d")).ca()).contains("new");
    }

    @Test
    void says_that_the_static_file_needs_a_restart() throws Exception {
        ConfigWatcher watching = watch();
        Files.writeString(dir.resolve("routes.yaml"), routes("two"));
        accepted();
        Files.writeString(dir.resolve("conf/headgate.yaml"), HEADGATE + "server: { maxBody: 1MB }\n");
        Files.writeString(dir.resolve("routes.yaml"), routes("three"));
        accepted();
        assertThat(watching.status().restartNeeded()).isTrue();
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .contains("conf/headgate.yaml has changed; that needs a restart");
    }

    @Test
    void never_reads_a_deleted_file_from_the_class_path() throws Exception {
        Path onClassPath = Path.of("dev/headgate/config/ConfigWatcher.class");
        assertThat(getClass().getClassLoader().getResource(onClassPath.toString()))
                .isNotNull();
        Files.writeString(dir.resolve("conf/headgate.yaml"), "auth: none\nfiles: [" + onClassPath + "]\n");
        Files.createDirectories(requireNonNull(dir.resolve(onClassPath).getParent()));
        Files.writeString(dir.resolve(onClassPath), routes("one"));
        watch();
        Files.delete(dir.resolve(onClassPath));
        assertThat(refused()).extracting(Problem::code).containsExactly("F001");
    }

    @Test
    void hears_nothing_more_once_closed() throws Exception {
        ConfigWatcher first = watch();
        first.close().toCompletionStage().toCompletableFuture().get(5, SECONDS);
        ConfigWatcher second = watch();
        Files.writeString(dir.resolve("routes.yaml"), routes("two"));
        accepted();
        assertThat(second.status().running().routes().find("two")).isNotNull();
        assertThat(first.status().running().routes().find("two")).isNull();
    }
}
