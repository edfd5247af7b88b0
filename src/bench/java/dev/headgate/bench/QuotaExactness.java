// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import dev.headgate.auth.KeyFormat;
import dev.headgate.bench.QuotaClients.Told;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * {@code bench/quotas processes URL [CALLS]}: whether limits hold exactly over three gateway processes on the Redis at URL, for 100
 * closed-loop clients of all three, each limit with so many calls. Prints what was admitted and what could be, and fails if that is more or if
 * what is stored is not what was used. Every run has tenants of its own; nothing in Redis is deleted.
 */
final class QuotaExactness {
    private static final int PROCESSES = 3;
    private static final int CLIENTS = 100;
    private static final long CALL_MILLIS = 200;
    private static final long NANO_DOLLARS_A_CALL = 1_000_000;
    private static final int REQUESTS_A_MINUTE = 6_000;
    private static final int REQUESTS_AT_ONCE = 50;
    private static final int TOKENS_A_MINUTE = 60_000;
    private static final int TOKENS_AT_ONCE = 2_000;
    private static final int PLACES = 40;

    private final Vertx vertx = Vertx.vertx();
    private final CountingUpstream upstream = new CountingUpstream(vertx, CALL_MILLIS);
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final Map<String, String> keys = new HashMap<>();
    private final Redis redis;
    private final String url;
    private final int calls;
    private boolean held = true;

    private QuotaExactness(String url, int calls) throws Exception {
        this.url = url;
        this.calls = calls;
        this.redis = Redis.createClient(vertx, url);
    }

    public static void main(String[] args) throws Exception {
        String url = args.length > 0 ? args[0] : "redis://127.0.0.1:6379";
        int calls = args.length > 1 ? Integer.parseInt(args[1]) : 20_000;
        System.exit(new QuotaExactness(url, calls).measure() ? 0 : 1);
    }

    private boolean measure() throws Exception {
        Path home = Path.of(System.getProperty("bench.home"));
        Path dir = Files.createTempDirectory("headgate-quotas");
        List<Headgate> gateways = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                gateways.add(Headgate.start("headgate " + i, home, dir.resolve("" + i), routes(), "-Xmx128m", url));
            }
            List<Integer> ports =
                    gateways.stream().map(one -> one.process.port()).toList();
            System.out.printf(
                    Locale.ROOT,
                    "%s, load average %s, JDK %s%n%n| limit | calls | admitted, by process | could be | held |%n|---|---:|---:|---:|---|%n",
                    ProcessFacts.cpu(),
                    ProcessFacts.load(),
                    Runtime.version());
            warmUp(clients(ports, "warm"));
            budget(clients(ports, "money"));
            requests(clients(ports, "requests"));
            tokens(clients(ports, "tokens"));
            places(clients(ports, "places"));
        } finally {
            gateways.forEach(Headgate::close);
        }
        return held;
    }

    /** Until every process has its connections to Redis: a call that finds none is decided alone, which is not what is measured. */
    private static void warmUp(QuotaClients clients) {
        for (int i = 0; clients.run(10 * CLIENTS).stream().anyMatch(Told::local); i++) {
            if (i == 20) {
                throw new IllegalStateException("the gateways do not reach Redis in time");
            }
        }
    }

    private void budget(QuotaClients clients) throws Exception {
        List<Told> told = clients.run(calls);
        long paid = calls / 4;
        String stored = stored("money", "usdPerDay", paid * NANO_DOLLARS_A_CALL);
        row(
                "usdPerDay for %,d calls; stored %s nano-dollars".formatted(paid, stored),
                told,
                "%,d".formatted(paid),
                admitted(told) == paid && stored.equals("" + paid * NANO_DOLLARS_A_CALL));
    }

    private void requests(QuotaClients clients) {
        List<Told> told = clients.run(calls);
        double tightest = Intervals.tightest(told, 1, REQUESTS_AT_ONCE, REQUESTS_A_MINUTE);
        row(
                "requestsPerMinute 6,000, burst 50",
                told,
                "%,.0f".formatted(REQUESTS_AT_ONCE + REQUESTS_A_MINUTE / 60.0 * Intervals.seconds(told)),
                tightest <= 1);
    }

    private void tokens(QuotaClients clients) throws Exception {
        List<Told> told = clients.run(calls);
        long used = admitted(told) * CountingUpstream.TOKENS;
        String stored = stored("tokens", "tokensPerDay", used);
        double tightest = Intervals.tightest(told, CountingUpstream.TOKENS, TOKENS_AT_ONCE, TOKENS_A_MINUTE);
        double most = TOKENS_AT_ONCE + TOKENS_A_MINUTE / 60.0 * Intervals.seconds(told);
        row(
                "tokensPerMinute 60,000, burst 2,000; 31 tokens a call, 100 and more reserved; stored %s"
                        .formatted(stored),
                told,
                "%,.0f".formatted(most / CountingUpstream.TOKENS),
                tightest <= 1 && stored.equals("" + used));
    }

    private void places(QuotaClients clients) throws Exception {
        List<Told> told = clients.run(calls);
        int most = upstream.of("places").most.get();
        String key = "hg:{" + tenant("places") + "}:tenant/concurrency";
        await(() -> ask(Command.ZCARD, key).equals("0"));
        String left = ask(Command.ZCARD, key);
        row(
                "concurrency 40; at most %d ran at once, %s are left".formatted(most, left),
                told,
                "40 at once",
                most == PLACES && left.equals("0"));
    }

    private void row(String limit, List<Told> told, String most, boolean ok) {
        long seen = upstream.of(told.getFirst().name()).calls.get();
        long alone = told.stream().filter(Told::local).count();
        boolean counted = seen == admitted(told) && alone == 0 && told.stream().anyMatch(one -> one.status() == 429);
        held &= ok && counted;
        List<Long> each = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            int process = i;
            each.add(told.stream()
                    .filter(one -> one.status() == 200 && one.process() == process)
                    .count());
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %,d | %,d: %s | %s | %s |%n",
                limit,
                told.size(),
                admitted(told),
                each,
                most,
                ok && counted ? "yes" : "**no**, %d decided alone".formatted(alone));
    }

    private static long admitted(List<Told> told) {
        return told.stream().filter(one -> one.status() == 200).count();
    }

    /** What the day's counter says when it says what is wanted, or after ten seconds. */
    private String stored(String name, String kind, long wanted) throws Exception {
        String counter = "hg:{" + tenant(name) + "}:tenant/" + kind + "@" + LocalDate.now(ZoneOffset.UTC);
        await(() -> ask(Command.GET, counter).equals("" + wanted));
        return ask(Command.GET, counter);
    }

    private static void await(BooleanSupplier wanted) throws InterruptedException {
        for (int i = 0; i < 100 && !wanted.getAsBoolean(); i++) {
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private String ask(Command command, String key) {
        try {
            Response answer = redis.send(Request.cmd(command).arg(key))
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
            return String.valueOf(answer);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private String key(String name) {
        return keys.computeIfAbsent(name, none -> KeyFormat.create(new SecureRandom()));
    }

    private String tenant(String name) {
        return name + "-" + run;
    }

    private QuotaClients clients(List<Integer> ports, String name) {
        return new QuotaClients(ports, CLIENTS, key(name), name);
    }

    private String routes() {
        StringBuilder backends = new StringBuilder("version: 1\nbackends:\n");
        StringBuilder models = new StringBuilder("models:\n");
        StringBuilder routes = new StringBuilder("routes:\n");
        StringBuilder tenants = new StringBuilder("tenants:\n");
        for (String name : List.of("warm", "money", "requests", "tokens", "places")) {
            backends.append("  %s: { baseUrl: \"http://127.0.0.1:%d/%s/v1\", auth: none }\n"
                    .formatted(name, upstream.port, name));
            models.append(
                    "  %s: { backend: %s, price: { input: 0, output: 0, perRequest: 0.001 } }\n".formatted(name, name));
            routes.append("  %s: { stable: %s }\n".formatted(name, name));
            tenants.append("  %s: { limits: [%s], keys: { web: { sha256: [\"%s\"], priority: critical } } }\n"
                    .formatted(tenant(name), limits(name), KeyFormat.digest(key(name))));
        }
        return "" + backends + models + routes + tenants;
    }

    private String limits(String name) {
        return switch (name) {
            case "money" ->
                "{ usdPerDay: "
                        + BigDecimal.valueOf(calls / 4 * NANO_DOLLARS_A_CALL, 9).toPlainString() + " }";
            case "requests" -> "{ requestsPerMinute: { limit: 6000, burst: 50 } }";
            case "tokens" -> "{ tokensPerMinute: { limit: 60000, burst: 2000 } }, { tokensPerDay: 1000M }";
            case "places" -> "{ concurrency: 40 }";
            default -> "{ concurrency: 1000 }";
        };
    }
}
