// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Locale;

/** {@code bench/reloads}: changes the routes 200 times under load, each time as soon as the change before it serves. Fails if a request
 * fails or if that takes more than 60 s. */
final class Reloads {
    private static final int RELOADS = 200;
    private static final int LIMIT_SECONDS = 60;
    private static final Duration SLICE = Duration.ofMillis(20);
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private Reloads() {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(System.getProperty("bench.home"));
        System.exit(run(home, String.join(" ", args)) ? 0 : 1);
    }

    private static boolean run(Path home, String jvm) throws IOException {
        Path dir = Files.createDirectories(home.resolve("target/bench"));
        try (Child upstream = Child.java("upstream", Child.freePort(), Upstream.class, "-Xmx64m", "-XX:+UseSerialGC");
                Headgate headgate = Headgate.start("headgate", home, dir, upstream.port(), upstream.port(), jvm);
                SmallCalls small = new SmallCalls(headgate.process.port(), headgate.key);
                Load load = load(headgate)) {
            load.open(20);
            load.run(Duration.ofSeconds(10));
            small.reset();
            Admin admin = new Admin(headgate.adminPort);
            Load.Result all = new Load.Result();
            long began = System.nanoTime();
            for (int i = 1; i <= RELOADS; i++) {
                String before = admin.revision();
                write(headgate, upstream.port(), i);
                long written = System.nanoTime();
                do {
                    all.add(load.run(SLICE));
                    if (System.nanoTime() - written > PATIENCE.toNanos()) {
                        throw new IllegalStateException("write " + i + " was not taken within " + PATIENCE);
                    }
                } while (admin.revision().equals(before));
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            System.out.printf(
                    Locale.ROOT,
                    "reloads: %d in %.1f s (limit %d)%nstreams: %,d ended, failed %d (%s)%nsmall calls: p50 %.1f ms, p99 %.1f ms, failed %d (%s)%n",
                    RELOADS,
                    seconds,
                    LIMIT_SECONDS,
                    all.answers,
                    all.failures,
                    all.firstFailure,
                    small.millis(0.5),
                    small.millis(0.99),
                    small.failures(),
                    small.firstFailure());
            return all.failures == 0 && small.failures() == 0 && seconds <= LIMIT_SECONDS && all.answers > 0;
        }
    }

    private static Load load(Headgate headgate) {
        byte[] stream = Requests.stream(headgate.key, 50, 5, 600);
        return new Load(headgate.process.port(), number -> stream, true);
    }

    /** By renaming, so that nobody can read half a file. */
    private static void write(Headgate headgate, int upstream, int number) throws IOException {
        Path next = headgate.routes.resolveSibling("routes.next");
        Files.writeString(next, Headgate.routes(upstream, upstream, headgate.key, "write-" + number));
        Files.move(next, headgate.routes, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
