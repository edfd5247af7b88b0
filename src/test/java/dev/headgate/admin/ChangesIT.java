// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import static dev.headgate.testkit.GatewayFixture.await;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.audit.AuditLine;
import dev.headgate.store.local.LocalAuditTrail;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ChangesIT {
    private final Vertx vertx = Vertx.vertx();

    @TempDir
    Path dir;

    @AfterEach
    void stop() {
        await(vertx.close());
    }

    @Test
    void what_came_of_a_change_that_throws_is_written_down_too() throws IOException {
        Changes changes = new Changes(new LocalAuditTrail(vertx, dir), InstantSource.system());
        var change = new AuditLine.Change("1", "limits.reset", "tenant/acme/usdPerDay", "a test", "127.0.0.1");

        Future<Map<String, Object>> done = changes.carryOut(change, Map.of(), () -> {
            throw new IllegalStateException("a bug");
        });
        await(done.otherwise(Map.of()));

        assertThat(done.cause()).hasMessage("a bug");
        assertThat(Files.readAllLines(dir.resolve("audit.jsonl")))
                .satisfiesExactly(
                        line -> assertThat(line).contains("\"outcome\":\"intended\""),
                        line -> assertThat(line).contains("\"outcome\":\"failed\"", "\"message\":\"a bug\""));
    }
}
