// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * {@code bench/streams}: 2,000 streams at once, 200 of them with prompts of 1 MB, through one process with a 256 MB heap, while 200
 * strangers send slowly. Fails if a stream fails or resident memory reaches 400 MB.
 */
final class Streams {
    private static final int STREAMS = 2_000;
    private static final int STRANGERS = 200;
    private static final int EVENTS = 300;
    private static final int MILLIS_APART = 100;
    private static final int LARGE = 1024 * 1024;
    private static final double MEMORY_LIMIT = 400;

    private double highestResident;
    private double highestHeap;

    private Streams() {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(System.getProperty("bench.home"));
        System.exit(new Streams().run(home, String.join(" ", args)) ? 0 : 1);
    }

    private boolean run(Path home, String jvm) throws IOException {
        Path dir = Files.createDirectories(home.resolve("target/bench"));
        String options = "-Xmx256m " + jvm;
        try (Child upstream = Child.java("upstream", Child.freePort(), Upstream.class, "-Xmx128m", "-XX:+UseSerialGC");
                Headgate headgate =
                        Headgate.start("headgate", home, dir, upstream.port(), upstream.port(), options.trim());
                SmallCalls small = new SmallCalls(headgate.process.port(), headgate.key);
                Load load = streams(headgate)) {
            System.out.printf("Headgate's JVM options: %s; JDK %s%n", options.trim(), Runtime.version());
            load.run(Duration.ofSeconds(5));
            report("alone", small);
            small.reset();
            for (int opened = 0; opened < STREAMS; opened += 20) {
                load.open(20);
                check(load.run(Duration.ofMillis(50)), headgate);
            }
            Load.Result ramp = watch(load, headgate, 12);
            report("with " + STREAMS + " streams", small);
            small.reset();
            Load.Result result;
            try (Strangers strangers = new Strangers(headgate.process.port(), STRANGERS)) {
                result = watch(load, headgate, 28);
                report("with the strangers too", small);
                System.out.printf(
                        Locale.ROOT,
                        "strangers: %d requests, %.0f MB sent%n",
                        strangers.requests(),
                        strangers.megabytes());
            }
            long failures = ramp.failures + result.failures + small.failures();
            System.out.printf(
                    Locale.ROOT,
                    "streams: %d ended, %,.0f events/s, failed %d (%s)%nresident memory: highest %.0f MB (limit %.0f), heap in use: highest %.0f MB%nCPU: %.1f s%n",
                    ramp.answers + result.answers,
                    result.events / result.seconds,
                    failures,
                    ramp.firstFailure == null ? result.firstFailure : ramp.firstFailure,
                    highestResident,
                    MEMORY_LIMIT,
                    highestHeap,
                    ProcessFacts.cpuMicros(headgate.process.handle()) / 1e6);
            return failures == 0 && highestResident < MEMORY_LIMIT && result.answers > 0;
        }
    }

    private static Load streams(Headgate headgate) {
        byte[] small = Requests.stream(headgate.key, EVENTS, MILLIS_APART, 600);
        byte[] large = Requests.stream(headgate.key, EVENTS, MILLIS_APART, LARGE);
        return new Load(headgate.process.port(), number -> number % 10 == 0 ? large : small, true);
    }

    private Load.Result watch(Load load, Headgate headgate, int seconds) {
        Load.Result all = new Load.Result();
        for (int i = 0; i < seconds * 2; i++) {
            all.add(check(load.run(Duration.ofMillis(500)), headgate));
        }
        return all;
    }

    private Load.Result check(Load.Result part, Headgate headgate) {
        highestResident = Math.max(highestResident, ProcessFacts.residentMegabytes(headgate.process.handle()));
        highestHeap = Math.max(highestHeap, new Admin(headgate.adminPort).heapMegabytes());
        return part;
    }

    private static void report(String when, SmallCalls small) {
        System.out.printf(
                Locale.ROOT,
                "small calls %s: p50 %.1f ms, p99 %.1f ms, failed %d%n",
                when,
                small.millis(0.5),
                small.millis(0.99),
                small.failures());
    }
}
