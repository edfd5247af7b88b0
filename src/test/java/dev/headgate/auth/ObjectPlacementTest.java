// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.headgate.auth.ObjectCalls.Body;
import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.Backend;
import dev.headgate.call.CallFailure;
import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.call.GatewayError;
import dev.headgate.call.Target;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class ObjectPlacementTest {
    private static final Backend[] ALL = {ObjectCalls.LEFT, ObjectCalls.RIGHT, ObjectCalls.OFF, ObjectCalls.DEMO};

    @Test
    void goes_to_the_backend_that_keeps_the_object_whatever_the_client_hints() {
        assertThat(choose("right", "chat", null, ALL).backend()).isEqualTo(ObjectCalls.RIGHT);
    }

    @Test
    void goes_to_the_first_backend_of_the_route_that_the_client_names() {
        assertThat(choose(null, "chat", null, ALL).backend()).isEqualTo(ObjectCalls.LEFT);
        assertThat(choose(null, "right-only", null, ALL).backend()).isEqualTo(ObjectCalls.RIGHT);
    }

    @Test
    void sends_the_vendors_model_id_and_no_parameters_of_the_route() {
        assertThat(choose(null, null, "chat", ALL))
                .isEqualTo(new Target("m-left", ObjectCalls.LEFT, "vendor-left", Map.of(), Map.of(), true));
    }

    @Test
    void takes_the_routes_model_at_the_backend_that_keeps_the_object() {
        assertThat(choose("right", null, "chat", ALL).id()).isEqualTo("vendor-right");
        assertThat(choose(null, "right-only", "chat", ALL).id()).isEqualTo("vendor-right");
        assertThat(refusal("left", null, "right-only", ALL).kind()).isEqualTo(ErrorKind.INVALID_REQUEST);
    }

    @Test
    void goes_to_the_only_backend_that_keeps_objects() {
        assertThat(choose(null, null, null, ObjectCalls.LEFT, ObjectCalls.OFF, ObjectCalls.DEMO)
                        .backend())
                .isEqualTo(ObjectCalls.LEFT);
    }

    @Test
    void asks_for_a_route_where_several_backends_could_be_meant_or_none() {
        assertThat(refusal(null, null, null, ALL).message()).contains("x-headgate-route");
        assertThat(refusal(null, null, null, ObjectCalls.DEMO, ObjectCalls.OFF).kind())
                .isEqualTo(ErrorKind.INVALID_REQUEST);
    }

    @Test
    void knows_no_route_that_the_key_may_not_use() {
        assertThat(refusal(null, "secret", null, ALL).kind()).isEqualTo(ErrorKind.MODEL_NOT_FOUND);
        assertThat(refusal(null, null, "secret", ALL).kind()).isEqualTo(ErrorKind.MODEL_NOT_FOUND);
        assertThat(refusal(null, "nothing", null, ALL).kind()).isEqualTo(ErrorKind.MODEL_NOT_FOUND);
    }

    @Test
    void says_when_the_backend_is_off_or_gone() {
        assertThat(refusal("off", null, null, ALL).message()).contains("OFF_KEY");
        assertThat(refusal(null, "dead", null, ALL).kind()).isEqualTo(ErrorKind.UPSTREAM_UNAVAILABLE);
        assertThat(refusal("gone", null, null, ALL).message()).contains("no longer configured");
    }

    @Test
    void finds_one_backend_for_objects_of_one_tenant_only() {
        Map<String, Owner> found = Map.of(
                "f_1", new Owner("acme", "left"),
                "f_2", new Owner("acme", "left"),
                "f_3", new Owner("acme", "right"),
                "f_4", new Owner("rival", "left"));

        assertThat(Ownership.backendOf(List.of("f_1", "f_2"), found, "acme")).isEqualTo("left");
        assertThat(error(() -> Ownership.backendOf(List.of("f_1", "f_3"), found, "acme"))
                        .kind())
                .isEqualTo(ErrorKind.INVALID_REQUEST);
        assertThat(error(() -> Ownership.backendOf(List.of("f_1", "f_4"), found, "acme")))
                .isEqualTo(Ownership.notFound("f_4").error());
        assertThat(error(() -> Ownership.backendOf(List.of("f_5"), found, "acme")))
                .isEqualTo(Ownership.notFound("f_5").error());
    }

    private static Target choose(
            @Nullable String keeper, @Nullable String hint, @Nullable String model, Backend... backends) {
        Map<String, Backend> named =
                Arrays.stream(backends).collect(Collectors.toMap(Backend::name, Function.identity()));
        return new ObjectPlacement(ObjectCalls::targets, named)
                .choose(
                        ObjectCalls.call(
                                ObjectCalls.ACME,
                                Endpoint.FINE_TUNING_CREATE,
                                Map.of(),
                                null,
                                new Body(model, List.of(), false),
                                hint),
                        keeper);
    }

    private static GatewayError refusal(
            @Nullable String keeper, @Nullable String hint, @Nullable String model, Backend... backends) {
        return error(() -> choose(keeper, hint, model, backends));
    }

    private static GatewayError error(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
        CallFailure failure = catchThrowableOfType(CallFailure.class, action);
        assertThat(failure).isNotNull();
        return failure.error();
    }
}
