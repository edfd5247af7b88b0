// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Backend;
import dev.headgate.call.DemoSettings;
import dev.headgate.call.Guards;
import dev.headgate.call.Guards.BulkheadRule;
import dev.headgate.call.Guards.HealthRule;
import dev.headgate.call.Secret;
import dev.headgate.call.Timeouts;
import dev.headgate.config.RoutesFile.Backend.Dialect;
import dev.headgate.config.RoutesFile.Backend.UsageInStream;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A backend's words to a {@link Backend} with its secrets. */
final class BackendCompiler {
    private static final Duration MAX_WAIT = Duration.ofSeconds(1);

    /** RFC 3986, 3.3. */
    private static final Pattern HEALTH_PATH = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,200}");

    private final Secrets secrets;
    private final Timeouts timeouts;
    private final Problems problems;

    /** @param timeouts where a backend says nothing itself */
    BackendCompiler(Secrets secrets, Timeouts timeouts, Problems problems) {
        this.secrets = secrets;
        this.timeouts = timeouts;
        this.problems = problems;
    }

    /** The backend; if a problem was added, it must not be used. */
    Backend compile(Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words) {
        checkDialect(row, words);
        Backend.Auth auth = auth(words);
        List<String> missing = new ArrayList<>();
        List<Secret> keys = keys(row, words, auth, missing);
        URI baseUrl = baseUrl(row, words);
        return new Backend(
                row.name(),
                Backend.Dialect.valueOf(words.type().name()),
                baseUrl,
                auth,
                keys,
                Headers.compile(words.headers(), credential(auth), problems),
                words.apiVersion() == null ? null : words.apiVersion().value(),
                words.type() == Dialect.DEMO ? demo(words.demo()) : null,
                ca(words, baseUrl, missing),
                proxy(words),
                words.usageInStream() == UsageInStream.ASK,
                guards(row, words),
                missing.isEmpty() ? null : String.join("; ", missing));
    }

    private Guards guards(Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words) {
        return new Guards(
                words.timeouts().over(timeouts), words.breaker().rule(), bulkhead(row, words), health(words.health()));
    }

    private @Nullable BulkheadRule bulkhead(Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words) {
        At<Duration> wait = words.maxWait();
        if (words.maxConcurrent() != null) {
            return new BulkheadRule(words.maxConcurrent().value(), wait == null ? MAX_WAIT : wait.value());
        }
        if (wait != null && !row.damaged()) {
            problems.error(
                    ProblemCode.MAX_WAIT,
                    wait.at(),
                    "maxWait without maxConcurrent: no call ever waits for a slot",
                    null,
                    "maxConcurrent: 64, or adaptive");
        }
        return null;
    }

    private @Nullable HealthRule health(@Nullable At<RoutesFile.Backend.Health> words) {
        if (words == null) {
            return null;
        }
        At<String> path = words.value().path();
        if (!HEALTH_PATH.matcher(path.value()).matches()) {
            problems.error(
                    ProblemCode.HEALTH,
                    path.at(),
                    "health.path is a path below baseUrl that begins with a slash, without query",
                    null,
                    "such as /models");
        }
        return new HealthRule(path.value(), words.value().every());
    }

    private void checkDialect(Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words) {
        boolean demo = words.type() == Dialect.DEMO;
        refuse(demo ? words.baseUrl() : null, row, "baseUrl", "a demo backend has no address");
        refuse(demo ? words.auth() : null, row, "auth", "a demo backend takes no credential");
        refuse(demo ? words.proxy() : null, row, "proxy", "a demo backend has no address");
        refuse(demo && words.tls() != null ? words.tls().ca() : null, row, "tls", "a demo backend has no address");
        refuse(demo ? words.health() : null, row, "health", "a demo backend answers in the process");
        refuse(demo ? null : words.demo(), row, "demo", "only a backend of type demo has it");
        boolean azure = words.type() == Dialect.AZURE;
        refuse(azure ? null : words.apiVersion(), row, "apiVersion", "only a backend of type azure has it");
        if (azure && words.apiVersion() == null && !row.damaged()) {
            problems.error(
                    ProblemCode.DIALECT,
                    row.at(),
                    "backend \"" + row.name() + "\" has no apiVersion",
                    null,
                    "Azure wants one, such as apiVersion: 2024-10-21");
        }
        At<String> version = words.apiVersion();
        if (version != null && !version.value().matches("[A-Za-z0-9.-]{1,40}")) {
            problems.error(ProblemCode.DIALECT, version.at(), "apiVersion is a date such as 2024-10-21", null, null);
        }
    }

    private void refuse(@Nullable At<?> word, Table.Row<?> row, String key, String why) {
        if (word != null) {
            problems.error(
                    ProblemCode.DIALECT, word.at(), "backend \"" + row.name() + "\" cannot have " + key, why, null);
        }
    }

    private @Nullable URI baseUrl(Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words) {
        At<String> written = words.baseUrl();
        if (words.type() == Dialect.DEMO) {
            return null;
        }
        if (written == null) {
            if (!row.damaged()) {
                problems.error(
                        ProblemCode.BASE_URL,
                        row.at(),
                        "backend \"" + row.name() + "\" has no baseUrl",
                        null,
                        "for OpenAI: baseUrl: \"https://api.openai.com/v1\"");
            }
            return null;
        }
        URI uri = Endpoints.baseUrl(written.value());
        if (uri == null) {
            problems.error(
                    ProblemCode.BASE_URL,
                    written.at(),
                    "baseUrl must be an absolute http or https URL without user, query and fragment",
                    null,
                    "such as \"https://api.openai.com/v1\"");
        }
        return uri;
    }

    private Backend.Auth auth(RoutesFile.Backend words) {
        At<String> written = words.auth();
        if (words.type() == Dialect.DEMO) {
            return new Backend.Auth.None();
        }
        if (written == null) {
            return words.type() == Dialect.AZURE ? new Backend.Auth.Header("api-key") : new Backend.Auth.Bearer();
        }
        String text = written.value();
        if (text.equals("bearer")) {
            return new Backend.Auth.Bearer();
        } else if (text.equals("none")) {
            return new Backend.Auth.None();
        }
        String wrong = text.startsWith("header:")
                ? Headers.whyNotForCredential(text.substring(7))
                : "auth says how a credential travels";
        if (wrong != null) {
            problems.hide(written.at());
            problems.error(ProblemCode.AUTH, written.at(), wrong, null, "use bearer, header:NAME or none");
            return new Backend.Auth.None();
        }
        return new Backend.Auth.Header(text.substring(7));
    }

    private static @Nullable String credential(Backend.Auth auth) {
        return auth instanceof Backend.Auth.Header header ? header.name() : null;
    }

    private List<Secret> keys(
            Table.Row<RoutesFile.Backend> row, RoutesFile.Backend words, Backend.Auth auth, List<String> missing) {
        boolean none = auth instanceof Backend.Auth.None;
        boolean badAuth = words.auth() != null && none && !words.auth().value().equals("none");
        if (none && !words.apiKeys().isEmpty() && !badAuth) {
            problems.error(
                    ProblemCode.API_KEYS,
                    words.apiKeys().getFirst().at(),
                    "backend \"" + row.name() + "\" takes no credential, but has apiKeys",
                    null,
                    null);
        } else if (!none && words.apiKeys().isEmpty() && !row.damaged()) {
            problems.error(
                    ProblemCode.API_KEYS,
                    row.at(),
                    "backend \"" + row.name() + "\" has no apiKeys",
                    null,
                    "apiKeys: [env:NAME], or auth: none if it needs no credential");
        }
        List<Secret> keys = new ArrayList<>();
        for (At<SecretRef> ref : words.apiKeys()) {
            try {
                keys.add(secrets.resolve(ref.value()));
            } catch (Secrets.Unavailable e) {
                unavailable(e, ref.at(), words.optional(), missing);
            }
        }
        return missing.isEmpty() ? keys : List.of();
    }

    private @Nullable String ca(RoutesFile.Backend words, @Nullable URI baseUrl, List<String> missing) {
        if (words.tls() == null) {
            return null;
        }
        At<SecretRef.File> ca = words.tls().ca();
        if (baseUrl != null && !baseUrl.getScheme().equals("https")) {
            problems.error(ProblemCode.CA, ca.at(), "tls.ca has no effect: the baseUrl is not https", null, null);
        }
        try {
            return secrets.pem(ca.value());
        } catch (Secrets.Unavailable e) {
            if (e.missing && words.optional()) {
                missing.add(e.reason());
            } else {
                problems.error(ProblemCode.CA, ca.at(), e.reason(), null, null);
            }
            return null;
        }
    }

    private @Nullable URI proxy(RoutesFile.Backend words) {
        At<String> written = words.proxy();
        URI uri = written == null ? null : Endpoints.proxy(written.value());
        if (written != null && uri == null) {
            problems.error(
                    ProblemCode.PROXY, written.at(), "a proxy is written http://host:port, without user", null, null);
        }
        return uri;
    }

    private void unavailable(Secrets.Unavailable e, Span at, boolean optional, List<String> missing) {
        if (e.missing && optional) {
            missing.add(e.reason());
            return;
        }
        problems.error(
                e.missing ? ProblemCode.SECRET_NOT_SET : ProblemCode.SECRET_UNUSABLE,
                at,
                e.reason(),
                null,
                e.missing ? "set it, or say optional: true to start with this backend off" : null);
    }

    static DemoSettings demo(@Nullable At<RoutesFile.Backend.Demo> written) {
        RoutesFile.Backend.Demo words =
                written == null ? Binder.presets(RoutesFile.Backend.Demo.class) : written.value();
        return new DemoSettings(
                (int) words.words().value(),
                (int) words.tokensPerSecond().value(),
                words.errorRate().value(),
                words.delay());
    }
}
