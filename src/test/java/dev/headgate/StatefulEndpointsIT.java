// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.auth.KeyFormat;
import dev.headgate.call.Endpoint;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two tenants, one credential: whatever one of them makes, the other one cannot tell from what does not exist. */
final class StatefulEndpointsIT {
    private static final Random RANDOM = new Random(7);
    private static final String ACME = KeyFormat.create(RANDOM);
    private static final String RIVAL = KeyFormat.create(RANDOM);
    private static final String THRIFTY = KeyFormat.create(RANDOM);
    private static final String PLAIN = KeyFormat.create(RANDOM);
    private static final String COUNTED = KeyFormat.create(RANDOM);

    private static ObjectBackend backend;
    private static GatewayFixture gateway;
    private static ObjectClient acme;
    private static ObjectClient rival;

    @BeforeAll
    static void start() {
        backend = ObjectBackend.start("a");
        gateway = GatewayFixture.start("auth: keys\n", routes(backend));
        acme = new ObjectClient(gateway, ACME);
        rival = new ObjectClient(gateway, RIVAL);
        acme.makeOneOfEach();
    }

    @AfterAll
    static void stop() {
        gateway.close();
        backend.close();
    }

    private static String routes(ObjectBackend backend) {
        return """
                version: 1
                backends:
                  up: { baseUrl: "%s", auth: none }
                models:
                  m: { backend: up, id: vendor-model, set: { temperature: 0 } }
                routes:
                  chat: { stable: m }
                """.formatted(backend.baseUrl()) + tenants();
    }

    private static String tenants() {
        return "tenants:\n"
                + GatewayFixture.tenant("acme", ACME, "objects: own\n    spend: unmetered")
                + GatewayFixture.tenant("rival", RIVAL, "objects: own\n    spend: unmetered")
                + GatewayFixture.tenant("thrifty", THRIFTY, "objects: own")
                + GatewayFixture.tenant("plain", PLAIN, "mayUse: [chat]")
                + GatewayFixture.tenant(
                        "counted", COUNTED, "objects: own\n    limits: [{ requestsPerDay: 3, usdPerDay: 0.000001 }]");
    }

    static Stream<Endpoint> stateful() {
        return Arrays.stream(Endpoint.values()).filter(e -> e.kind() == Endpoint.Kind.STATEFUL);
    }

    /** Those that name an object, in the path or in the body. */
    static Stream<Endpoint> aboutAnObject() {
        return stateful()
                .filter(e -> e.path().contains("{")
                        || e == Endpoint.BATCHES_CREATE
                        || e == Endpoint.FINE_TUNING_CREATE
                        || e == Endpoint.VECTOR_STORES_CREATE);
    }

    @ParameterizedTest
    @MethodSource("stateful")
    void serves_the_tenant_that_made_the_objects(Endpoint endpoint) {
        Map<String, String> ids = acme.makeOneOfEach();

        HttpResponse<String> answer = acme.send(endpoint, ids);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("aboutAnObject")
    void tells_another_tenant_that_there_is_no_such_object(Endpoint endpoint) {
        Map<String, String> ids = acme.makeOneOfEach();
        Map<String, String> nobodys = ObjectClient.unknown(ids);
        int before = backend.requests().size();

        HttpResponse<String> foreign = rival.send(endpoint, ids);
        HttpResponse<String> unknown = rival.send(endpoint, nobodys);

        assertThat(foreign.statusCode()).isEqualTo(404);
        assertThat(code(foreign)).isEqualTo("not_found");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).isEqualTo(foreign.body().replaceAll("a\\d{6}", "a999999"));
        assertThat(backend.requests()).hasSize(before);
    }

    @ParameterizedTest
    @MethodSource("aboutAnObject")
    void tells_a_tenant_that_there_is_no_object_that_nobody_made(Endpoint endpoint) {
        Map<String, String> nobodys = ObjectClient.unknown(acme.makeOneOfEach());

        assertThat(acme.send(endpoint, nobodys).statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @MethodSource("stateful")
    void is_off_for_a_tenant_that_keeps_no_objects(Endpoint endpoint) {
        Map<String, String> ids = acme.makeOneOfEach();
        int before = backend.requests().size();

        HttpResponse<String> answer = new ObjectClient(gateway, PLAIN).send(endpoint, ids);

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(code(answer)).isEqualTo("objects_not_enabled");
        assertThat(backend.requests()).hasSize(before);
    }

    @ParameterizedTest
    @MethodSource("stateful")
    void shows_another_tenant_nothing_of_what_was_made(Endpoint endpoint) {
        Map<String, String> ids = acme.makeOneOfEach();

        String answer = rival.send(endpoint, ObjectClient.unknown(ids)).body();

        assertThat(ids.values()).noneMatch(answer::contains);
    }

    @Test
    void lists_what_a_tenant_made_and_nothing_else() {
        Map<String, String> mine = rival.makeOneOfEach();
        Map<String, String> theirs = acme.makeOneOfEach();

        for (var list : Map.of(
                        "/files", "file", "/batches", "batch", "/fine_tuning/jobs", "job", "/vector_stores", "store")
                .entrySet()) {
            String answer = rival.get(list.getKey()).body();
            assertThat(answer).contains(mine.get(list.getValue())).doesNotContain(theirs.get(list.getValue()));
            assertThat(new JsonObject(answer).getString("first_id")).isEqualTo(mine.get(list.getValue()));
        }
    }

    @Test
    void finds_a_tenants_only_entry_behind_many_pages_of_others() {
        String mine = rival.makeOneOfEach().get("store");
        Map<String, String> ids = acme.makeOneOfEach();
        for (int i = 0; i < 45; i++) {
            acme.send(Endpoint.VECTOR_STORES_CREATE, ids);
        }

        JsonObject page = new JsonObject(rival.get("/vector_stores?limit=20").body());

        assertThat(page.getJsonArray("data").getJsonObject(0).getString("id")).isEqualTo(mine);
        assertThat(page.getString("first_id")).isEqualTo(mine);
    }

    @Test
    void counts_a_call_about_objects_as_a_request_and_not_as_money() {
        ObjectClient counted = new ObjectClient(gateway, COUNTED);

        assertThat(counted.send(Endpoint.FILES_CREATE, Map.of()).statusCode()).isEqualTo(200);
        assertThat(counted.get("/files").statusCode()).isEqualTo(200);
        assertThat(counted.get("/files/file-unknown").statusCode()).isEqualTo(404);
        HttpResponse<String> refusal = counted.send(Endpoint.FILES_CREATE, Map.of());
        assertThat(refusal.statusCode()).isEqualTo(429);
        assertThat(refusal.headers().firstValue("x-headgate-limit")).hasValue("tenant/counted/requestsPerDay");
    }

    @Test
    void takes_no_page_mark_of_another_tenant() {
        String theirs = acme.makeOneOfEach().get("batch");

        assertThat(rival.get("/batches?after=" + theirs).statusCode()).isEqualTo(404);
        assertThat(acme.get("/batches?after=" + theirs).statusCode()).isEqualTo(200);
    }

    @Test
    void gives_a_tenant_the_files_that_its_batches_and_jobs_and_uploads_made() {
        Map<String, String> ids = acme.makeOneOfEach();
        acme.send(Endpoint.UPLOADS_COMPLETE, ids);

        for (String file : List.of(
                "file-out-" + ids.get("batch"), "file-result-" + ids.get("job"), "file-of-" + ids.get("upload"))) {
            assertThat(acme.get("/files/" + file + "/content").statusCode()).isEqualTo(200);
            assertThat(rival.get("/files/" + file + "/content").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void knows_no_object_after_it_was_deleted_but_still_the_file_that_left_a_vector_store() {
        Map<String, String> ids = acme.makeOneOfEach();

        acme.send(Endpoint.VECTOR_FILES_DELETE, ids);
        assertThat(acme.send(Endpoint.FILES_GET, ids).statusCode()).isEqualTo(200);
        acme.send(Endpoint.FILES_DELETE, ids);
        assertThat(acme.send(Endpoint.FILES_GET, ids).statusCode()).isEqualTo(404);
    }

    @Test
    void sends_the_vendors_model_id_of_a_job_without_the_routes_parameters() {
        acme.send(Endpoint.FINE_TUNING_CREATE, acme.makeOneOfEach());

        assertThat(backend.bodies())
                .filteredOn(body -> body.contains("training_file"))
                .last()
                .asString()
                .contains("\"model\":\"vendor-model\"")
                .doesNotContain("temperature");
    }

    @Test
    void starts_no_unmetered_work_for_a_tenant_without_leave_to() {
        ObjectClient thrifty = new ObjectClient(gateway, THRIFTY);
        String file = ObjectClient.id(thrifty.send(Endpoint.FILES_CREATE, Map.of()));

        for (HttpResponse<String> answer : List.of(
                thrifty.send(Endpoint.BATCHES_CREATE, Map.of("file", file)),
                thrifty.send(Endpoint.FINE_TUNING_CREATE, Map.of("file", file)),
                thrifty.post("/responses", "{\"model\":\"chat\",\"input\":\"hi\",\"background\":true}"))) {
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("spend: unmetered");
        }
        assertThat(acme.post("/responses", "{\"model\":\"chat\",\"input\":\"hi\",\"background\":true}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void goes_on_from_a_tenants_own_response_only() {
        Map<String, String> made = acme.makeOneOfEach();
        String next = "{\"model\":\"chat\",\"input\":\"more\",\"previous_response_id\":\"%s\"}"
                .formatted(made.get("response"));
        String file = """
                {"model":"chat","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"%s"}}]}]}
                """.formatted(made.get("file"));

        assertThat(acme.post("/responses", next).statusCode()).isEqualTo(200);
        assertThat(rival.post("/responses", next).statusCode()).isEqualTo(404);
        assertThat(new ObjectClient(gateway, PLAIN).post("/responses", next).statusCode())
                .isEqualTo(404);
        assertThat(rival.post("/chat/completions", file).statusCode()).isEqualTo(404);
    }

    @Test
    void records_a_response_that_was_streamed() {
        HttpResponse<String> stream = acme.post("/responses", "{\"model\":\"chat\",\"input\":\"hi\",\"stream\":true}");
        String id = stream.body().replaceAll("(?s).*?\"id\":\"(resp_\\w+)\".*", "$1");

        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(acme.get("/responses/" + id).statusCode()).isEqualTo(200);
        assertThat(rival.get("/responses/" + id).statusCode()).isEqualTo(404);
    }

    @Test
    void lets_no_item_lead_out_of_its_conversation() {
        String conversation = acme.makeOneOfEach().get("conversation");
        int before = backend.requests().size();

        for (String item : List.of("%252e%252e%252f%252e%252e%252ffiles", "a%3Fb=c", "a%23", "a%20b")) {
            assertThat(acme.get("/conversations/" + conversation + "/items/" + item)
                            .statusCode())
                    .isEqualTo(404);
        }
        assertThat(backend.requests()).hasSize(before);
    }

    @Test
    void remembers_the_owners_after_a_restart(@TempDir Path dir) {
        Map<String, String> ids;
        try (GatewayFixture first = GatewayFixture.start(dir, "auth: keys\n", routes(backend), Map.of())) {
            ids = new ObjectClient(first, ACME).makeOneOfEach();
        }
        try (GatewayFixture second = GatewayFixture.start(dir, "auth: keys\n", routes(backend), Map.of())) {
            assertThat(new ObjectClient(second, ACME)
                            .send(Endpoint.FILES_GET, ids)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(new ObjectClient(second, RIVAL)
                            .send(Endpoint.FILES_GET, ids)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void starts_no_second_gateway_on_a_state_directory_in_use(@TempDir Path dir) {
        try (GatewayFixture first = GatewayFixture.start(dir, "auth: keys\n", routes(backend), Map.of())) {
            assertThat(first.port()).isPositive();
            assertThatThrownBy(() -> GatewayFixture.start(dir, "auth: keys\n", routes(backend), Map.of()))
                    .hasStackTraceContaining("in use by another gateway");
        }
    }

    @Test
    void goes_to_the_backend_that_keeps_the_object_and_asks_for_a_route_where_none_is_meant() {
        try (ObjectBackend left = ObjectBackend.start("l");
                ObjectBackend right = ObjectBackend.start("r");
                GatewayFixture two = GatewayFixture.start(
                        "auth: keys\n", """
                        version: 1
                        backends:
                          left: { baseUrl: "%s", auth: none }
                          right: { baseUrl: "%s", auth: none }
                        models:
                          l: { backend: left }
                          r: { backend: right }
                        routes:
                          chat: { stable: l, fallback: [r] }
                          left-only: { stable: l }
                          right-only: { stable: r }
                        """.formatted(left.baseUrl(), right.baseUrl()) + tenants())) {
            ObjectClient client = new ObjectClient(two, ACME);
            HttpResponse<String> unclear = client.post("/vector_stores", "{}");
            String store = ObjectClient.id(client.post("/vector_stores", "{}", "x-headgate-route", "right-only"));
            String response = ObjectClient.id(client.post("/responses", "{\"model\":\"right-only\",\"input\":\"hi\"}"));
            String next = "{\"model\":\"%s\",\"input\":\"more\",\"previous_response_id\":\"" + response + "\"}";

            assertThat(unclear.statusCode()).isEqualTo(400);
            assertThat(unclear.body()).contains("x-headgate-route");
            assertThat(store).startsWith("vs_r");
            assertThat(client.get("/vector_stores/" + store).statusCode()).isEqualTo(200);
            assertThat(client.post("/responses", next.formatted("chat")).body()).contains("resp_r");
            assertThat(client.post("/responses", next.formatted("left-only")).statusCode())
                    .isEqualTo(400);
            assertThat(left.requests()).isEmpty();
        }
    }

    private static String code(HttpResponse<String> answer) {
        return new JsonObject(answer.body()).getJsonObject("error").getString("code");
    }
}
