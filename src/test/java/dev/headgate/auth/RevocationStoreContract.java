// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every store of revocations does; each adapter runs it. */
public abstract class RevocationStoreContract {
    /** The store under test, empty at the beginning of each test. */
    protected abstract RevocationStore store();

    /** The same, as another process would open it later. */
    protected abstract RevocationStore reopened();

    protected static Revocation revocation(int number) {
        return new Revocation(
                "%064x".formatted(number), "acme", "web", "leaked", Instant.parse("2026-03-01T12:00:00.123456Z"));
    }

    @Test
    void keeps_nothing_at_first() {
        assertThat(await(store().all())).isEmpty();
    }

    @Test
    void keeps_what_is_added_for_those_that_come_later() {
        await(store().add(List.of(revocation(1), revocation(2))));
        await(store().add(List.of(revocation(3))));

        assertThat(await(reopened().all())).containsExactlyInAnyOrder(revocation(1), revocation(2), revocation(3));
    }

    @Test
    void keeps_the_first_revocation_of_a_digest() {
        Revocation first = revocation(1);
        await(store().add(List.of(first)));

        await(store().add(
                        List.of(new Revocation(first.digest(), "acme", "web", "again", Instant.EPOCH), revocation(2))));

        assertThat(await(store().all())).containsExactlyInAnyOrder(first, revocation(2));
        assertThat(await(reopened().all())).containsExactlyInAnyOrder(first, revocation(2));
    }

    @Test
    void keeps_reasons_as_they_were_written() {
        Revocation odd = new Revocation(
                revocation(1).digest(), "acme", "web", "on \"GitHub\",\nsays Jürgen\\ 漏洩 {…}", Instant.EPOCH);
        await(store().add(List.of(odd)));

        assertThat(await(reopened().all())).containsExactly(odd);
    }

    @Test
    void adds_nothing_and_very_many() {
        List<Revocation> many =
                IntStream.range(0, 2_000).mapToObj(i -> revocation(i)).toList();
        await(store().add(List.of()));
        await(store().add(many));

        assertThat(await(reopened().all())).containsExactlyInAnyOrderElementsOf(many);
    }
}
