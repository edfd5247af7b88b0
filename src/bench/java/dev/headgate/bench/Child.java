// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A server process that is measured or that helps to measure, listening on a loopback port; ends with this process. */
record Child(String name, Process process, int port) implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    Child {
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroy));
    }

    /** Starts a command whose standard output is thrown away and whose errors are ours, and waits until it listens. */
    static Child start(String name, int port, Map<String, String> environment, List<String> command) {
        return start(name, port, environment, command, ProcessBuilder.Redirect.DISCARD);
    }

    /** The same with another place for its standard output. */
    static Child start(
            String name,
            int port,
            Map<String, String> environment,
            List<String> command,
            ProcessBuilder.Redirect output) {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectOutput(output).redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        try {
            Child child = new Child(name, builder.start(), port);
            child.awaitListening();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A Java program of this class path, in its own process. */
    static Child java(String name, int port, Class<?> main, String... options) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command = new java.util.ArrayList<>(List.of(java.toString()));
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName(), Integer.toString(port)));
        return start(name, port, Map.of(), command);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    ProcessHandle handle() {
        return process.toHandle();
    }

    private void awaitListening() throws IOException {
        long until = System.nanoTime() + START_LIMIT.toNanos();
        while (true) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress("127.0.0.1", port), 1_000);
                return;
            } catch (IOException notYet) {
                if (!process.isAlive() || System.nanoTime() > until) {
                    throw new IOException(name + " did not start", notYet);
                }
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Asks the process to stop, and makes it after ten seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
