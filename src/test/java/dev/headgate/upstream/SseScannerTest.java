// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

final class SseScannerTest {
    @Test
    void finds_events_whatever_ends_their_lines() {
        for (String end : List.of("\n", "\r\n", "\r")) {
            String stream = "data: a" + end + end + "event: x" + end + "data: b" + end + end;

            assertThat(events(stream, stream.length()))
                    .as("lines that end in %s", end.replace("\r", "CR").replace("\n", "LF"))
                    .hasSize(2)
                    .first()
                    .asString()
                    .startsWith("data: a");
        }
    }

    @Test
    void takes_what_is_left_at_the_end_for_a_last_event() {
        assertThat(events("data: a\n\ndata: [DONE]", 100)).containsExactly("data: a\n\n", "data: [DONE]");
    }

    @Test
    void is_between_events_only_after_a_blank_line() {
        SseScanner scanner = new SseScanner(new Collector());
        feed(scanner, "data: a\n");
        assertThat(scanner.isBetweenEvents()).isFalse();
        feed(scanner, "\n");
        assertThat(scanner.isBetweenEvents()).isTrue();
    }

    @Property
    void finds_the_same_events_however_the_bytes_are_cut(@ForAll("streams") String stream, @ForAll("cuts") int cut) {
        assertThat(events(stream, cut)).isEqualTo(events(stream, Integer.MAX_VALUE));
    }

    @Provide
    Arbitrary<String> streams() {
        Arbitrary<String> line =
                Arbitraries.of("data: {\"a\":1}", "data:", ": comment", "event: e", "id: 7", "data: ü🌍", "x");
        Arbitrary<String> end = Arbitraries.of("\n", "\r\n", "\n\n", "\r\n\r\n");
        return net.jqwik.api.Combinators.combine(line, end)
                .as((l, e) -> l + e)
                .list()
                .ofMaxSize(12)
                .map(l -> String.join("", l));
    }

    @Provide
    Arbitrary<Integer> cuts() {
        return Arbitraries.integers().between(1, 20);
    }

    private static List<String> events(String stream, int cut) {
        Collector found = new Collector();
        SseScanner scanner = new SseScanner(found);
        byte[] bytes = stream.getBytes(StandardCharsets.UTF_8);
        for (int from = 0; from < bytes.length; from += Math.min(cut, bytes.length)) {
            scanner.feed(bytes, from, (int) Math.min((long) from + cut, bytes.length));
        }
        scanner.finish();
        return found.events;
    }

    private static void feed(SseScanner scanner, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        scanner.feed(bytes, 0, bytes.length);
    }

    private static final class Collector implements SseScanner.Listener {
        private final List<String> events = new ArrayList<>();

        @Override
        public void event(byte[] bytes, int from, int to, int end) {
            events.add(new String(bytes, from, to - from, StandardCharsets.UTF_8));
        }

        @Override
        public void boundary(int end) {}
    }
}
