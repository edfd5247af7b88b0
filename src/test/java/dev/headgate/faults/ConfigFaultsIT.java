// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.faults.FaultTable.row;
import static dev.headgate.testkit.GatewayFixture.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.Main;
import dev.headgate.http.Times;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.FakeUpstream;
import dev.headgate.testkit.RawSocket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Files that go wrong while the gateway runs: what ran before goes on, and everybody is told. */
final class ConfigFaultsIT {
    private static final String REFUSED =
            "the old configuration stays, no call fails; `GET /admin/config` shows file, line and reason";
    private static final String COUNTED =
            "`headgate_config_last_reload_successful` 0 until it is mended; one error in the log";

    @TempDir
    private Path dir;

    @TestFactory
    Stream<DynamicTest> a_file_that_goes_wrong() {
        var table = new FaultTable("configuration", "fault", "promise", "counted");
        var rows = new ArrayList<FaultTable.Row>();
        rows.add(refused("broken YAML", "Y001", file -> Files.writeString(file, "routes: [")));
        rows.add(refused("half a write", "Y001", file -> {
            String text = Files.readString(file);
            Files.writeString(file, text.substring(0, text.indexOf("auth: none") + 6));
        }));
        rows.add(refused("an empty file", "Y002", file -> Files.writeString(file, "")));
        rows.add(refused("a deleted file", "F001", Files::delete));
        rows.add(refused(
                "a name that is declared nowhere",
                "R012",
                file -> replace(file, "{ stable: m }", "{ stable: nobody }")));
        rows.add(refused(
                "a word of the wrong type",
                "K004",
                file -> replace(file, "retry: { attempts: 2 }", "retry: { attempts: many }")));
        rows.add(refused("a word that nobody knows", "K001", file -> replace(file, "retry:", "retires:")));
        rows.add(refused(
                "a file of 6 MB",
                "Y007",
                file -> Files.writeString(file, Files.readString(file) + "# x\n".repeat(1_500_000))));
        rows.add(row(
                "a change that removes the backend of a running stream",
                "the stream ends as it would have; new calls see the new configuration",
                "the revision in each access line",
                this::liveBackendRemoved));
        rows.add(row(
                "a wrong file at the start",
                "exit code 78, with file, line and reason on standard error",
                "",
                this::wrongAtTheStart));
        return table.tests(rows);
    }

    private interface Damage {
        void to(Path file) throws IOException;
    }

    private static void replace(Path file, String from, String to) throws IOException {
        String text = Files.readString(file);
        assertThat(text).contains(from);
        Files.writeString(file, text.replace(from, to));
    }

    private static FaultGateway gateway(FakeUpstream upstream) {
        return new FaultGateway("""
                version: 1
                defaults: { retry: { attempts: 2 } }
                backends:
                  up: { baseUrl: "%s", auth: none }
                models: { m: { backend: up } }
                routes:
                  chat: { stable: m }
                  neighbour: { stable: m }
                """.formatted(upstream.baseUrl()), Times.DEFAULT);
    }

    private static FaultTable.Row refused(String fault, String code, Damage damage) {
        return row(fault, REFUSED + " (" + code + ")", COUNTED, () -> {
            try (var upstream = FakeUpstream.start();
                    var gateway = gateway(upstream)) {
                Path file = gateway.fixture.routesFile();
                String good = Files.readString(file);
                damage.to(file);
                eventually("the problem shows", () -> {
                    assertServes(gateway);
                    return gateway.fixture.metrics().contains("headgate_config_last_reload_successful 0.0");
                });
                assertThat(gateway.fixture.admin("/admin/config").body())
                        .contains("\"upToDate\" : false", "\"" + code + "\"", "routes.yaml");
                assertThat(gateway.fixture.admin("/health/ready").statusCode()).isEqualTo(200);
                assertServes(gateway);
                assertThat(gateway.log.text())
                        .containsOnlyOnce("configuration refused")
                        .contains(code);
                Files.writeString(file, good);
                eventually("it is right again", () -> {
                    assertServes(gateway);
                    return gateway.fixture.metrics().contains("headgate_config_last_reload_successful 1.0");
                });
                gateway.assertNothingLeft(List.of("up"));
                assertThat(gateway.log.linesOf("acme"))
                        .extracting(line -> line.get("revision"))
                        .containsOnly(gateway.log.linesOf("acme").getFirst().get("revision"));
            }
        });
    }

    private static void assertServes(FaultGateway gateway) {
        for (boolean stream : List.of(false, true)) {
            assertThat(gateway.call(FaultGateway.ACME, FaultGateway.body("chat", stream))
                            .words())
                    .isEqualTo("200");
        }
    }

    private void liveBackendRemoved() throws IOException {
        try (var old = FakeUpstream.start();
                var other = FakeUpstream.start();
                var gateway = gateway(old);
                var socket = RawSocket.open(gateway.fixture.port())) {
            old.next(Behaviour.stream(60, 200).every(Duration.ofMillis(20)));
            socket.send(FaultGateway.raw(FaultGateway.body("chat", true)));
            socket.readUntil("data: ");
            Path file = gateway.fixture.routesFile();
            replace(file, "up: { baseUrl: \"" + old.baseUrl(), "next: { baseUrl: \"" + other.baseUrl());
            replace(file, "backend: up", "backend: next");
            eventually("new calls go elsewhere", () -> {
                assertServes(gateway);
                return !other.requests().isEmpty();
            });
            assertThat(old.openRequests()).as("the stream still runs").isEqualTo(1);
            assertThat(socket.readUntil("0\r\n\r\n")).contains("data: [DONE]").doesNotContain("\"error\"");
            gateway.assertNothingLeft(List.of("next"));
            List<Map<String, Object>> lines = gateway.log.linesOf("acme");
            Map<String, Object> streamed = lines.stream()
                    .filter(line -> "up".equals(line.get("backend")))
                    .reduce((first, last) -> last)
                    .orElseThrow();
            Map<String, Object> later = lines.stream()
                    .filter(line -> "next".equals(line.get("backend")))
                    .findFirst()
                    .orElseThrow();
            assertThat(streamed).containsEntry("status", 200).containsEntry("ending", "complete");
            assertThat(later.get("revision")).isNotEqualTo(streamed.get("revision"));
        }
    }

    private void wrongAtTheStart() throws IOException {
        Path routes = Files.writeString(dir.resolve("routes.yaml"), "routes: { chat: { stable: nobody } }\n");
        Path settings = Files.writeString(dir.resolve("headgate.yaml"), "auth: none\n");
        assertThat(Main.run(settings, List.of(routes), 0, 0)).isEqualTo(78);
    }
}
