// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Counts a server's system calls with {@code strace -c}, which slows the server down: an extra run, never a measured one. */
final class SystemCalls {
    private static final int SHOWN = 5;

    private SystemCalls() {}

    static boolean available() {
        return List.of(System.getenv("PATH").split(":")).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "strace")));
    }

    /** Calls per request or event of the most frequent kinds, such as {@code read 1.02, writev 1.00}. */
    static String perUnit(Trial trial, Duration time) {
        try {
            Path out = Files.createTempFile("bench", ".strace");
            List<String> command = new ArrayList<>(List.of("strace", "-c", "-f", "-qq", "-o", out.toString()));
            for (ProcessHandle each : all(trial.process.handle())) {
                command.addAll(List.of("-p", Long.toString(each.pid())));
            }
            Process strace = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            // Until it has attached; what is missed of the run is the same share of calls and of units.
            TimeUnit.MILLISECONDS.sleep(500);
            Load.Result result = trial.drive(time);
            strace.destroy();
            strace.waitFor();
            long units = Math.max(1, trial.about.streams() ? result.events : result.answers);
            String summary = summary(Files.readString(out), units);
            Files.delete(out);
            return summary;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<ProcessHandle> all(ProcessHandle process) {
        List<ProcessHandle> all = new ArrayList<>(List.of(process));
        process.children().forEach(all::add);
        return all;
    }

    private static String summary(String table, long units) {
        record Calls(String name, long count) {}
        List<Calls> calls = new ArrayList<>();
        for (String line : table.split("\n")) {
            String[] fields = line.trim().split("\\s+");
            if (fields.length >= 5 && fields[0].matches("[\\d.]+") && fields[3].matches("\\d+")) {
                calls.add(new Calls(fields[fields.length - 1], Long.parseLong(fields[3])));
            }
        }
        calls.removeIf(c -> c.name().equals("total"));
        calls.sort((a, b) -> Long.compare(b.count(), a.count()));
        double sum = calls.stream().mapToLong(Calls::count).sum();
        StringBuilder text = new StringBuilder(String.format(Locale.ROOT, "%.2f: ", sum / units));
        for (Calls one : calls.subList(0, Math.min(SHOWN, calls.size()))) {
            text.append(String.format(Locale.ROOT, "%s %.2f, ", one.name(), (double) one.count() / units));
        }
        text.setLength(text.length() - 2);
        return text.toString();
    }
}
