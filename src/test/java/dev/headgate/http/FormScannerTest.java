// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.headgate.call.CallFailure;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FormScannerTest {
    static final String FILE = String.join(
            "\r\n",
            "--B",
            "Content-Disposition: form-data; name=\"file\"; filename=\"ü\\\"; name=a\\b.mp3\"",
            "Content-Type: audio/mpeg",
            "",
            "\n",
            "--",
            "--A\r",
            "-\n-B--B",
            "",
            "");

    static final String MODEL = "--B \t\r\ncontent-disposition:form-data;NAME=model\r\n\r\nwhisper-1\r\n";

    private static FormScanner feed(String form) {
        FormScanner scanner = new FormScanner("B");
        scanner.feed(Unpooled.wrappedBuffer(form.getBytes(UTF_8)));
        return scanner;
    }

    private static String part(String name, String value) {
        return "--B\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n";
    }

    @Test
    void finds_the_model_behind_a_file_whose_bytes_look_like_boundaries() {
        FormScanner scanner = feed(FILE + MODEL + "--B--\r\nepilogue\r\n--B\r\n");
        assertThat(scanner.model()).isEqualTo("whisper-1");
        int start = (FILE + MODEL).getBytes(UTF_8).length - "whisper-1\r\n".length();
        assertThat(scanner.modelStart()).isEqualTo(start);
        assertThat(scanner.modelEnd()).isEqualTo(start + 9);
        assertThat(scanner.closed()).isTrue();
    }

    @Test
    void takes_a_preamble_and_folded_header_lines() {
        String form =
                "to old readers\r\n--B\r\nX-Other: model\r\nContent-Disposition: form-data;\r\n name=\"model\"\r\n\r\nm\r\n--B--";
        assertThat(feed(form).model()).isEqualTo("m");
    }

    @Test
    void does_not_know_the_model_before_the_boundary_behind_it() {
        assertThat(feed(MODEL).model()).isNull();
        assertThat(feed(MODEL + "--B").model()).isEqualTo("whisper-1");
    }

    @Test
    void is_not_content_with_a_form_that_has_no_closing_boundary() {
        for (String form : List.of("", "--B", MODEL, MODEL + "--B\r\n", MODEL + "--B-")) {
            FormScanner scanner = feed(form);
            assertThatThrownBy(scanner::finish).hasMessageContaining("ends without its closing boundary");
        }
        feed(MODEL + "--B--").finish();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--B\n", // bare line feed behind a boundary
                "--Bx\r\n",
                "--B-\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"x\"\n\n",
                "--B\r\nContent-Disposition: form-data; name=\"x\"\r\r\n\r\n",
                "--B\r\nno colon\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\nvalue\n--B\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\n--B\r\n",
                "--B\r\nContent-Disposition: form-data; name=x; name=model\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name*=UTF-8''model\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"mod\\el\"\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"x\"model\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name=\"model\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; x; name=model\r\n\r\n",
                "--B\r\nContent-Disposition: form-data; name=x\r\nContent-Disposition: form-data; name=model\r\n\r\n",
            })
    void refuses_what_two_readers_could_read_differently(String form) {
        assertThatThrownBy(() -> feed(form))
                .isInstanceOf(CallFailure.class)
                .hasMessageStartingWith("The multipart form is malformed: ");
    }

    @Test
    void bounds_the_headers_of_a_part() {
        assertThatThrownBy(() -> feed("--B\r\nX: " + "y".repeat(20_000)))
                .isInstanceOf(CallFailure.class)
                .hasMessageContaining("longer than 16384 bytes");
    }

    @Test
    void refuses_an_unfit_model_part() {
        assertThatThrownBy(() -> feed(part("model", "") + "--B"))
                .hasMessage("The form's 'model' part is empty; it must name a model.");
        assertThatThrownBy(() -> feed(part("model", "m".repeat(257)) + "--B"))
                .hasMessage("The form's 'model' part is longer than 256 characters.");
        assertThatThrownBy(() -> feed(part("model", "m".repeat(100_000)))).hasMessageContaining("longer than 256");
        assertThatThrownBy(() -> feed(part("model", "a\nb") + "--B")).hasMessageContaining("control character");
        assertThatThrownBy(() -> feed(part("model", "a") + part("x", "y") + part("model", "a")))
                .hasMessage("The form has two 'model' parts.");
        assertThat(feed(part("model", "m".repeat(256)) + "--B").model()).hasSize(256);
    }

    @Property(tries = 300)
    void sees_the_same_however_the_bytes_are_cut(@ForAll("forms") String form, @ForAll long seed) {
        Outcome whole = Outcome.of(form, List.of(form.getBytes(UTF_8).length));
        Random random = new Random(seed);
        List<Integer> cuts = random.ints(form.length() + 1L, 1, 2 + random.nextInt(60))
                .boxed()
                .toList();
        assertThat(Outcome.of(form, cuts)).isEqualTo(whole);
        assertThat(Outcome.of(form, java.util.Collections.nCopies(form.getBytes(UTF_8).length, 1)))
                .isEqualTo(whole);
    }

    @Provide
    Arbitrary<String> forms() {
        Arbitrary<String> piece = Arbitraries.of(
                FILE,
                FILE,
                MODEL,
                part("x", "y"),
                part("x", ""),
                part("language", "\r\r\n\n--"),
                "--B\r\n",
                "\r\n",
                "junk",
                "--B--\r\n",
                "\n--B");
        return piece.list().ofMaxSize(6).map(l -> String.join("", l) + "--B--\r\n");
    }

    /** All that a rewrite lets out, and what it says in the end. */
    record Outcome(String sent, String error) {
        static Outcome of(String form, List<Integer> cuts) {
            byte[] bytes = form.getBytes(UTF_8);
            FormRewrite rewrite = new FormRewrite("B", "other");
            Buffer out = Buffer.buffer();
            try {
                int at = 0;
                for (int cut : cuts) {
                    int end = Math.min(bytes.length, at + cut);
                    rewrite.pass(Buffer.buffer(java.util.Arrays.copyOfRange(bytes, at, end)))
                            .forEach(out::appendBuffer);
                    at = end;
                }
                if (at < bytes.length) {
                    rewrite.pass(Buffer.buffer(java.util.Arrays.copyOfRange(bytes, at, bytes.length)))
                            .forEach(out::appendBuffer);
                }
                rewrite.finish();
                return new Outcome(out.toString(), "");
            } catch (CallFailure e) {
                // How much went out before the fault depends on the cuts; only the fault does not.
                return new Outcome("", e.error().message());
            }
        }
    }

    @Test
    void rewrites_the_model_and_nothing_else() {
        assertThat(Outcome.of(FILE + MODEL + part("x", "y") + "--B--\r\n", List.of(7))
                        .sent())
                .isEqualTo(FILE + MODEL.replace("whisper-1", "other") + part("x", "y") + "--B--\r\n");
    }
}
