// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.RedisAddress;
import dev.headgate.call.Secret;
import dev.headgate.config.HeadgateFile.AuthMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The static file's words to {@link HeadgateFile}: secrets resolved, paths absolute, rules checked. */
final class SettingsCompiler {
    private static final Duration REDIS_TIMEOUT = Duration.ofMillis(50);

    private final ConfigSources sources;
    private final Problems problems;

    SettingsCompiler(ConfigSources sources, Problems problems) {
        this.sources = sources;
        this.problems = problems;
    }

    /** The settings; must not be used if a problem was added. */
    HeadgateFile compile(SettingsFile words) {
        // A url that could not be read has been told; that it is missing would be a second, wrong problem.
        boolean whole = problems.errors() == 0;
        AuthMode auth = words.auth().value();
        SettingsFile.Server server = words.server();
        checkOpen(auth, words.listen().host());
        checkCors(auth, server.cors().origins());
        return new HeadgateFile(
                auth,
                new HeadgateFile.Listen(
                        words.listen().host().value(),
                        words.listen().port(),
                        tls(words.listen().tls())),
                admin(words.admin()),
                files(words.files()),
                words.prices() == null ? null : path(words.prices().value()),
                state(words.state(), whole),
                new HeadgateFile.Telemetry(words.telemetry().logs()),
                new HeadgateFile.Server(
                        server.maxBody().bytes(),
                        server.maxUpload().bytes(),
                        server.bodies().value(),
                        server.trustedProxies(),
                        server.cors().origins().stream().map(At::value).toList(),
                        server.drain().delay(),
                        server.drain().grace(),
                        server.exposeHeaders()));
    }

    /** The management port. */
    HeadgateFile.Admin admin(SettingsFile.Admin words) {
        return new HeadgateFile.Admin(
                words.host(),
                words.port(),
                secret(words.token(), "set it, or leave token: out to get one printed at start"));
    }

    private void checkOpen(AuthMode auth, At<String> host) {
        boolean accepted = "1".equals(sources.environment().get("HEADGATE_ACCEPT_OPEN"));
        if (auth == AuthMode.NONE && !Endpoints.isLoopback(host.value()) && !accepted) {
            problems.error(
                    ProblemCode.OPEN_LISTENER,
                    host.at(),
                    "auth: none on an address that other machines can reach lets anybody spend your money",
                    "not a loopback address",
                    "say auth: keys, or listen on 127.0.0.1, or set HEADGATE_ACCEPT_OPEN=1 if something else guards the port");
        }
    }

    private void checkCors(AuthMode auth, List<At<String>> origins) {
        for (At<String> origin : origins) {
            if (auth == AuthMode.NONE) {
                problems.error(ProblemCode.CORS, origin.at(), "cors needs auth: keys", null, null);
                return;
            }
            if (!Endpoints.isOrigin(origin.value())) {
                problems.error(
                        ProblemCode.CORS,
                        origin.at(),
                        "\"" + origin.value() + "\" is not an origin",
                        null,
                        "an origin is scheme://host[:port] in small letters; * is not accepted");
            }
        }
    }

    private HeadgateFile.@Nullable Tls tls(SettingsFile.Listen.@Nullable Tls words) {
        return words == null ? null : new HeadgateFile.Tls(readable(words.cert()), readable(words.key()));
    }

    private Path readable(At<String> written) {
        Path path = path(written.value());
        if (!Files.isReadable(path) || !Files.isRegularFile(path)) {
            problems.error(ProblemCode.TLS, written.at(), path + " does not exist or cannot be read", null, null);
        }
        return path;
    }

    private HeadgateFile.State state(SettingsFile.State words, boolean whole) {
        At<SecretRef> url = words.url();
        At<Duration> timeout = words.timeout();
        boolean redis = words.store().value() == HeadgateFile.Store.REDIS;
        if (redis && url == null && whole) {
            problems.error(
                    ProblemCode.STORE,
                    words.store().at(),
                    "store: redis needs a url",
                    null,
                    "such as url: env:REDIS_URL, with redis://host:6379 in the variable");
        }
        if (!redis && url != null) {
            problems.error(ProblemCode.STORE, url.at(), "a local store has no url", null, "say store: redis");
        }
        if (!redis && timeout != null) {
            problems.error(ProblemCode.STORE, timeout.at(), "a local store has no timeout", null, "say store: redis");
        }
        return new HeadgateFile.State(
                words.store().value(),
                path(words.dir()),
                redis ? redisUrl(url) : null,
                timeout == null ? REDIS_TIMEOUT : timeout.value());
    }

    private @Nullable Secret redisUrl(@Nullable At<SecretRef> written) {
        Secret url = secret(written, "set it where the gateway is started");
        if (url != null && written != null) {
            try {
                RedisAddress.of(url.reveal());
            } catch (IllegalArgumentException e) {
                // The message never repeats the address, which may hold a password.
                problems.error(
                        ProblemCode.STORE,
                        written.at(),
                        "the url is no address of a Redis: " + e.getMessage(),
                        null,
                        "such as redis://:password@host:6379, rediss://host with TLS, redis-sentinel://host,host/master or"
                                + " redis-cluster://host,host");
            }
        }
        return url;
    }

    private @Nullable Secret secret(@Nullable At<SecretRef> ref, String ifMissing) {
        if (ref == null) {
            return null;
        }
        try {
            return new Secrets(sources.environment(), FileView.ofDisk(), new Fingerprint()).resolve(ref.value());
        } catch (Secrets.Unavailable e) {
            problems.error(
                    e.missing ? ProblemCode.SECRET_NOT_SET : ProblemCode.SECRET_UNUSABLE,
                    ref.at(),
                    e.reason(),
                    null,
                    e.missing ? ifMissing : null);
            return null;
        }
    }

    private List<String> files(@Nullable List<At<String>> written) {
        if (!sources.routes().isEmpty()) {
            return sources.routes().stream()
                    .map(p -> p.toAbsolutePath().normalize().toString())
                    .toList();
        }
        if (written == null) {
            return List.of(path("routes.yaml").toString());
        }
        return written.stream().map(this::file).toList();
    }

    private String file(At<String> written) {
        Path path = path(written.value());
        if (path.getParent() == null || FileView.isPattern(path.getParent())) {
            problems.error(
                    ProblemCode.BAD_PATTERN,
                    written.at(),
                    "wildcards can only stand in the last part of a path",
                    null,
                    "such as \"tenants/*.yaml\"");
        }
        return path.toString();
    }

    private Path path(String written) {
        return sources.base().resolve(written).toAbsolutePath().normalize();
    }
}
