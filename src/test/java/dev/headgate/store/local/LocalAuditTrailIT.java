// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.audit.AuditLine;
import dev.headgate.audit.AuditTrail;
import dev.headgate.testkit.GatewayFixture;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LocalAuditTrailIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path dir;

    private final Vertx vertx = Vertx.vertx();

    @AfterEach
    void stop() {
        GatewayFixture.await(vertx.close());
    }

    @Test
    void every_line_refers_to_the_one_before_also_after_a_start() throws IOException {
        append(trail(), "one");
        append(trail(), "two ü");
        AuditTrail third = trail();
        append(third, "three");
        append(third, "four");

        assertThat(chained())
                .extracting(line -> line.path("reason").textValue())
                .containsExactly("one", "two ü", "three", "four");
    }

    @Test
    void lines_that_come_at_once_are_all_kept_in_one_chain() throws IOException {
        AuditTrail trail = trail();
        GatewayFixture.await(Future.all(IntStream.range(0, 50)
                .mapToObj(i -> trail.append(line("reason " + i)))
                .toList()));

        assertThat(chained()).hasSize(50);
    }

    @Test
    void a_line_that_was_cut_off_stays_and_the_next_one_says_so() throws IOException {
        append(trail(), "one");
        Files.writeString(file(), "{\"time\":\"2026-01", StandardOpenOption.APPEND);

        AuditTrail trail = trail();
        append(trail, "two");
        append(trail, "three");

        List<String> lines = Files.readAllLines(file());
        assertThat(lines).hasSize(4);
        assertThat(lines.get(1)).isEqualTo("{\"time\":\"2026-01");
        JsonNode after = JSON.readTree(lines.get(2));
        assertThat(after.path("note").textValue()).isEqualTo("the line before was cut off");
        assertThat(after.path("prev").textValue()).isEqualTo(digest(lines.get(1)));
        assertThat(JSON.readTree(lines.get(3)).has("note")).isFalse();
        assertThat(JSON.readTree(lines.get(3)).path("prev").textValue()).isEqualTo(digest(lines.get(2)));
    }

    @Test
    void a_changed_line_breaks_the_chain() throws IOException {
        AuditTrail trail = trail();
        append(trail, "mine");
        append(trail, "other");
        Files.writeString(file(), Files.readString(file()).replace("mine", "ours"));

        assertThatThrownBy(this::chained).isInstanceOf(AssertionError.class);
    }

    @Test
    void a_file_that_was_moved_away_begins_anew() throws IOException {
        AuditTrail trail = trail();
        append(trail, "old");
        Files.move(file(), dir.resolve("audit-old.jsonl"));
        append(trail, "new");

        assertThat(chained())
                .extracting(line -> line.path("reason").textValue())
                .containsExactly("new");
    }

    @Test
    void fails_where_nothing_can_be_written_and_works_when_that_is_mended() throws IOException {
        Path inTheWay = Files.writeString(dir.resolve("state"), "a file, no folder");
        AuditTrail trail = new LocalAuditTrail(vertx, inTheWay);
        assertThatThrownBy(() -> append(trail, "one")).hasRootCauseInstanceOf(IOException.class);

        Files.delete(inTheWay);
        append(trail, "two");
        assertThat(inTheWay.resolve(AuditFile.NAME)).isRegularFile();
    }

    private AuditTrail trail() {
        return new LocalAuditTrail(vertx, dir);
    }

    private Path file() {
        return dir.resolve(AuditFile.NAME);
    }

    private static AuditLine line(String reason) {
        return new AuditLine(
                Instant.EPOCH,
                new AuditLine.Change("c", "limits.reset", "tenant/acme/requestsPerDay", reason, "127.0.0.1"),
                AuditLine.Outcome.DONE,
                Map.of());
    }

    private static void append(AuditTrail trail, String reason) {
        GatewayFixture.await(trail.append(line(reason)));
    }

    /** All lines, after it was checked that each refers to the one before. */
    private List<JsonNode> chained() throws IOException {
        List<String> lines = Files.readAllLines(file());
        String previous = AuditLine.NO_LINE;
        for (String line : lines) {
            assertThat(JSON.readTree(line).path("prev").textValue()).isEqualTo(previous);
            previous = digest(line);
        }
        assertThat(Files.readString(file())).endsWith("\n");
        return lines.stream().map(LocalAuditTrailIT::read).toList();
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }

    private static String digest(String line) {
        return AuditLine.digest(line.getBytes(StandardCharsets.UTF_8));
    }
}
