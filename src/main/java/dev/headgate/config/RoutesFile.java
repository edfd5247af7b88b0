// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.OnDisconnect;
import dev.headgate.call.Priority;
import dev.headgate.quota.WhenPriceUnknown;
import dev.headgate.routing.Choice.Balance;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code routes.yaml} and its fragments, as written: names are not resolved and secrets not read. */
@Later(
        feature = "flags and rollouts",
        words = {"flags", "checks", "rollouts", "experiments", "experiment", "prompts", "prompt", "context"})
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

        @Word(value = "Sets of limits that tenants and keys can name.", names = Names.PLAIN)
        Table<LimitWords> limits,

        @Word(value = "Who may call, by name.", names = Names.PLAIN)
        Table<Tenant> tenants) {

    @Later(
            feature = "caches",
            words = {"cache"})
    record Defaults(
            @Word("How long things may take; what backends, models and routes say themselves wins.")
            TimeoutWords.OfDefaults timeouts,

            @Word("How often a call is tried.") RetryWords.OfDefaults retry,

            @Word(
                    value = "Streams: after how long without content the head and keep-alive comments are sent.",
                    preset = "10s",
                    min = 1)
            Duration earlyHead,

            @Word(
                    value =
                            "When a client leaves: `cancel` leaves the backend too, `drain` reads its answer on for at most 60 s and throws"
                                    + " it away, so that the tokens which it counts are known.",
                    preset = "cancel")
            OnDisconnect onDisconnect) {}

    @Later(
            feature = "flags and rollouts",
            words = {"keepStableWarm"})
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

            @Word(
                    value = "How long a try may take.",
                    otherwise = "word by word, `defaults.timeouts`; its `total` is of calls, not of tries")
            TimeoutWords.OfTry timeouts,

            @Word("When a model of it gets no calls for a while, because it fails or crawls.")
            BreakerWords breaker,

            @Word(
                    value = "How many calls it gets at once; `adaptive` finds out from the time to the first byte.",
                    otherwise = "any number",
                    min = 1,
                    max = 100_000)
            Units.@Nullable Slots maxConcurrent,

            @Word(
                    value =
                            "How long a call waits for a free slot if no other target is free; only with `maxConcurrent`.",
                    otherwise = "`1s`")
            @Nullable
            At<Duration> maxWait,

            @Word(value = "A request that tells whether it lives; not for `demo`.", otherwise = "it is not asked")
            @Nullable
            At<Health> health,

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

        record Health(
                @Word("Path below `baseUrl`, such as `/models`.")
                At<String> path,

                @Word(value = "How often; at least 1s.", preset = "10s", min = 1_000)
                Duration every) {}

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
            feature = "context fitting",
            words = {"prompt", "context"})
    record Model(
            @Word(value = "The backend that has it.", otherwise = "required, unless it is a pool") @Nullable
            At<String> backend,

            @Word(value = "The vendor's model id.", otherwise = "the model's own name") @Nullable
            At<String> id,

            @Word(value = "Members of the request that replace whatever the client says.", names = Names.MEMBER)
            Table<Json> set,

            @Word(
                    value = "Members of the request that are added if the client does not say them.",
                    key = "default",
                    names = Names.MEMBER)
            Table<Json> defaults,

            @Word(
                    value = "Tokens that fit into prompt and answer together.",
                    otherwise = "unknown",
                    min = 1,
                    max = 1_000_000_000)
            @Nullable
            At<Units.Count> contextWindow,

            @Word(
                    value = "What it costs, in US dollars; wins over the file of prices.",
                    otherwise = "the price of its `id` in the file that `prices:` of conf/headgate.yaml names")
            @Nullable
            At<PriceWords> price,

            @Word(value = "How long a try may take.", otherwise = "word by word, the backend's") @Nullable
            At<TimeoutWords.OfTry> timeouts,

            @Word(
                    value =
                            "A pool: which member gets a call first. `weighted` throws dice, `leastInFlight` takes the one with the"
                                    + " fewest running calls for its weight, `fastest` the one with the shortest recent time to the first token, or to an answer that is no stream.",
                    otherwise = "`weighted`")
            @Nullable
            At<Balance> balance,

            @Word(
                    value =
                            "A pool: its members, models that do the same work, with weights in percent that sum to 100.",
                    names = Names.MODEL,
                    min = 1,
                    max = 100)
            @Nullable
            At<Table<Integer>> of) {}

    @Later(
            feature = "flags and rollouts",
            words = {"rollout", "split", "flag", "stickyBy", "experiment", "prompt", "context", "shadow", "goldenSet"})
    @Later(
            feature = "caches",
            words = {"cache"})
    record Route(
            @Word("The model or pool that answers; for a name without `*`.") @Nullable
            At<String> stable,

            @Word(
                    value = "Models or pools to try, in order, while nothing has reached the client; at most 2.",
                    most = 2)
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

            @Word(value = "When a client leaves: `cancel` or `drain`.", otherwise = "`defaults.onDisconnect`") @Nullable
            OnDisconnect onDisconnect,

            @Word(value = "How long things may take.", otherwise = "word by word, the model's")
            TimeoutWords.OfRoute timeouts,

            @Word("How often a call is tried.") RetryWords retry,

            @Word(value = "Models or pools for prompts that are too long for the stable one; at most 2.", most = 2)
            List<At<String>> onContextTooLong,

            @Word(value = "Models or pools for prompts that a backend's content filter refused; at most 2.", most = 2)
            List<At<String>> onContentFilter,

            @Word(value = "What is answered when every target failed.", otherwise = "an error") @Nullable
            Degraded degraded) {

        record Degraded(
                @Word("The text of the answer, at most 4,000 characters.")
                At<String> answer) {}
    }

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

            @Word(value = "Where its days, weeks and months begin: a name of the time zone database.", preset = "UTC")
            ZoneId timeZone,

            @Word(
                    value =
                            "What it may use: names from `limits`, or sets such as `{ requestsPerMinute: 600 }`. All apply; a kind can"
                                    + " stand only once.",
                    names = Names.PLAIN)
            List<At<Either<String, LimitWords>>> limits,

            @Word(
                    value =
                            "What each value of the request's `user` may use, besides the tenant's own limits: a name or a set.",
                    names = Names.PLAIN)
            @Nullable
            At<Either<String, LimitWords>> perUser,

            @Word(value = "What each client address may use: a name or a set.", names = Names.PLAIN) @Nullable
            At<Either<String, LimitWords>> perAddress,

            @Word(
                    value = "What its calls of a route may use, by the route's name: a name or a set.",
                    names = Names.MODEL)
            Table<At<Either<String, LimitWords>>> perRoute,

            @Word(
                    value = "What a call does for which a limit has no room now: `{ wait: 5s }` lets it wait.",
                    otherwise = "it is refused at once")
            @Nullable
            At<WhenLimited> whenLimited,

            @Word(
                    value = "Its share, beside other tenants', of a backend's slots and of the places to wait.",
                    preset = "1",
                    min = 1,
                    max = 100)
            int weight,

            @Word(
                    value =
                            "What becomes of calls under a limit in dollars whose cost nobody could tell, because the model has no"
                                    + " price: they pass, counted as nothing and marked (`allow`), or they get a 400 (`refuse`).",
                    preset = "allow")
            WhenPriceUnknown whenPriceUnknown,

            @Word("Who is told when its limits by day, week and month are nearly used up.") @Nullable
            At<Alerts> alerts,

            @Word(value = "Its keys, by name.", names = Names.PLAIN, least = 1, required = true)
            Table<Key> keys) {

        record Alerts(
                @Word("Where they are posted: `env:NAME` or `file:/path` of an absolute http(s) URL.")
                At<SecretRef> webhook,

                @Word("What they are signed with: `env:NAME` or `file:/path` of `whsec_` and Base64, or of any text.")
                At<SecretRef> secret,

                @Word(
                        value = "The used parts of a limit at which it is told, once in each window.",
                        otherwise = "`[80%, 100%]`",
                        least = 1,
                        most = 10,
                        min = 1,
                        max = 100)
                @Nullable
                List<At<Units.Percent>> at) {}

        enum Objects {
            OWN
        }

        enum Spend {
            UNMETERED
        }

        record WhenLimited(
                @Word(
                        key = "wait",
                        value = "How long at most; a call that would have to wait longer is refused at once.",
                        required = true,
                        min = 1,
                        max = 60_000)
                Duration longest) {}

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
                Table<At<String>> labels,

                @Word(
                        value = "What calls with it may use, besides the tenant's limits: a list of names and sets.",
                        names = Names.PLAIN)
                List<At<Either<String, LimitWords>>> limits,

                @Word(value = "Whose calls go first when the process has too much to do.", preset = "default")
                Priority priority) {}
    }
}
