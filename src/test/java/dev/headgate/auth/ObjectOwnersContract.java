// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.ObjectOwners.Owner;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

/** What every record of owners does; each adapter runs it. */
public abstract class ObjectOwnersContract {
    protected static final Owner ACME = new Owner("acme", "openai");
    protected static final Owner RIVAL = new Owner("rival", "openai");

    /** The store under test, empty at the beginning of each test. */
    protected abstract ObjectOwners owners();

    @Test
    void knows_the_owner_of_what_was_recorded_and_nobody_of_the_rest() {
        assertThat(await(owners().record(List.of("file-1", "file-2"), ACME))).isTrue();

        assertThat(await(owners().find(List.of("file-1", "file-2", "file-3"))))
                .isEqualTo(Map.of("file-1", ACME, "file-2", ACME));
    }

    @Test
    void finds_nothing_for_no_ids() {
        assertThat(await(owners().find(List.of()))).isEmpty();
        assertThat(await(owners().record(List.of(), ACME))).isTrue();
    }

    @Test
    void leaves_an_id_to_its_first_owner() {
        await(owners().record(List.of("file-1"), ACME));

        assertThat(await(owners().record(List.of("file-1", "file-2"), RIVAL))).isFalse();

        assertThat(await(owners().find(List.of("file-1", "file-2"))))
                .isEqualTo(Map.of("file-1", ACME, "file-2", RIVAL));
    }

    @Test
    void tells_the_same_tenant_at_another_backend_apart() {
        await(owners().record(List.of("file-1"), ACME));

        assertThat(await(owners().record(List.of("file-1"), new Owner("acme", "azure"))))
                .isFalse();
    }

    @Test
    void takes_a_second_record_of_the_same_for_the_first() {
        await(owners().record(List.of("file-1"), ACME));

        assertThat(await(owners().record(List.of("file-1"), ACME))).isTrue();
    }

    @Test
    void gives_a_forgotten_id_to_whoever_records_it_next() {
        await(owners().record(List.of("file-1"), ACME));
        await(owners().forget("file-1"));

        assertThat(await(owners().find(List.of("file-1")))).isEmpty();
        assertThat(await(owners().record(List.of("file-1"), RIVAL))).isTrue();
    }

    @Test
    void forgets_what_it_never_knew() {
        await(owners().forget("file-9"));

        assertThat(await(owners().find(List.of("file-9")))).isEmpty();
    }

    @Test
    void keeps_names_of_any_characters_apart() {
        Owner odd = new Owner("a\"c\tmé\n", "b\\]");
        List<String> ids = List.of("file-\u0000", "file-\"", "file-\n+", "file-😀");
        await(owners().record(ids, odd));

        assertThat(await(owners().find(ids)).values()).hasSize(4).containsOnly(odd);
    }

    @Test
    void loses_none_of_many_records_at_once() {
        List<Future<Boolean>> records = new ArrayList<>();
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            ids.add("file-" + i);
            records.add(owners().record(List.of("file-" + i), i % 2 == 0 ? ACME : RIVAL));
        }
        await(Future.all(records));

        Map<String, Owner> found = await(owners().find(ids));

        assertThat(found).hasSize(1_000).containsEntry("file-998", ACME).containsEntry("file-999", RIVAL);
    }

    @Test
    void is_well_when_it_works_and_may_be_closed_twice() {
        await(owners().check());
        await(owners().close());
        await(owners().close());
    }

    protected static <T> T await(Future<T> future) {
        try {
            return future.await(20, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("not done within twenty seconds", e);
        }
    }
}
