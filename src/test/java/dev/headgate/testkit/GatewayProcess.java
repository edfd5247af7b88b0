// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A gateway in a process of its own, from the built jar and with a small heap: it shares nothing with the test but sockets and files,
 * and can be killed. It starts while the test goes on; {@link #awaitReady} waits for it. Ends with the JVM at the latest.
 */
public final class GatewayProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target/headgate.jar").toAbsolutePath();
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final String TOKEN = "test-admin-token";
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private final HttpClient client = HttpClient.newHttpClient();
    private final Process process;
    private final int port;
    private final int adminPort;
    private final Queue<String> output = new ConcurrentLinkedQueue<>();

    private GatewayProcess(Process process, int port, int adminPort) {
        this.process = process;
        this.port = port;
        this.adminPort = adminPort;
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        Thread.ofVirtual().start(this::read);
    }

    /**
     * Starts it in a folder that outlives it: a second one on the same folder has the same state.
     *
     * @param settings lines of {@code conf/headgate.yaml}; ports, address and form of the log are this class's
     */
    public static GatewayProcess start(Path dir, String settings, String routes, Map<String, String> environment) {
        int port = freePort();
        int adminPort = freePort();
        try {
            Path conf = Files.createDirectories(dir.resolve("conf"));
            Files.writeString(dir.resolve("routes.yaml"), routes);
            Path file = Files.writeString(conf.resolve("headgate.yaml"), settings + """
                    listen: { host: 127.0.0.1, port: %d }
                    admin: { host: 127.0.0.1, port: %d, token: env:TEST_ADMIN_TOKEN }
                    files: [routes.yaml]
                    telemetry: { logs: json }
                    """.formatted(port, adminPort));
            ProcessBuilder builder = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Xmx96m",
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-jar",
                            JAR.toString(),
                            "run",
                            "--config",
                            file.toString())
                    .directory(dir.toFile())
                    .redirectErrorStream(true);
            builder.environment().putAll(environment);
            builder.environment().put("TEST_ADMIN_TOKEN", TOKEN);
            return new GatewayProcess(builder.start(), port, adminPort);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits until it says that it is ready. */
    public GatewayProcess awaitReady() {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!isReady()) {
            if (!process.isAlive() || System.nanoTime() > deadline) {
                throw new AssertionError("the gateway does not start: " + String.join("\n", output));
            }
            LockSupport.parkNanos(20_000_000);
        }
        return this;
    }

    /** What a client is given. */
    public URI baseUrl() {
        return URI.create("http://127.0.0.1:" + port + "/v1");
    }

    public long pid() {
        return process.pid();
    }

    /** As {@code kill -9}: nothing is said to anybody. */
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                throw new AssertionError("it lives on");
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The access lines of a tenant so far, as what they tell. */
    public List<JsonNode> accessLines(String tenant) {
        return output.stream()
                .filter(line -> line.startsWith("{") && line.contains("headgate.access"))
                .map(GatewayProcess::json)
                .filter(line -> line.path("tenant").asText().equals(tenant))
                .toList();
    }

    /** Everything that it has written so far. */
    public List<String> output() {
        return List.copyOf(output);
    }

    /** What {@code /metrics} shows of one series; 0 if it is not there. */
    public double metric(String series) {
        return admin("/metrics")
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private boolean isReady() {
        try {
            return client.send(
                                    HttpRequest.newBuilder(
                                                    URI.create("http://127.0.0.1:" + adminPort + "/health/ready"))
                                            .build(),
                                    BodyHandlers.discarding())
                            .statusCode()
                    == 200;
        } catch (IOException notYet) {
            return false;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** The body of a page of the management port. */
    public String admin(String path) {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + adminPort + path))
                    .header("authorization", "Bearer " + TOKEN)
                    .build();
            return client.send(request, BodyHandlers.ofString()).body();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                output.add(line);
            }
        } catch (IOException gone) {
            // A process that was killed says nothing more.
        }
    }

    private static JsonNode json(String line) {
        try {
            return MAPPER.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        kill();
        client.close();
    }
}
