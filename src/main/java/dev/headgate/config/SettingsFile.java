// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.AddressRange;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code conf/headgate.yaml} as written. */
@Later(
        feature = "the request log",
        words = {"requestLog"})
record SettingsFile(
        @Word(value = "Whether callers need a key.", preset = "keys")
        At<HeadgateFile.AuthMode> auth,

        @Word("Where the API listens.") Listen listen,

        @Word("Where health, metrics and the admin API listen.")
        Admin admin,

        @Word(
                value =
                        "Hot files; a `*` may stand in the last part of a path. Relative paths begin at the folder that holds `conf/`.",
                otherwise = "`[routes.yaml]`",
                least = 1)
        @Nullable
        List<At<String>> files,

        @Word(
                value = "The file of prices; hot, like those of `files`.",
                otherwise = "no prices: what a call costs is unknown unless its model says it")
        @Nullable
        At<String> prices,

        @Word("Where runtime state is kept.") State state,
        @Word("What is told about calls.") Telemetry telemetry,
        @Word("Bounds of the API server.") Server server) {

    record Listen(
            @Word(value = "Address to bind. With `auth: none` only a loopback address.", preset = "127.0.0.1")
            At<String> host,

            @Word(value = "Port; 0 picks a free one.", preset = "8080", max = 65_535)
            int port,

            @Word(value = "Certificate and key; reloaded when the files change.", otherwise = "no TLS") @Nullable
            Tls tls) {
        record Tls(
                @Word("PEM file of the certificate chain.") At<String> cert,
                @Word("PEM file of the private key.") At<String> key) {}
    }

    record Admin(
            @Word(value = "Address to bind.", preset = "127.0.0.1")
            String host,

            @Word(value = "Port; 0 picks a free one.", preset = "8081", max = 65_535)
            int port,

            @Word(
                    value = "Token that `/admin/*` asks for, `env:NAME` or `file:/path`.",
                    otherwise = "one is made and printed once at start")
            @Nullable
            At<SecretRef> token) {}

    record State(
            @Word(
                    value = "Where limits are counted: `local`, in this process, or `redis`, shared by all replicas.",
                    preset = "local")
            At<HeadgateFile.Store> store,

            @Word(value = "Where Redis is, `env:NAME` or `file:/path`; only for `redis`.", otherwise = "required there")
            @Nullable
            At<SecretRef> url,

            @Word(
                    value = "How long Redis may take to answer; only for `redis`.",
                    otherwise = "`50ms`",
                    min = 1,
                    max = 10_000)
            @Nullable
            At<Duration> timeout,

            @Word(value = "Folder of what this process keeps itself.", preset = "data")
            String dir) {}

    @Later(
            feature = "traces",
            words = {"otlp"})
    record Telemetry(
            @Word(value = "Format of log lines: `auto` is text on a terminal and JSON elsewhere.", preset = "auto")
            HeadgateFile.LogFormat logs) {}

    record Server(
            @Word(value = "Largest JSON body.", preset = "20MB", min = 1)
            Units.ByteSize maxBody,

            @Word(value = "Largest multipart body.", preset = "512MB", min = 1)
            Units.ByteSize maxUpload,

            @Word(
                    value = "Share of the heap that all JSON bodies may take together.",
                    preset = "25%",
                    min = 1,
                    max = 90)
            Units.Percent bodies,

            @Word(
                    "Addresses or CIDR blocks of proxies in front, whose `x-forwarded-for` tells the client's address; without any it is"
                            + " the connection's.")
            List<AddressRange> trustedProxies,

            @Word("Calls from browsers; needs `auth: keys`.")
            Cors cors,

            @Word("What happens after SIGTERM.") Drain drain,

            @Word(value = "Whether callers with keys see the `x-headgate-*` headers.", preset = "false")
            boolean exposeHeaders) {
        record Cors(
                @Word(value = "Origins that browsers may call from, `scheme://host[:port]`.")
                List<At<String>> origins) {}

        record Drain(
                @Word(value = "How long to serve on, not ready, before the listener closes.", preset = "0s")
                Duration delay,

                @Word(value = "How long running calls then have.", preset = "30s")
                Duration grace) {}
    }
}
