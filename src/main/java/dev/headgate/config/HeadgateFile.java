// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.AddressRange;
import dev.headgate.call.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code conf/headgate.yaml}: what needs a restart to change. Secrets are resolved, paths are absolute.
 *
 * @param files the hot files; a {@code *} in the last part of a path makes a pattern
 * @param prices the file of prices, which is hot too, or null if there is none
 */
public record HeadgateFile(
        AuthMode auth,
        Listen listen,
        Admin admin,
        List<String> files,
        @Nullable Path prices,
        State state,
        Telemetry telemetry,
        Server server) {

    /** Whether callers need a key. */
    public enum AuthMode {
        KEYS,
        NONE
    }

    /** The API's address; {@code tls} files are reloaded live. */
    public record Listen(String host, int port, @Nullable Tls tls) {}

    public record Tls(Path cert, Path key) {}

    /** The management port; without a token, one is made and printed once at start. */
    public record Admin(String host, int port, @Nullable Secret token) {}

    /**
     * Where runtime state is kept.
     *
     * @param dir what this process keeps itself, whatever the store
     * @param url where Redis is, perhaps with a password; there if and only if it is the store
     * @param timeout how long Redis may take to answer
     */
    public record State(Store store, Path dir, @Nullable Secret url, Duration timeout) {}

    /** Whether replicas share what they count. */
    public enum Store {
        LOCAL,
        REDIS
    }

    public record Telemetry(LogFormat logs) {}

    /** {@code auto} is text on a terminal and JSON elsewhere. */
    public enum LogFormat {
        AUTO,
        TEXT,
        JSON
    }

    /**
     * Bounds of the API server.
     *
     * @param maxBody bytes of a JSON body
     * @param maxUpload bytes of a multipart body
     * @param bodiesPercent share of the heap that all JSON bodies in flight may take together
     * @param corsOrigins origins that browsers may call from
     * @param trustedProxies whose word on the client's address counts
     * @param exposeHeaders whether callers with keys see the {@code x-headgate-*} headers
     */
    public record Server(
            long maxBody,
            long maxUpload,
            int bodiesPercent,
            List<AddressRange> trustedProxies,
            List<String> corsOrigins,
            Duration drainDelay,
            Duration drainGrace,
            boolean exposeHeaders) {}

    /** The same settings with the command line's choices in place of the file's. */
    public HeadgateFile withPorts(@Nullable Integer apiPort, @Nullable Integer adminPort) {
        return new HeadgateFile(
                auth,
                apiPort == null ? listen : new Listen(listen.host(), apiPort, listen.tls()),
                adminPort == null ? admin : new Admin(admin.host(), adminPort, admin.token()),
                files,
                prices,
                state,
                telemetry,
                server);
    }
}
