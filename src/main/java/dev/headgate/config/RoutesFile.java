// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code routes.yaml} and its fragments, as written: names are not resolved and secrets not read. */
@Later(
        feature = "flags and rollouts",
        words = {"flags", "checks", "rollouts", "experiments", "experiment", "prompts", "prompt", "context"})
@Later(
        feature = "quotas",
        words = {"limits", "alerts"})
record RoutesFile(
        @Word(value = "Version of this vocabulary; there is only 1.", preset = "1")
        At<Integer> version,

        @Word("What holds for every backend and route that says nothing else; in one file only.") @Nullable
        At<Defaults> defaults,

        @Word(value = "Endpoints with their credentials, by name.", names = Names.PLAIN)
        Table<Backend> backends,

        @Word(value = "A backend's models with their parameters, by name.", names = Names.MODEL)
        Table<Model> models,

        @Word(value = "The names that clients send as `model`.", names = Names.MODEL)
        Table<Route> routes,

        @Word(value = "Who may call, by name.", names = Names.PLAIN)
        Table<Tenant> tenants) {

    @Later(
            feature = "resilience",
            words = {"retry", "onDisconnect"})
    @Later(
            feature = "caches",
            words = {"cache"})
    record Defaults(
            @Word("How long things may take.") DefaultTimeouts timeouts,

            @Word(
                    value = "Streams: after how long without content the head and keep-alive comments are sent.",
                    preset = "10s",
                    min = 1)
            Duration earlyHead) {

        @Later(
                feature = "resilience",
                words = {"firstByte", "firstToken", "idle"})
        record DefaultTimeouts(
                @Word(value = "Opening a connection to a backend.", preset = "2s", min = 1)
                Duration connect,

                @Word(value = "A call, over all its attempts.", preset = "10m", min = 1)
                Duration total) {}
    }

    @Later(
            feature = "resilience",
            words = {"maxConcurrent", "breaker", "health", "keepStableWarm"})
    @Later(
            feature = "object records",
            words = {"dedicatedTo"})
    record Backend(
            @Word(value = "The API that it speaks.", preset = "openai")
            Dialect type,

            @Word("Absolute http(s) URL without query, up to and including `/v1`; none for `demo`.") @Nullable
            At<String> baseUrl,

            @Word(value = "Credentials in order of preference, each `env:NAME` or `file:/path`.", most = 20)
            List<At<SecretRef>> apiKeys,

            @Word(
                    value = "How a credential travels: `bearer`, `header:NAME` or `none`.",
                    otherwise = "`bearer`; `header:api-key` for `azure`")
            @Nullable
            At<String> auth,

            @Word(value = "Static headers of every request to it.", names = Names.TOKEN)
            Table<At<String>> headers,

            @Word("TLS towards it.") @Nullable Tls tls,

            @Word(value = "An egress proxy, `http://host:port`.", otherwise = "none") @Nullable
            At<String> proxy,

            @Word("Azure's `api-version`; required for `azure`.") @Nullable
            At<String> apiVersion,

            @Word(value = "Whether streams are asked for their usage (`stream_options.include_usage`).", preset = "ask")
            UsageInStream usageInStream,

            @Word(
                    value = "Off, visibly, if one of its secrets is missing; otherwise that is an error.",
                    preset = "false")
            boolean optional,

            @Word("How long things may take.") BackendTimeouts timeouts,

            @Word("How the demo backend answers; only for `demo`.") @Nullable
            At<Demo> demo) {

        @Later(
                feature = "further vendors",
                words = {"anthropic", "gemini", "bedrock"})
        enum Dialect {
            OPENAI,
            AZURE,
            DEMO
        }

        enum UsageInStream {
            ASK,
            NEVER
        }

        record Tls(
                @Word("PEM file of the authorities to trust instead of the system's, `file:/path`.")
                At<SecretRef.File> ca) {}

        @Later(
                feature = "resilience",
                words = {"firstByte", "firstToken", "idle"})
        record BackendTimeouts(
                @Word(value = "Opening a connection.", otherwise = "`defaults.timeouts.connect`", min = 1) @Nullable
                Duration connect) {}

        record Demo(
                @Word(value = "Words of an answer of `demo/lorem`.", preset = "64", min = 1, max = 100_000)
                Units.Count words,

                @Word(value = "Pace of streams.", preset = "50", min = 1, max = 100_000)
                Units.Count tokensPerSecond,

                @Word(value = "Share of the calls of `demo/flaky` that fail.", preset = "20%", max = 100)
                Units.Percent errorRate,

                @Word(value = "How long `demo/slow` thinks before its first token.", preset = "3s")
                Duration delay) {}
    }

    @Later(
            feature = "pools",
            words = {"balance", "of"})
    @Later(
            feature = "prices",
            words = {"price"})
    @Later(
            feature = "context fitting",
            words = {"contextWindow", "prompt", "context"})
    record Model(
            @Word("The backend that has it.") At<String> backend,

            @Word(value = "The vendor's model id.", otherwise = "the model's own name") @Nullable
            At<String> id,

            @Word(value = "Members of the request that replace whatever the client says.", names = Names.MEMBER)
            Table<Json> set,

            @Word(
                    value = "Members of the request that are added if the client does not say them.",
                    key = "default",
                    names = Names.MEMBER)
            Table<Json> defaults) {}

    @Later(
            feature = "flags and rollouts",
            words = {"rollout", "split", "flag", "stickyBy", "experiment", "prompt", "context", "shadow", "goldenSet"})
    @Later(
            feature = "resilience",
            words = {"retry", "onContextTooLong", "onContentFilter", "onDisconnect", "degraded"})
    @Later(
            feature = "caches",
            words = {"cache"})
    record Route(
            @Word("The model that answers; for a name without `*`.") @Nullable
            At<String> stable,

            @Word(value = "Models to try, in order, while nothing has reached the client; at most 2.", most = 2)
            List<At<String>> fallback,

            @Word("The backend that gets the client's own name; for a pattern such as `gpt-*`.") @Nullable
            At<String> backend,

            @Word(value = "Names that `GET /v1/models` shows of a pattern.", names = Names.MODEL)
            List<At<String>> list,

            @Word(
                    value = "Streams: after how long without content the head and keep-alive comments are sent.",
                    otherwise = "`defaults.earlyHead`",
                    min = 1)
            @Nullable
            Duration earlyHead,

            @Word("How long things may take.") RouteTimeouts timeouts) {

        @Later(
                feature = "resilience",
                words = {"firstByte", "firstToken", "idle"})
        record RouteTimeouts(
                @Word(value = "A call, over all its attempts.", otherwise = "`defaults.timeouts.total`", min = 1)
                @Nullable
                Duration total) {}
    }

    @Later(
            feature = "quotas",
            words = {"timeZone", "limits", "perUser", "perAddress", "perRoute", "whenLimited", "weight", "alerts"})
    @Later(
            feature = "the request log",
            words = {"logBodies"})
    record Tenant(
            @Word(
                    value = "Names that it may send as `model`; a trailing `*` makes a prefix.",
                    otherwise = "all",
                    names = Names.MODEL,
                    least = 1)
            @Nullable
            List<At<String>> mayUse,

            @Word(
                    value =
                            "`own`: it may use stateful endpoints (files, batches, stored responses) and sees only its own objects.",
                    otherwise = "off")
            @Nullable
            Objects objects,

            @Word(
                    value = "`unmetered`: it may start work whose cost no call shows (batches, fine-tuning).",
                    otherwise = "off")
            @Nullable
            Spend spend,

            @Word(value = "Its keys, by name.", names = Names.PLAIN, least = 1, required = true)
            Table<Key> keys) {

        enum Objects {
            OWN
        }

        enum Spend {
            UNMETERED
        }

        @Later(
                feature = "quotas",
                words = {"limits", "priority"})
        @Later(
                feature = "flags and rollouts",
                words = {"may"})
        record Key(
                @Word(
                        value = "SHA-256 of the key in hexadecimal; two while it is being rotated.",
                        least = 1,
                        most = 2,
                        required = true)
                List<At<String>> sha256,

                @Word(value = "The day at whose start (UTC) it is no longer accepted.", otherwise = "never") @Nullable
                At<LocalDate> expires,

                @Word(value = "Labels for logs and rules.", names = Names.PLAIN)
                Table<At<String>> labels) {}
    }
}
