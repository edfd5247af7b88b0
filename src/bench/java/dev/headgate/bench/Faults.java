// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.auth.KeyFormat;
import dev.headgate.bench.Clients.Call;
import dev.headgate.bench.Clients.Manner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * {@code bench/faults}: what failover costs when connections are refused, what a full outage makes of the requests to the backends, and
 * then a soak under mixed random faults, after which memory, files and records must add up. Fails if a target is missed.
 */
final class Faults {
    private static final double RATE = 150;
    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration FAILOVER = Duration.ofSeconds(20);
    private static final Duration HEALTHY = Duration.ofSeconds(5);
    private static final Duration OUTAGE = Duration.ofSeconds(40);
    /** Connections to backends are kept for 30 s; then nothing may be left of the load. */
    private static final Duration QUIET = Duration.ofSeconds(40);

    private static final double MOST_ADDED_MILLIS = 50;
    private static final double MOST_AMPLIFICATION = 1.1;
    private static final double MOST_HEAP_GROWTH_MEGABYTES = 5;
    private static final int MOST_NEW_FILES = 4;

    private final Targets targets = new Targets();
    private final List<FaultyUpstream> mixed;
    private final List<FaultyUpstream> outage;
    private final Headgate headgate;
    private final Admin admin;
    private final Clients clients;
    private final long seed;

    private Faults(
            List<FaultyUpstream> mixed, List<FaultyUpstream> outage, Headgate headgate, Clients clients, long seed) {
        this.mixed = mixed;
        this.outage = outage;
        this.headgate = headgate;
        this.admin = new Admin(headgate.adminPort);
        this.clients = clients;
        this.seed = seed;
    }

    public static void main(String[] args) throws IOException {
        Duration soak = Duration.ofSeconds(option(args, "--seconds", 180));
        long seed = option(args, "--seed", 1);
        Path home = Path.of(System.getProperty("bench.home"));
        Path dir = Files.createDirectories(home.resolve("target/bench"));
        Path log = dir.resolve("faults.log");
        String key = KeyFormat.create(new SecureRandom());
        List<FaultyUpstream> mixed =
                Stream.generate(FaultyUpstream::new).limit(3).toList();
        List<FaultyUpstream> outage =
                Stream.generate(FaultyUpstream::new).limit(3).toList();
        FaultyUpstream live = new FaultyUpstream();
        FaultyUpstream closed = new FaultyUpstream();
        closed.close();
        String routes = FaultRoutes.of(mixed, outage, live.port(), closed.port(), key);
        var output = ProcessBuilder.Redirect.to(log.toFile());
        boolean met;
        try (Headgate headgate = Headgate.start("headgate", home, dir, key, routes, "-Xmx256m", output);
                Clients clients = new Clients(headgate.process.port(), key, seed)) {
            met = new Faults(mixed, outage, headgate, clients, seed).run(soak, log);
        }
        System.exit(met ? 0 : 1);
    }

    private static int option(String[] args, String name, int otherwise) {
        for (int i = 0; i < args.length; i += 2) {
            boolean known = args[i].equals("--seconds") || args[i].equals("--seed");
            if (!known || i + 1 == args.length || !args[i + 1].matches("[1-9]\\d{0,5}")) {
                System.err.println("bench/faults [--seconds N] [--seed N], both from 1 to 999999");
                System.exit(2);
            }
        }
        int at = List.of(args).indexOf(name);
        return at < 0 ? otherwise : Integer.parseInt(args[at + 1]);
    }

    private boolean run(Duration soak, Path log) {
        System.out.printf(
                Locale.ROOT,
                "%s; JDK %s; load %s; seed %d%n",
                ProcessFacts.cpu(),
                Runtime.version(),
                ProcessFacts.load(),
                seed);
        clients.run(RATE, WARM_UP, everything(new Outcomes()));
        Base base = quiet("base");
        failover();
        outage();
        soak(soak);
        Base after = quiet("after the soak");
        leftovers(base, after);
        records(log);
        return targets.report();
    }

    private void failover() {
        Outcomes direct = new Outcomes();
        Outcomes refused = new Outcomes();
        clients.run(200, FAILOVER, (dice, number) -> {
            boolean first = number % 2 == 0;
            int events = number % 4 < 2 ? 0 : 20;
            return new Call(first ? "direct" : "refused", Manner.READS, events, 0, 600, first ? direct : refused);
        });
        clients.settle();
        double added = refused.millis(0.99) - direct.millis(0.99);
        System.out.printf(
                Locale.ROOT,
                "failover, calls to the second target alone: %s; p50 %.1f ms, p99 %.1f ms%n"
                        + "failover, calls whose first target refuses connections: %s; p50 %.1f ms, p99 %.1f ms%n",
                direct,
                direct.millis(0.5),
                direct.millis(0.99),
                refused,
                refused.millis(0.5),
                refused.millis(0.99));
        targets.atMost("failover: calls that were not served", 0, (double) (refused.count() - refused.served()));
        targets.atMost(
                "failover: calls that did not ask the closed port",
                0,
                refused.count() - admin.sum("llm_upstream_attempts_total{backend=\"closed\""));
        targets.below("failover: ms added to p99", MOST_ADDED_MILLIS, added);
    }

    private void outage() {
        Clients.Menu menu = (dice, number) -> call(dice, "outage", Manner.READS, new Outcomes());
        clients.run(200, HEALTHY, menu);
        clients.settle();
        outage.forEach(upstream -> upstream.become(Fault.STATUS_500));
        int sent = clients.sent();
        long arrived = arrived();
        clients.run(200, Duration.ofSeconds(5), menu);
        double burst = (double) (arrived() - arrived) / (clients.sent() - sent);
        clients.run(200, OUTAGE.minusSeconds(5), menu);
        clients.settle();
        int calls = clients.sent() - sent;
        double amplification = (double) (arrived() - arrived) / calls;
        System.out.printf(
                Locale.ROOT,
                "outage: %,d calls, %,d requests to the backends; %.3f for each call in the first 5 s, %.3f over all%n",
                calls,
                arrived() - arrived,
                burst,
                amplification);
        targets.atMost("outage: requests to the backends for each call", MOST_AMPLIFICATION, amplification);
    }

    private long arrived() {
        return outage.stream().mapToLong(FaultyUpstream::requests).sum();
    }

    private void soak(Duration time) {
        Outcomes outcomes = new Outcomes();
        Weather weather = new Weather(mixed, seed);
        long cpu = ProcessFacts.cpuMicros(headgate.process.handle());
        clients.run(RATE, time, everything(outcomes));
        cpu = ProcessFacts.cpuMicros(headgate.process.handle()) - cpu;
        weather.clear();
        clients.settle();
        System.out.printf(
                Locale.ROOT,
                "soak: %d s; %d changes of the backends; %s; Headgate took %.2f processors%n",
                time.toSeconds(),
                weather.changes(),
                outcomes,
                cpu / 1e6 / time.toSeconds());
        targets.atMost("soak: clients left hanging", 0, (double) outcomes.hung());
    }

    /** All routes but those of the other phases, and all manners: two thirds in one piece, a third streams. */
    private static Clients.Menu everything(Outcomes outcomes) {
        return (dice, number) -> {
            int throwOf = dice.nextInt(100);
            Manner manner = throwOf < 10 ? Manner.LEAVES : throwOf < 13 ? Manner.READS_SLOWLY : Manner.READS;
            String route = dice.nextInt(10) == 0 ? "single" : "any";
            return call(dice, route, manner, outcomes);
        };
    }

    private static Call call(Random dice, String route, Manner manner, Outcomes outcomes) {
        int bodyBytes = dice.nextInt(50) == 0 ? 200_000 : 600;
        if (manner == Manner.READS_SLOWLY) {
            return new Call("stream", manner, 1_000, 0, bodyBytes, outcomes);
        }
        boolean stream = dice.nextInt(3) == 0;
        String model = route.equals("any") ? (stream ? "stream" : "unary") : route;
        return new Call(model, manner, stream ? 5 + dice.nextInt(40) : 0, stream ? 5 : 0, bodyBytes, outcomes);
    }

    /** What the process holds when nothing goes on. */
    private record Base(double heapMegabytes, int files) {}

    private Base quiet(String when) {
        clients.settle();
        long until = System.nanoTime() + QUIET.toNanos();
        while (System.nanoTime() < until && backendConnections() > 0) {
            pause();
        }
        pause();
        double heap = ProcessFacts.liveHeapBytes(headgate.process.handle()) / (1024.0 * 1024.0);
        Base base = new Base(heap, ProcessFacts.openFiles(headgate.process.handle()));
        System.out.printf(
                Locale.ROOT,
                "%s: live heap %.1f MB, %d open files, resident %.0f MB%n",
                when,
                heap,
                base.files,
                ProcessFacts.residentMegabytes(headgate.process.handle()));
        return base;
    }

    private int backendConnections() {
        return Stream.concat(mixed.stream(), outage.stream())
                .mapToInt(FaultyUpstream::openConnections)
                .sum();
    }

    private void leftovers(Base base, Base after) {
        targets.atMost("quiet: connections to backends", 0, backendConnections());
        targets.atMost(
                "quiet: MB of live heap more than before",
                MOST_HEAP_GROWTH_MEGABYTES,
                after.heapMegabytes - base.heapMegabytes);
        targets.atMost("quiet: open files more than before", MOST_NEW_FILES, after.files - base.files);
        targets.atMost("quiet: llm_requests_in_flight", 0, admin.sum("llm_requests_in_flight"));
        targets.atMost("quiet: headgate_bulkhead_in_use", 0, admin.sum("headgate_bulkhead_in_use"));
        targets.atMost("quiet: headgate_bulkhead_waiting", 0, admin.sum("headgate_bulkhead_waiting"));
        targets.atMost("quiet: headgate_request_body_bytes", 0, admin.sum("headgate_request_body_bytes"));
    }

    private void records(Path log) {
        AccessLines access = AccessLines.of(log);
        double counted = admin.sum("llm_requests_total");
        int sent = clients.sent();
        System.out.printf(
                Locale.ROOT,
                "records: %,d requests sent, %,d access lines with %,d ids, %,.0f in llm_requests_total%n",
                sent,
                access.lines(),
                access.distinct(),
                counted);
        targets.atMost("records: requests without an access line", 0, Math.abs(sent - access.distinct()));
        targets.atMost("records: access lines too many", 0, access.lines() - access.distinct());
        targets.atMost("records: requests not in llm_requests_total, or twice", 0, Math.abs(sent - counted));
        double attempts = Stream.of("d", "e", "f")
                .mapToDouble(backend -> admin.sum("llm_upstream_attempts_total{backend=\"" + backend + "\""))
                .sum();
        targets.atMost(
                "records: requests to the outage's backends not in llm_upstream_attempts_total, or twice",
                0,
                Math.abs(arrived() - attempts));
        targets.atMost("records: ERROR lines in the log", 0, access.errors());
        targets.atMost("records: log lines dropped", 0, admin.sum("headgate_log_dropped_total"));
    }

    private static void pause() {
        try {
            TimeUnit.SECONDS.sleep(1);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
