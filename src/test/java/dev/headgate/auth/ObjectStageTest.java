// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.ObjectCalls.Body;
import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.Principal;
import dev.headgate.call.Reply;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.pipeline.Stage;
import dev.headgate.store.memory.MemoryObjectOwners;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ObjectStageTest {
    private static final Owner MINE = new Owner("acme", "left");

    private final MemoryObjectOwners owners = new MemoryObjectOwners();
    private final List<Call> sent = new ArrayList<>();

    @Test
    void refuses_every_call_about_an_object_while_the_record_cannot_be_read() {
        Future<Reply> reply = run(new ObjectCalls.Down(), get("f_1"), call -> answer("{}"));

        assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.STORE_UNAVAILABLE);
        assertThat(sent).isEmpty();
    }

    @Test
    void shows_neither_a_new_object_nor_a_list_while_the_record_cannot_be_written() {
        assertThat(ObjectCalls.kind(run(new ObjectCalls.Down(), create(), call -> answer("{\"id\":\"f_1\"}"))))
                .isEqualTo(ErrorKind.STORE_UNAVAILABLE);
        assertThat(ObjectCalls.kind(
                        run(new ObjectCalls.Down(), list(null), call -> answer("{\"data\":[{\"id\":\"a\"}]}"))))
                .isEqualTo(ErrorKind.STORE_UNAVAILABLE);
    }

    @Test
    void lets_an_object_end_though_the_end_cannot_be_recorded() {
        owners.record(List.of("f_1"), MINE);
        Future<Reply> reply = run(
                new ObjectCalls.Down(owners),
                ObjectCalls.call(Endpoint.FILES_DELETE, Map.of("id", "f_1"), null, Body.NONE),
                call -> answer("{\"deleted\":true}"));

        assertThat(ObjectCalls.text(reply)).isEqualTo("{\"deleted\":true}");
    }

    @Test
    void passes_on_what_the_backend_refuses_and_records_nothing_of_it() {
        Future<Reply> reply =
                run(owners, create(), call -> Future.succeededFuture(ObjectCalls.answer(400, "{\"id\":\"f_1\"}")));

        assertThat(reply.result().status()).isEqualTo(400);
        assertThat(owners.find(List.of("f_1")).result()).isEmpty();
    }

    @Test
    void refuses_answers_that_it_cannot_read_or_that_hold_no_new_id() {
        owners.record(List.of("f_9"), new Owner("rival", "left"));
        for (String unfit :
                List.of("", "[]", "{\"object\":\"file\"}", "{\"id\":7}", "{\"id\":\"../x\"}", "{\"id\":\"f_9\"}")) {
            assertThat(ObjectCalls.kind(run(owners, create(), call -> answer(unfit))))
                    .as(unfit)
                    .isEqualTo(ErrorKind.UPSTREAM_FAILED);
        }
        assertThat(ObjectCalls.kind(run(owners, list(null), call -> answer("{}"))))
                .isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    @Test
    void asks_for_uncompressed_answers_where_it_reads_them_and_refuses_others() {
        Future<Reply> reply = run(owners, list(null), call -> {
            Reply packed = ObjectCalls.answer("{\"data\":[]}");
            packed.headers().set("content-encoding", "gzip");
            return Future.succeededFuture(packed);
        });

        assertThat(sent.getFirst().headers().get("accept-encoding")).isEqualTo("identity");
        assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.UPSTREAM_FAILED);
    }

    @Test
    void leaves_the_encoding_to_the_client_where_the_answer_is_not_read() {
        owners.record(List.of("f_1"), MINE);

        run(owners, get("f_1"), call -> answer("{}"));

        assertThat(sent.getFirst().headers().get("accept-encoding")).isEqualTo("gzip");
    }

    @Test
    void never_shows_an_empty_page_while_there_are_more() {
        owners.record(List.of("c"), MINE);
        Future<Reply> reply = run(
                owners,
                list("limit=2"),
                call -> answer(
                        sent.size() == 1
                                ? "{\"data\":[{\"id\":\"a\"},{\"id\":\"b\"}],\"has_more\":true}"
                                : "{\"data\":[{\"id\":\"c\"},{\"id\":\"d\"}],\"has_more\":true}"));

        assertThat(ObjectCalls.text(reply)).isEqualTo("{\"data\":[{\"id\":\"c\"}],\"has_more\":true}");
        assertThat(sent.getLast().query()).isEqualTo("limit=2&after=b");
    }

    @Test
    void gives_up_after_a_hundred_pages_of_other_tenants() {
        Future<Reply> reply = run(owners, list(null), call -> answer("{\"data\":[{\"id\":\"a\"}],\"has_more\":true}"));

        assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.UPSTREAM_FAILED);
        assertThat(sent).hasSize(ListFilter.MAX_PAGES);
    }

    @Test
    void hides_an_own_id_that_another_backend_made() {
        owners.record(List.of("a"), new Owner("acme", "right"));

        Future<Reply> reply = run(owners, list(null), call -> answer("{\"data\":[{\"id\":\"a\"}]}"));

        assertThat(ObjectCalls.text(reply)).isEqualTo("{\"data\":[]}");
    }

    @Test
    void starts_batches_and_jobs_only_for_tenants_that_may_spend_unmetered() {
        Principal thrifty = ObjectCalls.principal("thrifty", true, false);
        for (Endpoint endpoint :
                List.of(Endpoint.BATCHES_CREATE, Endpoint.FINE_TUNING_CREATE, Endpoint.FINE_TUNING_RESUME)) {
            Call call = ObjectCalls.call(thrifty, endpoint, Map.of(), null, Body.NONE, "chat");
            assertThat(ObjectCalls.kind(run(owners, call, made -> answer("{\"id\":\"b_1\"}"))))
                    .isEqualTo(ErrorKind.SPEND_NOT_ALLOWED);
        }
        assertThat(sent).isEmpty();
    }

    @Test
    void lets_a_tenant_with_a_budget_store_and_search_vectors_only_if_it_may_spend_unmetered() {
        Call search = ObjectCalls.call(
                ObjectCalls.principal("thrifty", true, false),
                Endpoint.VECTOR_STORES_CREATE,
                Map.of(),
                null,
                Body.NONE,
                "chat");
        assertThat(ObjectCalls.kind(run(owners, search, made -> answer("{\"id\":\"vs_1\"}"))))
                .isEqualTo(ErrorKind.SPEND_NOT_ALLOWED);
        assertThat(sent).isEmpty();

        Call allowed = ObjectCalls.call(
                ObjectCalls.principal("thrifty", true, true),
                Endpoint.VECTOR_STORES_CREATE,
                Map.of(),
                null,
                Body.NONE,
                "chat");
        Call unlimited = ObjectCalls.call(
                ObjectCalls.principal("rich", true, false),
                Endpoint.VECTOR_STORES_CREATE,
                Map.of(),
                null,
                Body.NONE,
                "chat");
        assertThat(run(owners, allowed, made -> answer("{\"id\":\"vs_1\"}")).succeeded())
                .isTrue();
        assertThat(run(owners, unlimited, made -> answer("{\"id\":\"vs_2\"}")).succeeded())
                .isTrue();
    }

    private static Future<Reply> answer(String json) {
        return Future.succeededFuture(ObjectCalls.answer(json));
    }

    private static Call get(String id) {
        return ObjectCalls.call(Endpoint.FILES_GET, Map.of("id", id), null, Body.NONE);
    }

    private static Call create() {
        return ObjectCalls.call(Endpoint.FILES_CREATE, Map.of(), null, Body.NONE);
    }

    private static Call list(@org.jspecify.annotations.Nullable String query) {
        return ObjectCalls.call(Endpoint.FILES_LIST, Map.of(), query, Body.NONE);
    }

    private Future<Reply> run(ObjectOwners store, Call call, Stage.Next backend) {
        ObjectStage stage = new ObjectStage(
                store,
                ObjectCalls::targets,
                Map.of("left", ObjectCalls.LEFT, "demo", ObjectCalls.DEMO),
                tenant -> tenant.equals("thrifty"));
        return Pipeline.link(List.of(stage), placed -> {
                    sent.add(placed);
                    return backend.proceed(placed);
                })
                .proceed(call);
    }
}
