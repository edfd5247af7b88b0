// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.auth.KeyFormat;
import dev.headgate.bench.OpenLoad.Caller;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * {@code bench/shedding}: finds how many calls one event loop carries in a closed loop, then offers several times that in an open
 * loop, a tenth of it with a critical key. The demo backend answers, so that the loop itself is what is too slow. Fails if fewer than 99 % of the critical calls are served.
 */
final class Shedding {
    private static final double WANTED = 0.99;
    private static final int CONNECTIONS = 48;
    /** Length of an answer, which makes calls cost enough for a client beside them to send several times what is carried. */
    private static final int WORDS = 8_000;

    /** Nothing listens there, and nobody asks. */
    private static final int NO_PORT = 9;

    private Shedding() {}

    public static void main(String[] args) throws IOException {
        double times = args.length > 0 ? Double.parseDouble(args[0]) : 3;
        int seconds = args.length > 1 ? Integer.parseInt(args[1]) : 15;
        Path home = Path.of(System.getProperty("bench.home"));
        Path dir = Files.createDirectories(home.resolve("target/bench"));
        try (Headgate headgate = Headgate.start("headgate", home, dir, NO_PORT, NO_PORT, "-Dheadgate.eventLoops=1")) {
            System.exit(measure(headgate, times, seconds) ? 0 : 1);
        }
    }

    private static boolean measure(Headgate headgate, double times, int seconds) throws IOException {
        String critical = KeyFormat.create(new SecureRandom());
        String low = KeyFormat.create(new SecureRandom());
        takeKeys(headgate, """
                version: 1
                backends: { demo: { type: demo, demo: { words: %d } } }
                models: { lorem: { backend: demo, id: demo/lorem } }
                routes: { chat: { stable: lorem } }
                tenants:
                  bench: { keys: { web: { sha256: ["%s"] } } }
                  vip: { keys: { web: { sha256: ["%s"], priority: critical } } }
                  batch: { keys: { web: { sha256: ["%s"], priority: low } } }
                """.formatted(
                        WORDS, KeyFormat.digest(headgate.key), KeyFormat.digest(critical), KeyFormat.digest(low)));
        int port = headgate.process.port();
        double carried = carried(headgate);
        offer(port, callers(critical, headgate.key, low), times * carried, Duration.ofSeconds(5));
        List<Caller> callers = callers(critical, headgate.key, low);
        long cpu = ProcessFacts.cpuMicros(headgate.process.handle());
        offer(port, callers, times * carried, Duration.ofSeconds(seconds));
        cpu = ProcessFacts.cpuMicros(headgate.process.handle()) - cpu;
        return report(callers, carried, seconds, cpu);
    }

    private static void takeKeys(Headgate headgate, String routes) throws IOException {
        Admin admin = new Admin(headgate.adminPort);
        String before = admin.revision();
        Files.writeString(headgate.routes, routes);
        long until = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (admin.revision().equals(before)) {
            if (System.nanoTime() > until) {
                throw new IOException("the keys were not taken");
            }
        }
    }

    private static double carried(Headgate headgate) {
        byte[] request = Requests.unary(headgate.key);
        try (Load load = new Load(headgate.process.port(), n -> request, false)) {
            load.open(CONNECTIONS);
            load.run(Duration.ofSeconds(10));
            long cpu = ProcessFacts.cpuMicros(headgate.process.handle());
            Load.Result result = load.run(Duration.ofSeconds(5));
            cpu = ProcessFacts.cpuMicros(headgate.process.handle()) - cpu;
            System.out.printf(
                    Locale.ROOT,
                    "%s; JDK %s; load %s%none event loop carries %,.0f calls/s of %d words in a closed loop of %d connections, %d refused, and took %.2f processors%n",
                    ProcessFacts.cpu(),
                    Runtime.version(),
                    ProcessFacts.load(),
                    result.answers / result.seconds,
                    WORDS,
                    CONNECTIONS,
                    result.failures,
                    cpu / 1e6 / result.seconds);
            return result.answers / result.seconds;
        }
    }

    private static List<Caller> callers(String critical, String normal, String low) {
        return List.of(
                new Caller("critical", Requests.unary(critical), 0.1),
                new Caller("default", Requests.unary(normal), 0.45),
                new Caller("low", Requests.unary(low), 0.45));
    }

    private static void offer(int port, List<Caller> callers, double perSecond, Duration time) {
        try (OpenLoad load = new OpenLoad(port, callers)) {
            load.run(perSecond, time);
        }
    }

    private static boolean report(List<Caller> callers, double carried, int seconds, long cpuMicros) {
        long sent = callers.stream().mapToLong(c -> c.sent).sum();
        long served = callers.stream().mapToLong(c -> c.served).sum();
        System.out.printf(
                Locale.ROOT,
                "offered %,.0f calls/s, %.1f times that; served %,.0f/s; Headgate took %.2f processors%n"
                        + "| priority | offered | served | refused | failed | not sent | p50 ms | p99 ms |%n|---|---:|---:|---:|---:|---:|---:|---:|%n",
                (double) sent / seconds,
                sent / carried / seconds,
                (double) served / seconds,
                cpuMicros / 1e6 / seconds);
        for (Caller each : callers) {
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %,d | %.2f %% | %.2f %% | %.2f %% | %.2f %% | %.0f | %.0f |%n",
                    each.name,
                    each.sent,
                    100.0 * each.served / each.arrived(),
                    100.0 * each.refused / each.arrived(),
                    100.0 * each.failed / each.arrived(),
                    100.0 * each.unsent / each.sent,
                    each.latency.millis(0.5),
                    each.latency.millis(0.99));
        }
        Caller critical = callers.getFirst();
        return critical.served >= WANTED * critical.arrived();
    }
}
