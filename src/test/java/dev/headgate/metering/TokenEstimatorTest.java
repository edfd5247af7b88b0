// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.call.Endpoint;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TokenEstimatorTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int FRAME = 7;

    @Test
    void counts_what_a_model_reads_and_nothing_around_it() {
        String message = "{\"role\":\"user\",\"content\":\"one two three\"}";
        long plain = tokens("{\"messages\":[" + message + "]}");

        assertThat(plain).isBetween(3L + FRAME, 4L + FRAME);
        assertThat(tokens(
                        "{ \"model\" : \"m\", \"user\":\"somebody with a long name\",\"metadata\":{\"a\":\"b c d\"},\n"
                                + "\"temperature\":0.5, \"messages\": [ " + message + " ] , \"stop\":[\"x\",\"y\"]}"))
                .isEqualTo(plain);
        assertThat(tokens("{\"messages\":[" + message + "," + message + "]}")).isBetween(2 * plain - 4, 2 * plain - 3);
    }

    @Test
    void text_beyond_a_sample_counts_like_the_sample() {
        String part =
                "{\"role\":\"user\",\"content\":\"The quick brown fox jumps over the lazy dog, and 17 others follow.\"}";
        String many = "{\"messages\":[" + (part + ",").repeat(999) + part + "],\"max_tokens\":9}";
        byte[] json = many.getBytes(UTF_8);
        ImageRule images = ImageRule.of("m");

        PromptEstimate whole = TokenEstimator.estimate(json, Endpoint.CHAT, images);
        PromptEstimate sample = TokenEstimator.estimate(json, Endpoint.CHAT, images, 8_192);
        assertThat((double) sample.tokens() / whole.tokens()).isBetween(0.98, 1.02);
        assertThat(sample.outputLimit()).isEqualTo(9);
        assertThat(TokenEstimator.estimate(json, Endpoint.CHAT, images, json.length))
                .isEqualTo(whole);
    }

    @Test
    void reads_the_parts_of_a_message() {
        assertThat(
                        tokens(
                                "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"one two three\"}]}]}"))
                .isEqualTo(tokens("{\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"}]}"));
    }

    @Test
    void reads_text_through_its_escapes() {
        assertThat(tokens(chat("\\u0061\\u0062\\u0063 \\u00fcber \\n\\t\\\"x\\\" \\u4e2d\\u6587")))
                .isEqualTo(tokens(chat("abc über \\n\\t\\\"x\\\" 中文")));
    }

    @Test
    void counts_tools_as_text() {
        String tool =
                "{\"type\":\"function\",\"function\":{\"name\":\"get_weather\",\"description\":\"the weather of a city\","
                        + "\"parameters\":{\"type\":\"object\",\"properties\":{\"city\":{\"type\":\"string\"}}}}}";

        assertThat(tokens("{\"messages\":[],\"tools\":[" + tool + "]}")).isBetween(20L, 35L);
        assertThat(tokens("{\"messages\":[],\"tools\":[]}")).isEqualTo(3);
    }

    @Test
    void counts_a_prompt_that_is_given_as_tokens() {
        assertThat(estimate("{\"input\":[1,22,333]}", Endpoint.EMBEDDINGS).tokens())
                .isEqualTo(3);
        PromptEstimate two = estimate("{\"prompt\":[[1,2],[3]],\"n\":2}", Endpoint.COMPLETIONS);
        assertThat(two.tokens()).isEqualTo(3);
        assertThat(two.answers()).isEqualTo(4);
    }

    @Test
    void answers_every_prompt_of_a_list() {
        assertThat(estimate("{\"prompt\":[\"a\",\"b\",\"c\"]}", Endpoint.COMPLETIONS)
                        .answers())
                .isEqualTo(3);
        assertThat(estimate("{\"prompt\":\"a\",\"n\":5}", Endpoint.COMPLETIONS).answers())
                .isEqualTo(5);
        assertThat(estimate(
                                "{\"prompt\":{\"id\":\"p\",\"variables\":{\"a\":\"b\"}},\"input\":\"x\"}",
                                Endpoint.RESPONSES)
                        .answers())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"max_tokens\":50', 50, 1",
        "'\"max_tokens\":1,\"max_completion_tokens\":9000', 9000, 1",
        "'\"max_output_tokens\": 77 ,\"n\":3', 77, 3",
        "'\"n\":2,\"best_of\":4', 0, 4",
        "'\"n\":0', 0, 1",
        "'\"max_tokens\":null,\"n\":null', 0, 1",
        "'\"max_tokens\":-5,\"n\":-1', 0, 1",
        "'\"max_tokens\":1e3', 1000, 1",
        "'\"max_tokens\":99999999999999999999999999999999999999999999', 1000000000, 1",
        "'\"metadata\":{\"max_tokens\":5,\"n\":9}', 0, 1"
    })
    void reads_how_much_is_asked_for(String members, long limit, long answers) {
        PromptEstimate estimate = estimate("{" + members + ",\"messages\":[]}", Endpoint.CHAT);

        assertThat(estimate.outputLimit()).isEqualTo(limit);
        assertThat(estimate.answers()).isEqualTo(answers);
    }

    @Test
    void counts_pictures_by_their_size() {
        String png = "data:image/png;base64," + Base64.getEncoder().encodeToString(ImageSizeTest.png(1_024, 1_024));

        assertThat(tokens(picture("{\"url\":\"" + png + "\"}"))).isEqualTo(FRAME + 85 + 4 * 170);
        assertThat(tokens(picture("{\"url\":\"" + png + "\",\"detail\":\"low\"}")))
                .isEqualTo(FRAME + 85);
        assertThat(tokens(picture("{\"detail\":\"low\",\"url\":\"" + png + "\"}")))
                .isEqualTo(FRAME + 85);
        assertThat(tokens("{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"image_url\":\"" + png
                        + "\",\"detail\":\"high\"}]}]}"))
                .isEqualTo(FRAME + 85 + 4 * 170);
    }

    @Test
    void counts_what_it_cannot_measure_as_the_largest_picture() {
        long most = FRAME + ImageRule.DEFAULT.most();

        assertThat(tokens(picture("{\"url\":\"https://example.com/a.png\"}"))).isEqualTo(most);
        assertThat(tokens(picture("{\"url\":\"data:image/png;base64,AAAA\"}"))).isEqualTo(most);
        assertThat(
                        tokens(
                                "{\"input\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_image\",\"file_id\":\"file-1\"}]}]}"))
                .isEqualTo(most);
    }

    @Test
    void takes_an_address_in_a_text_for_text() {
        assertThat(tokens(chat("see https://example.com/a.png"))).isLessThan(30);
        assertThat(
                        tokens(
                                "{\"messages\":[{\"role\":\"tool\",\"content\":[{\"type\":\"x\",\"url\":\"https://example.com\"}]}]}"))
                .isLessThan(10);
    }

    @Test
    void does_not_read_sounds_and_files_as_text() {
        String data = "QUJD".repeat(40_000);

        assertThat(tokens(
                        "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"input_audio\",\"input_audio\":{\"data\":\""
                                + data + "\",\"format\":\"mp3\"}}]}]}"))
                .isEqualTo(FRAME + 100);
        assertThat(tokens("{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"file\",\"file\":{\"file_data\":\""
                        + data + "\"}}]}]}"))
                .isEqualTo(FRAME + 3_200);
    }

    @Test
    void tells_other_scripts_from_latin() {
        assertThat(script("the quick brown fox jumps over the lazy dog")).isEqualTo(Script.PLAIN);
        assertThat(script("Über den Wolken")).isEqualTo(Script.ACCENTED);
        assertThat(script("Привет, мир, как твои дела сегодня")).isEqualTo(Script.FOREIGN);
        assertThat(script("你好,世界,今天天气很好")).isEqualTo(Script.FOREIGN);
        assertThat(script("a naïve word " + "and many without any accent ".repeat(20)))
                .isEqualTo(Script.PLAIN);
    }

    @Property
    void makes_some_number_of_whatever_it_gets(@ForAll byte[] bytes) {
        for (Endpoint endpoint : List.of(Endpoint.CHAT, Endpoint.COMPLETIONS)) {
            assertSane(TokenEstimator.estimate(bytes, endpoint, ImageRule.DEFAULT), bytes.length);
            byte[] inside = ("{\"messages\":[{\"content\":\"" + new String(bytes, UTF_8)).getBytes(UTF_8);
            assertSane(TokenEstimator.estimate(inside, endpoint, ImageRule.DEFAULT), inside.length);
        }
    }

    private static void assertSane(PromptEstimate estimate, int bytes) {
        // Nothing but a picture counts more than two tokens for a byte.
        assertThat(estimate.tokens()).isBetween(0L, 8L + 2L * bytes);
        assertThat(estimate.outputLimit()).isBetween(0L, 1_000_000_000L);
        assertThat(estimate.answers()).isPositive();
    }

    @Property
    void survives_a_body_that_is_cut_anywhere(@ForAll int cut) throws JsonProcessingException {
        byte[] body = picture("{\"url\":\"data:image/png;base64,iVBORw0KGgo\\u00e4\",\"detail\":\"low\"}")
                .getBytes(UTF_8);
        byte[] part = java.util.Arrays.copyOf(body, Math.floorMod(cut, body.length));

        assertThat(TokenEstimator.estimate(part, Endpoint.CHAT, ImageRule.DEFAULT)
                        .tokens())
                .isBetween(0L, 2_000L);
    }

    @Property
    void counts_two_halves_about_like_the_whole(@ForAll String text, @ForAll int at) throws JsonProcessingException {
        int cut = text.isEmpty() ? 0 : Math.floorMod(at, text.length());
        long whole = ofText(text);
        long halves = ofText(text.substring(0, cut)) + ofText(text.substring(cut));

        // A word or number that is cut counts twice, and data is known as such only by its length.
        assertThat(halves - whole).isBetween(-48L, 8L);
    }

    @Property
    void never_counts_less_for_a_longer_text(@ForAll String text, @ForAll String more) throws JsonProcessingException {
        assertThat(ofText(text + " " + more)).isGreaterThanOrEqualTo(ofText(text));
    }

    private static long ofText(String text) throws JsonProcessingException {
        byte[] body = JSON.writeValueAsBytes(Map.of("input", text));
        return TokenEstimator.estimate(body, Endpoint.EMBEDDINGS, ImageRule.DEFAULT)
                .tokens();
    }

    private static Script script(String text) {
        return estimate(chat(text), Endpoint.CHAT).script();
    }

    private static String chat(String text) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":\"" + text + "\"}]}";
    }

    private static String picture(String imageUrl) {
        return "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"image_url\",\"image_url\":" + imageUrl
                + "}]}]}";
    }

    private static long tokens(String json) {
        return estimate(json, Endpoint.CHAT).tokens();
    }

    private static PromptEstimate estimate(String json, Endpoint endpoint) {
        return TokenEstimator.estimate(json.getBytes(UTF_8), endpoint, ImageRule.DEFAULT);
    }
}
