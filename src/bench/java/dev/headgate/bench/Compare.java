// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * {@code bench/run}: the same load straight to the upstream, through nginx and through Headgate, interleaved in one run. Prints a
 * Markdown table and writes it to a file.
 */
final class Compare {
    private static final List<Trial.Case> CASES = List.of(
            new Trial.Case("unary, 32 connections", 32, 0, 0),
            new Trial.Case("SSE unpaced, 32 streams", 32, 50, 0),
            new Trial.Case("SSE 5 ms apart, 64 streams", 64, 50, 5),
            new Trial.Case("SSE 5 ms apart, 200 streams", 200, 50, 5));

    private final Options options;
    private final Map<Trial.Case, List<Trial>> trials = new LinkedHashMap<>();
    private final StringBuilder report = new StringBuilder();

    private Compare(Options options) {
        this.options = options;
    }

    public static void main(String[] args) throws IOException {
        new Compare(Options.of(args)).run();
    }

    private void run() throws IOException {
        Path dir = Files.createDirectories(options.home().resolve("target/bench"));
        Optional<Path> nginx = Nginx.find();
        Child own = Child.java("upstream", Child.freePort(), Upstream.class, "-Xmx64m", "-XX:+UseSerialGC");
        Child unary =
                nginx.map(n -> Nginx.upstream(n, dir, Answers.unaryJson())).orElse(own);
        Optional<Child> proxy = nginx.map(n -> Nginx.proxy(n, dir, unary.port(), own.port()));
        String jvm = ("-Dheadgate.eventLoops=" + options.eventLoops() + " " + options.jvm()).trim();
        List<Headgate> headgates = headgates(dir, unary.port(), own.port(), jvm);
        try {
            for (Trial.Case one : CASES) {
                if (one.name().contains(options.only())) {
                    List<Trial> all = new ArrayList<>();
                    Child direct = one.streams() ? own : unary;
                    all.add(new Trial(one, "direct", direct, ""));
                    proxy.ifPresent(p -> all.add(new Trial(one, "nginx", p, "")));
                    headgates.forEach(h -> all.add(new Trial(one, h.process.name(), h.process, h.key)));
                    trials.put(one, all);
                }
            }
            warmUp();
            measure();
            table(jvm, nginx.isPresent());
            if (options.systemCalls()) {
                systemCalls();
            }
        } finally {
            headgates.forEach(Headgate::close);
            proxy.ifPresent(Child::close);
            unary.close();
            own.close();
        }
        Files.writeString(dir.resolve("comparison.md"), report);
    }

    private List<Headgate> headgates(Path dir, int unary, int streams, String jvm) {
        List<Headgate> all = new ArrayList<>();
        all.add(Headgate.start("headgate", options.home(), dir, unary, streams, jvm));
        for (String variant : options.variants()) {
            String name = "headgate " + variant;
            all.add(Headgate.start(
                    name, options.home(), dir.resolve("v" + all.size()), unary, streams, jvm + " " + variant));
        }
        for (Path other : options.others()) {
            String name = "headgate of " + other.getFileName();
            all.add(Headgate.start(name, other, dir.resolve("v" + all.size()), unary, streams, jvm));
        }
        return all;
    }

    private void warmUp() {
        trials.forEach((about, all) -> {
            for (Trial trial : all) {
                boolean jvm = trial.server.startsWith("headgate");
                Load.Result result = trial.drive(jvm ? options.warmUp() : Duration.ofSeconds(2));
                if (result.failures > 0) {
                    throw new IllegalStateException(trial.server + " fails: " + result.firstFailure);
                }
            }
            System.err.println("warm: " + about.name());
        });
    }

    private void measure() {
        for (int round = 1; round <= options.rounds(); round++) {
            for (List<Trial> all : trials.values()) {
                all.forEach(trial -> trial.round(options.time()));
            }
            System.err.println("round " + round + " of " + options.rounds());
        }
    }

    private void table(String jvm, boolean nginx) {
        line("`%s` on %s: %s, load average %s, JDK %s, Headgate's JVM options `%s`."
                .formatted(
                        options.command(),
                        LocalDate.now(java.time.ZoneOffset.UTC),
                        ProcessFacts.cpu(),
                        ProcessFacts.load(),
                        Runtime.version(),
                        jvm));
        if (!nginx) {
            line("nginx is not installed here, so nothing is compared with it.");
        }
        line("");
        line("| case | server | req/s or events/s | p50 ms | p99 ms | CPU µs | least | CPU / nginx |");
        line("|---|---|---:|---:|---:|---:|---:|---:|");
        trials.forEach((about, all) -> all.forEach(trial -> {
            Optional<Trial> yardstick =
                    all.stream().filter(t -> t.server.equals("nginx")).findFirst();
            line(String.format(
                    Locale.ROOT,
                    "| %s | %s | %,.0f | %.2f | %.2f | %.1f | %.1f | %s |",
                    about.name(),
                    trial.server,
                    trial.perSecond(),
                    trial.p50(),
                    trial.p99(),
                    trial.cpuMicros(),
                    trial.leastCpuMicros(),
                    trial.server.equals("direct")
                            ? ""
                            : yardstick.map(y -> ratio(trial, y)).orElse("")));
        }));
    }

    /** By the medians; by the least in brackets. */
    private static String ratio(Trial trial, Trial nginx) {
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f)",
                trial.cpuMicros() / nginx.cpuMicros(),
                trial.leastCpuMicros() / nginx.leastCpuMicros());
    }

    private void systemCalls() {
        if (!SystemCalls.available()) {
            line("\nstrace is not installed here, so system calls are not counted.");
            return;
        }
        line("\nSystem calls per request or event, the most frequent ones:\n");
        trials.forEach((about, all) -> all.stream()
                .filter(trial -> !trial.server.equals("direct"))
                .forEach(trial -> line("- %s, %s: %s"
                        .formatted(about.name(), trial.server, SystemCalls.perUnit(trial, Duration.ofSeconds(4))))));
    }

    private void line(String text) {
        System.out.println(text);
        report.append(text).append('\n');
    }
}
