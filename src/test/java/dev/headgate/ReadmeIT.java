// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.testkit.Fences;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Does what the README tells a new user to do, in the words of the README. */
@Timeout(120)
class ReadmeIT {
    private static final Path README = Path.of("README.md");
    private static final String RUN = "./headgate run";
    private static final String ADDRESS = "http://127.0.0.1:8080";
    private static final Pattern PRINTED = Pattern.compile("API +(http://[^/\\s]+)/v1");
    private static final String ELLIPSIS = "…";

    private Process gateway;
    private String address;

    @BeforeEach
    void start() throws IOException {
        // The build around this test has just made the jar; without this the launcher might think it outdated and build
        // again.
        Files.setLastModifiedTime(Path.of("target/headgate.jar"), FileTime.from(Instant.now()));
        assertThat(shell()).contains(RUN + "\n");
        gateway = new ProcessBuilder("sh", "-c", "exec " + RUN + " --port 0 --admin-port 0")
                .redirectError(new File("target/readme-it.err"))
                .start();
        address = printedAddress();
    }

    @AfterEach
    void stop() {
        gateway.descendants().forEach(ProcessHandle::destroyForcibly);
        gateway.destroyForcibly();
    }

    @Test
    void the_pasted_request_gets_a_streamed_answer() throws IOException, InterruptedException {
        String curl = shell().stream()
                .filter(text -> text.startsWith("curl"))
                .findFirst()
                .orElseThrow();
        assertThat(curl).contains(ADDRESS);
        List<String> answer = output(curl.replace(ADDRESS, address)).lines().toList();
        List<String> data =
                answer.stream().filter(line -> line.startsWith("data: ")).toList();
        assertThat(data).hasSizeGreaterThan(10);
        assertThat(data.getLast()).isEqualTo("data: [DONE]");
        assertThat(shown()).isNotEmpty().allSatisfy(line -> assertThat(data).anyMatch(isShownAs(line)));
    }

    @Test
    void it_stops_when_it_is_told_to() throws InterruptedException {
        gateway.destroy();
        assertThat(gateway.waitFor(60, SECONDS)).isTrue();
        assertThat(gateway.exitValue()).isZero();
    }

    /** The blocks that a user pastes into a shell. */
    private static List<String> shell() {
        return Fences.of(README).stream()
                .filter(block -> block.info().equals("sh"))
                .map(Fences.Block::text)
                .toList();
    }

    /** The lines of the answer that the README shows, shortened by ellipses. */
    private static List<String> shown() {
        return Fences.of(README).stream()
                .filter(block -> block.info().equals("text"))
                .flatMap(block -> block.text().lines())
                .filter(line -> line.startsWith("data: "))
                .toList();
    }

    private static Predicate<String> isShownAs(String line) {
        return Pattern.compile(Arrays.stream(line.split(ELLIPSIS, -1))
                        .map(Pattern::quote)
                        .collect(Collectors.joining(".*")))
                .asMatchPredicate();
    }

    private String printedAddress() throws IOException {
        List<String> before = new ArrayList<>();
        BufferedReader out = gateway.inputReader(StandardCharsets.UTF_8);
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            before.add(line);
            Matcher found = PRINTED.matcher(line);
            if (found.find()) {
                return found.group(1);
            }
        }
        throw new AssertionError("it ended without printing its address: " + before + " "
                + Files.readString(Path.of("target/readme-it.err")));
    }

    private static String output(String command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("sh", "-c", command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code of %s", command).isZero();
        return text;
    }
}
