// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.GatewayFixture;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Two replicas behind a balancer that asks for readiness: each is restarted in its turn, and no caller notices. */
final class RollingRestartIT {
    private static final String SETTINGS = "auth: none\nserver: { drain: { delay: 1s, grace: 10s } }\n";
    private static final int CALLERS = 6;

    @Test
    void fails_no_call() throws Exception {
        try (var upstream = FakeUpstream.start();
                var balancer = new Balancer(List.of(replica(upstream), replica(upstream)))) {
            upstream.always(Behaviour.stream(10, 200).every(Duration.ofMillis(5)));
            var stop = new AtomicBoolean();
            var served = new AtomicInteger();
            var failures = new CopyOnWriteArrayList<String>();
            var callers = new ArrayList<Thread>();
            for (int i = 0; i < CALLERS; i++) {
                callers.add(Thread.ofVirtual().start(() -> call(balancer.port(), stop, served, failures)));
            }
            for (int i = 0; i < 2; i++) {
                int before = served.get();
                GatewayFixture.eventually("load", () -> served.get() > before + 2 * CALLERS);
                GatewayFixture old = balancer.replicas.get(i);
                GatewayFixture.await(old.gateway().drain());
                balancer.replace(i, replica(upstream));
            }
            int after = served.get();
            GatewayFixture.eventually("load", () -> served.get() > after + 2 * CALLERS);
            stop.set(true);
            for (Thread caller : callers) {
                caller.join();
            }
            assertThat(failures).isEmpty();
        }
    }

    private static GatewayFixture replica(FakeUpstream upstream) {
        return GatewayFixture.start(SETTINGS, GatewayFixture.routesTo(upstream));
    }

    /** One caller with one connection that it keeps for as long as the server lets it. */
    private static void call(int port, AtomicBoolean stop, AtomicInteger served, List<String> failures) {
        try (var client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (!stop.get()) {
                var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                        .timeout(Duration.ofSeconds(20))
                        .POST(HttpRequest.BodyPublishers.ofString("{\"model\":\"chat\",\"stream\":true}"))
                        .build();
                var answer = client.send(request, BodyHandlers.ofString());
                if (answer.statusCode() != 200 || !answer.body().endsWith("data: [DONE]\n\n")) {
                    failures.add(answer.statusCode() + " " + answer.body());
                }
                served.incrementAndGet();
            }
        } catch (IOException e) {
            failures.add(e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Hands each new connection to the next replica that says it is ready; looks every 20 ms. */
    private static final class Balancer implements AutoCloseable {
        private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final List<GatewayFixture> replicas;
        private final HttpClient prober = HttpClient.newHttpClient();
        private volatile List<GatewayFixture> ready;
        private volatile boolean closed;
        private int turn;

        Balancer(List<GatewayFixture> replicas) throws IOException {
            this.replicas = new CopyOnWriteArrayList<>(replicas);
            this.ready = replicas;
            Thread.ofVirtual().start(this::accept);
            Thread.ofVirtual().start(this::probe);
        }

        int port() {
            return listener.getLocalPort();
        }

        void replace(int index, GatewayFixture with) {
            replicas.set(index, with).close();
        }

        private void probe() {
            while (!closed) {
                ready = replicas.stream().filter(this::isReady).toList();
                LockSupport.parkNanos(20_000_000);
            }
        }

        private boolean isReady(GatewayFixture replica) {
            var request = HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + replica.adminPort() + "/health/ready"))
                    .timeout(Duration.ofSeconds(1))
                    .build();
            try {
                return prober.send(request, BodyHandlers.discarding()).statusCode() == 200;
            } catch (IOException down) {
                return false;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        private void accept() {
            try {
                while (true) {
                    Socket client = listener.accept();
                    List<GatewayFixture> now = ready;
                    Socket server = new Socket(
                            InetAddress.getLoopbackAddress(),
                            now.get(turn++ % now.size()).port());
                    Thread.ofVirtual().start(() -> copy(client, server));
                    Thread.ofVirtual().start(() -> copy(server, client));
                }
            } catch (IOException e) {
                if (!closed) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        private static void copy(Socket from, Socket to) {
            try (from;
                    to) {
                from.getInputStream().transferTo(to.getOutputStream());
            } catch (IOException gone) {
                // The caller sees it too.
            }
        }

        @Override
        public void close() throws IOException {
            closed = true;
            listener.close();
            replicas.forEach(GatewayFixture::close);
            prober.close();
        }
    }
}
