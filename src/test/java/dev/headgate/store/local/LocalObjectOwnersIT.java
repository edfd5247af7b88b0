// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.auth.ObjectOwners;
import dev.headgate.auth.ObjectOwnersContract;
import io.vertx.core.Vertx;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalObjectOwnersIT extends ObjectOwnersContract {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();
    private @Nullable ObjectOwners owners;

    @Override
    protected ObjectOwners owners() {
        ObjectOwners made = owners == null ? new LocalObjectOwners(vertx, dir.resolve("data")) : owners;
        owners = made;
        return made;
    }

    @AfterEach
    void close() {
        await(owners().close());
        await(vertx.close());
    }

    @Test
    void remembers_and_forgets_across_a_restart() {
        await(owners().record(List.of("file-1", "file-2"), ACME));
        await(owners().forget("file-2"));

        restart();

        assertThat(await(owners().find(List.of("file-1", "file-2")))).containsOnlyKeys("file-1");
        assertThat(await(owners().record(List.of("file-1"), RIVAL))).isFalse();
    }

    @Test
    void writes_nothing_before_it_is_used() {
        assertThat(owners()).isNotNull();
        assertThat(dir.resolve("data")).doesNotExist();
    }

    @Test
    void survives_a_last_line_that_was_torn_and_goes_on_after_it() throws IOException {
        await(owners().record(List.of("file-1"), ACME));
        await(owners().close());
        Files.writeString(journal(), "[\"+\",\"file-2\",\"ac", StandardOpenOption.APPEND);

        restart();
        await(owners().record(List.of("file-3"), ACME));
        restart();

        assertThat(await(owners().find(List.of("file-1", "file-2", "file-3")))).containsOnlyKeys("file-1", "file-3");
    }

    @Test
    void drops_the_lines_of_forgotten_ids_when_it_starts() throws IOException {
        for (int i = 0; i < 50; i++) {
            await(owners().record(List.of("file-" + i), ACME));
            await(owners().forget("file-" + i));
        }
        await(owners().record(List.of("file-50"), ACME));

        restart();
        await(owners().check());

        assertThat(Files.readAllLines(journal())).containsExactly("[\"+\",\"file-50\",\"acme\",\"openai\"]");
    }

    @Test
    void lets_no_second_gateway_into_its_directory() {
        await(owners().check());
        LocalObjectOwners second = new LocalObjectOwners(vertx, dir.resolve("data"));

        assertThatThrownBy(() -> await(second.check()))
                .hasMessageContaining(dir.resolve("data").toString())
                .hasMessageContaining("in use by another gateway")
                .hasMessageContaining("state.dir");
        assertThatThrownBy(() -> await(second.find(List.of("file-1")))).isInstanceOf(IOException.class);
    }

    @Test
    void fails_every_use_while_its_directory_cannot_be_made() throws IOException {
        Files.writeString(dir.resolve("data"), "a file where the directory should be");

        assertThatThrownBy(() -> await(owners().find(List.of("file-1")))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> await(owners().record(List.of("file-1"), ACME)))
                .isInstanceOf(IOException.class);

        Files.delete(dir.resolve("data"));
        assertThat(await(owners().record(List.of("file-1"), ACME))).isTrue();
    }

    @Test
    void loses_nothing_that_it_confirmed_before_it_was_killed() throws Exception {
        Process writer = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        dir.resolve("data").toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        List<String> confirmed = new ArrayList<>();
        try (BufferedReader lines = writer.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                confirmed.add(line);
                if (confirmed.size() == 200) {
                    writer.destroyForcibly();
                }
            }
        } catch (IOException streamClosedByTheKill) {
            assertThat(confirmed).hasSizeGreaterThanOrEqualTo(200);
        }
        assertThat(writer.waitFor(20, TimeUnit.SECONDS)).isTrue();

        assertThat(confirmed).hasSizeGreaterThanOrEqualTo(200);
        assertThat(await(owners().find(confirmed))).hasSameSizeAs(confirmed);
    }

    private void restart() {
        await(owners().close());
        owners = null;
    }

    private Path journal() {
        return dir.resolve("data").resolve(ObjectJournal.FILE);
    }

    /** Records ids as fast as it can and prints each one once it is durable, until it is killed. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] args) {
            LocalObjectOwners owners = new LocalObjectOwners(Vertx.vertx(), Path.of(args[0]));
            for (int i = 0; i < 1_000_000; i++) {
                String id = "file-" + i;
                await(owners.record(List.of(id), ACME));
                System.out.println(id);
            }
        }
    }
}
