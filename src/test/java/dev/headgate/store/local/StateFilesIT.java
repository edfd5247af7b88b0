// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.alert.AlertClaims.Threshold;
import dev.headgate.audit.AuditLine;
import dev.headgate.auth.Revocation;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who can read what is kept. */
final class StateFilesIT {
    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void only_the_owner_can_read_what_is_kept() throws IOException {
        Path state = dir.resolve("state");
        InstantSource clock = InstantSource.system();
        await(new LocalAuditTrail(vertx, state)
                .append(new AuditLine(
                        Instant.EPOCH,
                        new AuditLine.Change("1", "keys.revoke", "acme/web", "a test", "127.0.0.1"),
                        AuditLine.Outcome.INTENDED,
                        Map.of())));
        await(new LocalRevocations(vertx, state)
                .add(List.of(new Revocation("ab".repeat(32), "acme", "web", "a test", Instant.EPOCH))));
        await(new LocalAlertClaims(vertx, state.resolve("alerts"), clock)
                .claim(
                        new Threshold("acme", "tenant/usdPerDay", "2026-11-21", 80),
                        clock.instant().plusSeconds(60)));
        await(new LocalUsageJournal(vertx, state, LocalUsageJournal.Options.DEFAULT).id());

        assertThat(permissions(state))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "", "rwx------",
                        "audit.jsonl", "rw-------",
                        "revoked.jsonl", "rw-------",
                        "alerts", "rwx------",
                        "alerts/claims.log", "rw-------",
                        "alerts/headgate.lock", "rw-------",
                        "usage", "rwx------",
                        "usage/usage.log", "rw-------",
                        "usage/headgate.lock", "rw-------"));
    }

    @Test
    void a_folder_that_is_there_is_used_as_it_is() throws IOException {
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-x---"));

        await(new LocalUsageJournal(vertx, dir, LocalUsageJournal.Options.DEFAULT).id());

        assertThat(permissions(dir)).containsEntry("", "rwxr-x---").containsEntry("usage/usage.log", "rw-------");
    }

    private static Map<String, String> permissions(Path below) throws IOException {
        try (Stream<Path> all = Files.walk(below)) {
            return all.collect(Collectors.toMap(path -> below.relativize(path).toString(), StateFilesIT::permission));
        }
    }

    private static String permission(Path path) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
