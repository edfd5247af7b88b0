// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.auth.KeyFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Headgate as users run it, through its launcher: keys, a tenant, a route whose model name is spliced, metrics, and JSON access lines
 * that go to {@code /dev/null} if nobody wants them.
 */
final class Headgate implements AutoCloseable {
    final Child process;
    final int adminPort;
    final String key;
    final Path routes;

    private Headgate(Child process, int adminPort, String key, Path routes) {
        this.process = process;
        this.adminPort = adminPort;
        this.key = key;
        this.routes = routes;
    }

    /** @param jvm options of the JVM, for example the heap's size */
    static Headgate start(String name, Path home, Path dir, int unary, int streams, String jvm) {
        String key = KeyFormat.create(new SecureRandom());
        return start(name, home, dir, key, routes(unary, streams, key, "other"), jvm, ProcessBuilder.Redirect.DISCARD);
    }

    /**
     * With routes of one's own.
     *
     * @param output where the log goes
     */
    static Headgate start(
            String name, Path home, Path dir, String key, String routes, String jvm, ProcessBuilder.Redirect output) {
        return start(name, home, dir, key, routes, jvm, output, "state: { store: local, dir: data }", Map.of());
    }

    /** With others on one Redis, and patient with it: what is measured is not how an outage is told from load. */
    static Headgate start(String name, Path home, Path dir, String routes, String jvm, String redis) {
        return start(
                name,
                home,
                dir,
                "",
                routes,
                jvm,
                ProcessBuilder.Redirect.DISCARD,
                "state: { store: redis, url: env:REDIS_URL, timeout: 10s, dir: data }\nserver: { exposeHeaders: true }",
                Map.of("REDIS_URL", redis));
    }

    private static Headgate start(
            String name,
            Path home,
            Path dir,
            String key,
            String routes,
            String jvm,
            ProcessBuilder.Redirect output,
            String state,
            Map<String, String> more) {
        int port = Child.freePort();
        int adminPort = Child.freePort();
        try {
            Path conf = Files.createDirectories(dir.resolve("headgate/conf"));
            Path settings = Files.writeString(conf.resolve("headgate.yaml"), """
                    auth: keys
                    listen: { host: 127.0.0.1, port: %d }
                    admin: { host: 127.0.0.1, port: %d, token: env:BENCH_ADMIN_TOKEN }
                    files: [routes.yaml]
                    telemetry: { logs: json }
                    %s
                    """.formatted(port, adminPort, state));
            Path file = Files.writeString(dir.resolve("headgate/routes.yaml"), routes);
            Map<String, String> environment = new HashMap<>(more);
            environment.putAll(Map.of("BENCH_ADMIN_TOKEN", "bench-admin-token", "JAVA_OPTS", jvm));
            Child process = Child.start(
                    name,
                    port,
                    environment,
                    List.of(home.resolve("headgate").toString(), "run", "--config", settings.toString()),
                    output);
            return new Headgate(process, adminPort, key, file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @param other the name of a route that nobody calls, so that two files can differ */
    static String routes(int unary, int streams, String key, String other) {
        return """
                version: 1
                backends:
                  unary: { baseUrl: "http://127.0.0.1:%d/v1", auth: none }
                  streams: { baseUrl: "http://127.0.0.1:%d/v1", auth: none }
                models:
                  whole: { backend: unary, id: vendor-model-2026 }
                  flow: { backend: streams, id: vendor-model-2026 }
                routes:
                  chat: { stable: whole }
                  stream: { stable: flow }
                  %s: { stable: whole }
                tenants:
                  bench:
                    keys: { web: { sha256: ["%s"] } }
                """.formatted(unary, streams, other, KeyFormat.digest(key));
    }

    @Override
    public void close() {
        process.close();
    }
}
