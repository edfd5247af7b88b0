// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.auth.RevocationLine;
import dev.headgate.auth.RevocationStore;
import dev.headgate.auth.RevocationStoreContract;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Revocations in a file of a real directory. */
class LocalRevocationsIT extends RevocationStoreContract {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private RevocationStore store = new LocalRevocations(vertx, Path.of(""));

    @BeforeEach
    void open() {
        store = reopened();
    }

    @AfterEach
    void close() {
        await(vertx.close());
    }

    @Override
    protected RevocationStore store() {
        return store;
    }

    @Override
    protected RevocationStore reopened() {
        return new LocalRevocations(vertx, dir.resolve("data"));
    }

    private Path file() {
        return dir.resolve("data").resolve(LocalRevocations.FILE);
    }

    @Test
    void makes_no_folder_until_a_key_is_revoked() {
        await(store.all());
        await(store.add(List.of()));

        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void leaves_a_torn_line_out_and_writes_the_next_one_whole() throws IOException {
        await(store.add(List.of(revocation(1))));
        byte[] torn = RevocationLine.of(revocation(2)).getBytes(StandardCharsets.UTF_8);
        for (int length = 0; length < torn.length; length += 7) {
            Files.writeString(file(), RevocationLine.of(revocation(1)) + '\n');
            Files.write(file(), java.util.Arrays.copyOf(torn, length), StandardOpenOption.APPEND);

            RevocationStore later = reopened();
            assertThat(await(later.all())).containsExactly(revocation(1));
            await(later.add(List.of(revocation(3))));
            assertThat(await(reopened().all())).containsExactly(revocation(1), revocation(3));
        }
    }

    @Test
    void leaves_half_a_letter_and_strange_lines_out() throws IOException {
        Files.createDirectories(file().getParent());
        Files.write(
                file(),
                ("\n[]\n{\"digest\":\"abc\",\"at\":\"2026-03-01T12:00:00Z\"}\n{\"digest\":7,\"at\":{}}\n"
                                + RevocationLine.of(revocation(1)) + "\n{\"digest\":\"\u00ff")
                        .getBytes(StandardCharsets.ISO_8859_1));

        assertThat(await(store.all())).containsExactly(revocation(1));
    }

    @Test
    void two_processes_may_share_the_folder() {
        RevocationStore other = reopened();
        await(Future.join(store.add(List.of(revocation(1))), other.add(List.of(revocation(2)))));

        assertThat(await(reopened().all())).containsExactlyInAnyOrder(revocation(1), revocation(2));
    }

    @Test
    void says_that_it_cannot_be_read_rather_than_that_it_is_empty() throws IOException {
        Files.createDirectories(file());

        Future<?> all = store.all();
        await(all.otherwiseEmpty());
        assertThat(all.failed()).isTrue();
    }

    @Test
    void says_that_it_cannot_be_written_and_writes_when_it_can() throws IOException {
        Files.writeString(dir.resolve("data"), "in the way");
        Future<Void> added = store.add(List.of(revocation(1)));
        await(added.otherwiseEmpty());
        assertThat(added.failed()).isTrue();

        Files.delete(dir.resolve("data"));
        await(store.add(List.of(revocation(1))));
        assertThat(await(reopened().all())).containsExactly(revocation(1));
    }
}
