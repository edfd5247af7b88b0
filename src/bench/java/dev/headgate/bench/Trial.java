// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/** One case against one server, over all rounds. CPU is the server's own, per request or, for streams, per event. */
final class Trial {
    final Case about;
    final String server;
    final Child process;
    private final byte[] request;
    private final List<Round> rounds = new ArrayList<>();

    /**
     * @param events 0 for unary
     * @param millisApart between two events of a stream
     */
    record Case(String name, int connections, int events, int millisApart) {
        boolean streams() {
            return events > 0;
        }

        byte[] request(String key) {
            return streams() ? Requests.stream(key, events, millisApart, 600) : Requests.unary(key);
        }
    }

    private record Round(double perSecond, double p50, double p99, double cpuMicros) {}

    Trial(Case about, String server, Child process, String key) {
        this.about = about;
        this.server = server;
        this.process = process;
        this.request = about.request(key);
    }

    /** Runs once, a quarter of the time (at most a second) unmeasured so that connections are open. */
    void round(Duration time) {
        try (Load load = new Load(process.port(), n -> request, about.streams())) {
            load.open(about.connections());
            load.run(Duration.ofMillis(Math.min(1_000, time.toMillis() / 4)));
            long before = ProcessFacts.cpuMicros(process.handle());
            Load.Result result = load.run(time);
            long cpu = ProcessFacts.cpuMicros(process.handle()) - before;
            if (result.failures > 0) {
                throw new IllegalStateException("%s through %s: %d failures, first: %s"
                        .formatted(about.name(), server, result.failures, result.firstFailure));
            }
            long units = about.streams() ? result.events : result.answers;
            rounds.add(new Round(
                    units / result.seconds,
                    result.latency.millis(0.5),
                    result.latency.millis(0.99),
                    (double) cpu / Math.max(1, units)));
        }
    }

    /** The same load without a measurement, to make the JVM compile and to have something to look at. */
    Load.Result drive(Duration time) {
        try (Load load = new Load(process.port(), n -> request, about.streams())) {
            load.open(about.connections());
            return load.run(time);
        }
    }

    double perSecond() {
        return median(Round::perSecond);
    }

    double p50() {
        return median(Round::p50);
    }

    double p99() {
        return median(Round::p99);
    }

    double cpuMicros() {
        return median(Round::cpuMicros);
    }

    double leastCpuMicros() {
        return rounds.stream().mapToDouble(Round::cpuMicros).min().orElse(0);
    }

    private double median(Function<Round, Double> of) {
        List<Double> all = new ArrayList<>(rounds.stream().map(of).toList());
        Collections.sort(all);
        int middle = all.size() / 2;
        return all.size() % 2 == 1 ? all.get(middle) : (all.get(middle - 1) + all.get(middle)) / 2;
    }
}
