// SPDX-License-Identifier: Apache-2.0
package dev.headgate.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * A real redis-server on a free port of the loopback interface, without persistence: the one that embedded-redis brings (6.2), or
 * the system's. Can be killed, frozen and started again on its port. Ends with the JVM at the latest.
 */
public final class RedisServer implements AutoCloseable {
    private static final Path EMBEDDED = unpack();
    /** The nodes of a cluster talk to each other on a port that is 10,000 higher. */
    private static final int MOST_WITH_BUS = 65_535 - 10_000;

    private static final int SLOTS = 16_384;

    private final Path binary;
    private final int port;
    private final Path folder;
    private final List<String> options;
    private Process process;

    private RedisServer(Path binary, int port, List<String> options) {
        this.binary = binary;
        this.port = port;
        this.folder = temporaryFolder();
        this.options = options;
        this.process = launch();
    }

    /** A node of a cluster that has not met the others. */
    private static RedisServer startClusterNode() {
        int port = freePort();
        while (port > MOST_WITH_BUS) {
            port = freePort();
        }
        return new RedisServer(
                EMBEDDED, port, List.of("--cluster-enabled", "yes", "--cluster-require-full-coverage", "no"));
    }

    /** A cluster whose nodes have met, each with the same share of the slots and without a replica. */
    public static List<RedisServer> startCluster(int count) {
        List<RedisServer> nodes =
                IntStream.range(0, count).mapToObj(i -> startClusterNode()).toList();
        for (int i = 0; i < count; i++) {
            String slots = IntStream.range(i * SLOTS / count, (i + 1) * SLOTS / count)
                    .mapToObj(Integer::toString)
                    .collect(Collectors.joining(" "));
            nodes.get(i).command("CLUSTER ADDSLOTS " + slots);
            nodes.get(i).command("CLUSTER SET-CONFIG-EPOCH " + (i + 1));
            nodes.getFirst().command("CLUSTER MEET 127.0.0.1 " + nodes.get(i).port);
        }
        for (RedisServer node : nodes) {
            GatewayFixture.eventually(
                    "all slots are known", () -> node.command("CLUSTER INFO").contains("cluster_slots_ok:" + SLOTS));
        }
        return nodes;
    }

    /** Watches a master alone, and thinks after half a second of silence that it is dead. */
    public static RedisServer startSentinel(RedisServer master, String name) {
        String watched = """
                sentinel monitor NAME 127.0.0.1 PORT 1
                sentinel down-after-milliseconds NAME 500
                sentinel failover-timeout NAME 2000
                """;
        try {
            Path file = Files.writeString(
                    temporaryFolder().resolve("sentinel.conf"),
                    watched.replace("NAME", name).replace("PORT", "" + master.port));
            return new RedisServer(EMBEDDED, freePort(), List.of(file.toString(), "--sentinel"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param options as on the command line of redis-server, such as {@code --maxmemory 2mb} */
    public static RedisServer start(String... options) {
        return new RedisServer(EMBEDDED, freePort(), List.of(options));
    }

    /** The redis-server of {@code HEADGATE_REDIS_SERVER} or of the path; empty if there is none. */
    public static Optional<RedisServer> startSystems(String... options) {
        String named = System.getenv("HEADGATE_REDIS_SERVER");
        Stream<Path> candidates = named != null
                ? Stream.of(Path.of(named))
                : Stream.of(System.getenv("PATH").split(":", -1)).map(folder -> Path.of(folder, "redis-server"));
        return candidates
                .filter(Files::isExecutable)
                .findFirst()
                .map(found -> new RedisServer(found, freePort(), List.of(options)));
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public int port() {
        return port;
    }

    /** As {@code kill -9}: nothing is said to anybody, and all data is lost. */
    public void kill() {
        process.destroyForcibly();
        join();
    }

    /** Starts again on the same port. */
    public void restart() {
        process = launch();
    }

    /** Stops answering, while connections stay open. */
    public void freeze() {
        signal("-STOP");
    }

    public void thaw() {
        signal("-CONT");
    }

    /** Sends one command inline and gives the first line of the answer; for a bulk string, its text. */
    public String command(String line) {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 2_000);
            socket.setSoTimeout(5_000);
            socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
            String head = line(socket.getInputStream());
            if (!head.startsWith("$") || head.equals("$-1")) {
                return head;
            }
            byte[] text = socket.getInputStream().readNBytes(Integer.parseInt(head.substring(1)));
            return new String(text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (process.isAlive()) {
            thaw();
            kill();
        }
    }

    private Process launch() {
        List<String> command = new ArrayList<>(List.of(binary.toString()));
        command.addAll(options);
        command.addAll(List.of("--port", "" + port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        try {
            Process started = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            Runtime.getRuntime().addShutdownHook(new Thread(started::destroyForcibly));
            awaitPort(started);
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void awaitPort(Process started) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (System.nanoTime() < deadline && started.isAlive()) {
            try {
                command("PING");
                return;
            } catch (UncheckedIOException e) {
                Thread.onSpinWait();
            }
        }
        throw new AssertionError("redis-server does not start: " + binary);
    }

    private void signal(String signal) {
        try {
            new ProcessBuilder("kill", signal, "" + process.pid()).start().waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void join() {
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new IOException("Redis closed the connection");
            }
            line.append((char) c);
        }
        return line.toString().strip();
    }

    private static Path temporaryFolder() {
        try {
            return Files.createTempDirectory("redis");
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

    private static Path unpack() {
        boolean arm = System.getProperty("os.arch").equals("aarch64");
        boolean mac = System.getProperty("os.name").startsWith("Mac");
        String name = mac
                ? "/redis-server-6.2.6-v5-darwin-" + (arm ? "arm64" : "amd64")
                : arm ? "/redis-server-6.2.7-linux-arm64" : "/redis-server-6.2.6-v5-linux-amd64";
        try (InputStream in = RedisServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new AssertionError("embedded-redis has no " + name);
            }
            Path file = Files.createTempFile("redis-server", "");
            Files.copy(in, file, StandardCopyOption.REPLACE_EXISTING);
            if (!file.toFile().setExecutable(true)) {
                throw new AssertionError("cannot be made executable: " + file);
            }
            file.toFile().deleteOnExit();
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
