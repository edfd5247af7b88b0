// SPDX-License-Identifier: Apache-2.0
package dev.headgate.faults;

import static dev.headgate.call.ErrorKind.UPSTREAM_FAILED;
import static dev.headgate.call.ErrorKind.UPSTREAM_PROTOCOL_ERROR;
import static dev.headgate.call.ErrorKind.UPSTREAM_TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.call.Endpoint;
import dev.headgate.call.ErrorKind;
import dev.headgate.faults.FaultGateway.Told;
import dev.headgate.http.Times;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.ImageRule;
import dev.headgate.metering.TokenCorrection;
import dev.headgate.metering.TokenEstimator;
import dev.headgate.testkit.Behaviour;
import dev.headgate.testkit.Behaviour.Cut;
import dev.headgate.testkit.Sample;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Backends that fail after something of an answer has reached the client: it is told in the way that is left, no truncated answer
 * looks complete, and no other backend is asked, whether or not there is one.
 */
final class StreamFaultsIT {
    private static final String TOKEN = "data: {\"choices\":[{\"delta\":{\"content\":\"Hel\"}}]}\n\n";
    private static final Pattern CONTENT = Pattern.compile("\"content\":\"([^\"]*)\"");
    /** Characters of an answer that were all kept. */
    private static final int LONG = 100_000;

    private static final Behaviour WELL = Behaviour.openAi();
    private static FaultyBackends backends;
    private static FaultGateway gateway;
    private static Neighbour neighbour;

    @BeforeAll
    static void start() throws IOException {
        backends = new FaultyBackends();
        gateway = new FaultGateway(backends.yaml(), Times.DEFAULT, "limits: [{ tokensPerMinute: 900M }]");
        neighbour = new Neighbour(gateway);
    }

    @AfterAll
    static void stop() throws IOException {
        gateway.close();
        backends.close();
    }

    /**
     * @param request {@code document} or {@code stream}
     * @param end what the client sees behind the status 200
     * @param well what succeeds and is as much work
     * @param width how many of these calls there are at once beside the neighbour
     */
    private record Fault(
            String name,
            String backend,
            Behaviour behaviour,
            String request,
            String end,
            ErrorKind error,
            Behaviour well,
            int width) {}

    private static Fault stream(String name, Behaviour behaviour, ErrorKind error) {
        return new Fault(name, "flowing", behaviour, "stream", event(String.valueOf(error.code())), error, WELL, 8);
    }

    private static String event(String code) {
        return "200, then the error event `" + code + "`";
    }

    private static Fault document(String name, Behaviour behaviour, ErrorKind error, int megabytes) {
        Behaviour well = Behaviour.huge(megabytes).uncompressed();
        return new Fault(name, "flowing", behaviour, "document", "200, then a reset", error, well, 1);
    }

    private static List<Fault> faults() {
        Behaviour stream = Behaviour.stream("one", "two");
        return List.of(
                stream("silence in the middle of a stream", stream.stallAfter(1), UPSTREAM_TIMEOUT),
                stream("a reset in the middle of a stream", stream.cutAfter(1, Cut.RST), UPSTREAM_FAILED),
                stream("a close in the middle of a stream", stream.cutAfter(1, Cut.FIN), UPSTREAM_FAILED),
                stream("a close inside an event", stream.uncompressed().cutAfterBytes(250, Cut.FIN), UPSTREAM_FAILED),
                stream("an end without `[DONE]`", Behaviour.streamWithoutDone("one", "two"), UPSTREAM_FAILED),
                stream(
                        "garbage behind the first token",
                        Behaviour.rawEvents(TOKEN, "<html>\n\n", TOKEN),
                        UPSTREAM_PROTOCOL_ERROR),
                stream(
                        "bad JSON behind the first token",
                        Behaviour.rawEvents(TOKEN + "data: {\"choices\":[\n\n" + TOKEN),
                        UPSTREAM_PROTOCOL_ERROR),
                new Fault(
                        "an error event behind the first token",
                        "flowing",
                        Behaviour.errorInStream(),
                        "stream",
                        event("server_error") + ", the backend's own",
                        UPSTREAM_FAILED,
                        WELL,
                        8),
                new Fault(
                        "a stream without an end, until `timeouts.total`",
                        "endless",
                        Behaviour.endless(500).every(Duration.ofMillis(2)),
                        "stream",
                        event("upstream_timeout"),
                        UPSTREAM_TIMEOUT,
                        WELL,
                        4),
                new Fault(
                        "a stream of more than 64 MB",
                        "flowing",
                        Behaviour.endless(60_000),
                        "stream",
                        event("upstream_protocol_error"),
                        UPSTREAM_PROTOCOL_ERROR,
                        Behaviour.stream(1_000, 60_000),
                        1),
                document(
                        "a document of more than 16 MB, without a length",
                        Behaviour.flood(),
                        UPSTREAM_PROTOCOL_ERROR,
                        15),
                document(
                        "a document that breaks off behind its first megabyte",
                        Behaviour.flood().cutAfter(40, Cut.FIN),
                        UPSTREAM_FAILED,
                        2),
                document(
                        "a document that falls silent behind its first megabyte",
                        Behaviour.flood().stallAfter(40),
                        UPSTREAM_TIMEOUT,
                        2));
    }

    @TestFactory
    Stream<DynamicTest> a_backend_that_fails_in_the_middle_of_its_answer() {
        var table = new FaultTable("streams", "fault", "request", "the client gets", "counted", "charged");
        return table.tests(faults().stream()
                .map(fault -> new FaultTable.Row(fault.name, () -> check(fault)))
                .toList());
    }

    private static List<List<String>> check(Fault fault) {
        backends.scripted.always(fault.behaviour);
        boolean stream = fault.request.equals("stream");
        int spared = backends.spare.requests().size();
        Set<String> charged = new HashSet<>();
        for (String route : List.of(fault.backend + "-alone", fault.backend + "-rescued")) {
            Told told = gateway.tell(route, stream);
            assertTold(fault, told);
            charged.add(charged(route, stream, told));
        }
        assertThat(charged).hasSize(1);
        neighbour.assertUnmoved(
                fault.width,
                () -> calling(fault.well, "flowing-alone", stream),
                () -> calling(fault.behaviour, fault.backend + "-alone", stream));
        assertThat(backends.spare.requests()).as("calls of the other backend").hasSize(spared);
        backends.awaitLeft();
        gateway.assertNothingLeft(List.of(fault.backend, "neighbour"));
        return List.of(List.of(
                fault.name,
                fault.request,
                fault.end,
                "try `2xx`; call `" + fault.error.label() + "`",
                charged.iterator().next()));
    }

    /** What the call was settled at, in words, once they are found to be true. */
    private static String charged(String route, boolean stream, Told told) {
        long charged = (long) told.line().getOrDefault("tokens_charged", -1L);
        if (!told.line().containsKey("usage_estimated")) {
            assertThat(told.line()).containsEntry("tokens_in", 11L).containsEntry("tokens_out", charged - 11);
            return "what the backend counted";
        }
        long prompt = TokenEstimator.estimate(
                        FaultGateway.body(route, stream).getBytes(StandardCharsets.UTF_8),
                        Endpoint.CHAT,
                        ImageRule.of("m"))
                .tokens();
        if (!stream) {
            assertThat(charged).isGreaterThan(prompt);
            return "its estimate";
        }
        String body = told.answer().body();
        long seen = tokensIn(body);
        if (body.length() > LONG) {
            assertThat(charged).as("more than what was kept of the answer").isGreaterThanOrEqualTo(seen);
        } else {
            // The model's prompts have 11 tokens; once that is learned, its answers are corrected alike.
            assertThat(charged).isIn(prompt + seen, 11 + Math.round(seen * 11.0 / prompt));
        }
        return "its prompt and what came";
    }

    private static long tokensIn(String events) {
        AnswerTally tally = new AnswerTally(new TokenCorrection());
        CONTENT.matcher(events).results().forEach(found -> {
            byte[] text = found.group(1).getBytes(StandardCharsets.UTF_8);
            tally.add(text, 0, text.length);
        });
        return tally.tokens(Sample.target("m"));
    }

    private static Runnable calling(Behaviour behaviour, String route, boolean stream) {
        backends.scripted.always(behaviour);
        return gateway.calling(route, stream);
    }

    private static void assertTold(Fault fault, Told told) {
        Answer answer = told.answer();
        assertThat(fault.end).as(answer.body()).startsWith(answer.words());
        assertThat(answer.body()).doesNotContain("[DONE]");
        assertThat(answer.header("x-headgate-attempts")).isEqualTo("1");
        assertThat(told.requests()).isEqualTo(Map.of("2xx " + fault.error.label(), 1));
        assertThat(told.tries()).isEqualTo(Map.of(fault.backend + " 2xx", 1));
        assertThat(told.fallbacks()).isEmpty();
        assertThat(told.line())
                .containsEntry("status", 200)
                .containsEntry("attempts", 1)
                .containsEntry("error", fault.error.name().toLowerCase(Locale.ROOT))
                .containsKey("reason")
                .containsEntry("ending", "upstream_broke");
    }
}
