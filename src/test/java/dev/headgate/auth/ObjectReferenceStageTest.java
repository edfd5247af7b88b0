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
import dev.headgate.call.Target;
import dev.headgate.call.Try;
import dev.headgate.pipeline.Pipeline;
import dev.headgate.store.memory.MemoryObjectOwners;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class ObjectReferenceStageTest {
    private static final Principal PLAIN = ObjectCalls.principal("plain", false, false);
    private static final Principal THRIFTY = ObjectCalls.principal("thrifty", true, false);
    private static final Body BACKGROUND = new Body("chat", List.of(), true);

    private final MemoryObjectOwners owners = new MemoryObjectOwners();
    private final List<Call> sent = new ArrayList<>();

    @Test
    void asks_nobody_about_a_call_that_refers_to_nothing() {
        Future<Reply> reply =
                run(new ObjectCalls.Down(), call(PLAIN, Endpoint.RESPONSES, Body.referring()), "{\"id\":\"r_1\"}");

        assertThat(ObjectCalls.text(reply)).isEqualTo("{\"id\":\"r_1\"}");
        assertThat(sent.getFirst().backendPin()).isNull();
    }

    @Test
    void sends_a_call_to_the_backend_that_keeps_what_it_refers_to() {
        owners.record(List.of("f_1", "f_2"), new Owner("acme", "right"));

        run(owners, call(ObjectCalls.ACME, Endpoint.CHAT, Body.referring("f_1", "f_2")), "{}");

        assertThat(sent.getFirst().backendPin()).isEqualTo("right");
    }

    @Test
    void knows_nothing_that_belongs_to_somebody_else_or_to_nobody() {
        owners.record(List.of("f_1"), new Owner("rival", "left"));

        for (String id : List.of("f_1", "f_2")) {
            Future<Reply> reply = run(owners, call(ObjectCalls.ACME, Endpoint.CHAT, Body.referring(id)), "{}");
            assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.OBJECT_NOT_FOUND);
        }
        assertThat(sent).isEmpty();
    }

    @Test
    void knows_nothing_at_all_for_a_tenant_that_keeps_no_objects() {
        Future<Reply> reply = run(owners, call(PLAIN, Endpoint.CHAT, Body.referring("f_1")), "{}");

        assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.OBJECT_NOT_FOUND);
        assertThat(reply.cause()).hasMessageContaining("objects: own");
    }

    @Test
    void refuses_references_while_the_record_cannot_be_read() {
        Future<Reply> reply =
                run(new ObjectCalls.Down(), call(ObjectCalls.ACME, Endpoint.CHAT, Body.referring("f_1")), "{}");

        assertThat(ObjectCalls.kind(reply)).isEqualTo(ErrorKind.STORE_UNAVAILABLE);
    }

    @Test
    void starts_background_work_only_with_both_permissions() {
        assertThat(ObjectCalls.kind(run(owners, call(PLAIN, Endpoint.RESPONSES, BACKGROUND), "{}")))
                .isEqualTo(ErrorKind.OBJECTS_NOT_ALLOWED);
        assertThat(ObjectCalls.kind(run(owners, call(THRIFTY, Endpoint.RESPONSES, BACKGROUND), "{}")))
                .isEqualTo(ErrorKind.SPEND_NOT_ALLOWED);
        assertThat(run(owners, call(ObjectCalls.ACME, Endpoint.RESPONSES, BACKGROUND), "{\"id\":\"r_1\"}")
                        .succeeded())
                .isTrue();
    }

    @Test
    void records_a_response_unless_it_is_not_stored() {
        Body body = Body.referring();
        run(owners, call(THRIFTY, Endpoint.RESPONSES, body), "{\"id\":\"r_1\",\"store\":true}");
        run(owners, call(THRIFTY, Endpoint.RESPONSES, body), "{\"id\":\"r_2\",\"store\":false}");
        run(owners, call(PLAIN, Endpoint.RESPONSES, body), "{\"id\":\"r_3\"}");
        run(owners, call(THRIFTY, Endpoint.CHAT, body), "{\"id\":\"c_1\"}");

        assertThat(owners.find(List.of("r_1", "r_2", "r_3", "c_1")).result())
                .isEqualTo(Map.of("r_1", new Owner("thrifty", "left")));
    }

    @Test
    void hands_on_an_answer_that_cannot_be_recorded_but_not_one_of_background_work() {
        ObjectOwners down = new ObjectCalls.Down();

        assertThat(ObjectCalls.text(run(down, call(THRIFTY, Endpoint.RESPONSES, Body.referring()), "{\"id\":\"r_1\"}")))
                .isEqualTo("{\"id\":\"r_1\"}");
        assertThat(ObjectCalls.kind(
                        run(down, call(ObjectCalls.ACME, Endpoint.RESPONSES, BACKGROUND), "{\"id\":\"r_1\"}")))
                .isEqualTo(ErrorKind.STORE_UNAVAILABLE);
    }

    private static Call call(Principal principal, Endpoint endpoint, Body body) {
        return ObjectCalls.call(principal, endpoint, Map.of(), null, body, null);
    }

    private Future<Reply> run(ObjectOwners store, Call call, String answer) {
        return Pipeline.link(List.of(new ObjectReferenceStage(store)), placed -> {
                    sent.add(placed);
                    placed.record()
                            .attempt(Try.first(new Target("m", ObjectCalls.LEFT, null, Map.of(), Map.of(), true)), 1);
                    return Future.succeededFuture(ObjectCalls.answer(answer));
                })
                .proceed(call);
    }
}
