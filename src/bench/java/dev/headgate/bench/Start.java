// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * {@code bench/start}: CPU seconds until {@code /health/live} answers, with the repository's own configuration, with the class archive
 * that the launcher makes and without. Fails above 1.5 s and 2.5 s.
 */
final class Start {
    private static final int RUNS = 5;
    private static final double WITH_LIMIT = 1.5;
    private static final double WITHOUT_LIMIT = 2.5;

    private record Once(double cpu, double wall) {}

    private Start() {}

    public static void main(String[] args) throws IOException {
        Path home = Path.of(System.getProperty("bench.home"));
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> plain =
                List.of(java, "-jar", home.resolve("target/headgate.jar").toString());
        List<String> launcher = List.of(home.resolve("headgate").toString());
        once(home, launcher); // ends in order, and so leaves the archive
        List<Once> without = new ArrayList<>();
        List<Once> with = new ArrayList<>();
        for (int i = 0; i < RUNS; i++) {
            without.add(once(home, plain));
            with.add(once(home, launcher));
        }
        System.out.printf(
                "| start, JDK %s | CPU s | least | wall s | limit |%n|---|---:|---:|---:|---:|%n", Runtime.version());
        boolean ok = report("with the class archive", with, WITH_LIMIT);
        ok &= report("without", without, WITHOUT_LIMIT);
        System.exit(ok ? 0 : 1);
    }

    private static boolean report(String name, List<Once> runs, double limit) {
        double[] cpu = runs.stream().mapToDouble(Once::cpu).sorted().toArray();
        double[] wall = runs.stream().mapToDouble(Once::wall).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "| %s | %.2f | %.2f | %.2f | %.1f |%n",
                name,
                cpu[RUNS / 2],
                cpu[0],
                wall[RUNS / 2],
                limit);
        return cpu[RUNS / 2] < limit;
    }

    private static Once once(Path home, List<String> program) throws IOException {
        int adminPort = Child.freePort();
        List<String> command = new ArrayList<>(program);
        command.addAll(
                List.of("run", "--config", home.resolve("conf/headgate.yaml").toString(), "--port", "0"));
        command.addAll(List.of("--admin-port", Integer.toString(adminPort)));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(Files.createDirectories(home.resolve("target/bench")).toFile())
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().keySet().removeAll(List.of("JAVA_OPTS", "HEADGATE_OPTS", "JAVA_TOOL_OPTIONS"));
        long began = System.nanoTime();
        try (Child child = new Child("headgate", builder.start(), adminPort)) {
            while (!isLive(adminPort)) {
                if (!child.process().isAlive()) {
                    throw new IOException("Headgate did not start");
                }
                pause();
            }
            double wall = (System.nanoTime() - began) / 1e9;
            return new Once(ProcessFacts.cpuMicros(child.handle()) / 1e6, wall);
        }
    }

    private static boolean isLive(int port) {
        try {
            HttpURLConnection connection = (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/health/live")
                    .toURL()
                    .openConnection();
            connection.setConnectTimeout(200);
            connection.setReadTimeout(5_000);
            return connection.getResponseCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(5);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
