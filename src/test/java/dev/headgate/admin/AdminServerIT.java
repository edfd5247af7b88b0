// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.headgate.config.ConfigLoader;
import dev.headgate.config.LoadResult;
import dev.headgate.metering.UsageLedger;
import dev.headgate.store.local.LocalUsageJournal;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What the management port does with requests that it cannot serve. */
final class AdminServerIT {
    @TempDir
    Path dir;

    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private final Logger log = (Logger) LoggerFactory.getLogger(AdminServer.class);
    private final Vertx vertx = Vertx.vertx();
    private int port;

    @BeforeEach
    void start() throws IOException {
        lines.start();
        log.addAppender(lines);
        Files.writeString(dir.resolve("routes.yaml"), "version: 1\nbackends: { demo: { type: demo } }\n");
        Path settings = Files.writeString(
                dir.resolve("headgate.yaml"),
                "auth: none\nadmin: { host: 127.0.0.1, port: 0, token: env:TOKEN }\nfiles: [routes.yaml]\n");
        LoadResult.Loaded loaded = (LoadResult.Loaded) ConfigLoader.load(settings, List.of(), Map.of("TOKEN", "token"));
        var journal = new LocalUsageJournal(vertx, dir.resolve("state"), LocalUsageJournal.Options.DEFAULT);
        AdminServer server = new AdminServer(
                loaded.settings().admin(),
                new ConfigStatus(loaded.settings(), loaded.snapshot(), loaded.warnings()),
                backends -> {
                    throw new IllegalStateException("a part is broken");
                },
                () -> new StoreHealth(null, null, false),
                new UsageLedger(journal, null, InstantSource.system()),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                List.of());
        await(vertx.deployVerticle(server));
        port = server.port();
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
        await(vertx.close());
    }

    @Test
    void logs_what_went_wrong_with_a_request_that_it_answers_with_500() throws Exception {
        HttpResponse<String> answer = send(request("/admin/backends").GET());

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("the log says what").doesNotContain("a part is broken");
        assertThat(lines.list)
                .extracting(line -> line.getFormattedMessage() + ": "
                        + line.getThrowableProxy().getMessage())
                .containsExactly("GET /admin/backends failed: a part is broken");
    }

    @Test
    void a_method_that_a_path_does_not_take_is_405_and_a_path_that_is_not_there_404() throws Exception {
        assertThat(send(request("/admin/config").method("HEAD", BodyPublishers.noBody()))
                        .statusCode())
                .isEqualTo(405);
        assertThat(post("/admin/config", "application/json").statusCode()).isEqualTo(405);
        assertThat(post("/admin/nothing", "application/json").statusCode()).isEqualTo(404);
    }

    @Test
    void json_is_recognised_however_its_type_is_written_and_nothing_else_is() throws Exception {
        for (String json : List.of(
                "application/json", "Application/JSON", "application/json; charset=utf-8", "application/json ;x=y")) {
            assertThat(post("/admin/nothing", json).statusCode()).as(json).isEqualTo(404);
        }
        for (String other : List.of("text/plain", "application/jsonp", "text/plain; application/json")) {
            assertThat(post("/admin/nothing", other).statusCode()).as(other).isEqualTo(415);
        }
    }

    @Test
    void says_which_kind_of_credentials_it_wants() throws Exception {
        HttpRequest.Builder bare = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/config"));

        assertThat(send(bare).headers().firstValue("www-authenticate")).hasValue("Bearer");
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("authorization", "Bearer token");
    }

    private HttpResponse<String> post(String path, String type) throws Exception {
        return send(request(path).header("content-type", type).POST(BodyPublishers.ofString("{}")));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), BodyHandlers.ofString());
        }
    }
}
