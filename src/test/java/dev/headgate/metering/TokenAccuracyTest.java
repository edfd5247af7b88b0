// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.knuddels.jtokkit.Encodings;
import com.knuddels.jtokkit.api.Encoding;
import com.knuddels.jtokkit.api.EncodingType;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Usage;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The estimate against the counts of real vocabularies. */
final class TokenAccuracyTest {
    private static final List<String> KINDS = List.of("english", "code", "json", "german", "chinese");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int AROUND_ONE_MESSAGE = 7;
    private static final Random RANDOM = new Random(42);

    /** A chat with one message, and how many tokens its prompt really has. */
    private record Sample(PromptEstimate estimate, long real) {
        static Sample of(String text, Encoding encoding, double factor) throws IOException {
            byte[] body = JSON.writeValueAsBytes(
                    Map.of("model", "m", "messages", List.of(Map.of("role", "user", "content", text))));
            long real = Math.round((encoding.countTokensOrdinary(text) + AROUND_ONE_MESSAGE) * factor);
            return new Sample(TokenEstimator.estimate(body, Endpoint.CHAT, ImageRule.DEFAULT), real);
        }
    }

    @Test
    void is_near_the_truth_before_it_has_learned_anything() throws IOException {
        Encoding encoding = encoding(EncodingType.O200K_BASE);
        Map<String, Double> errors = new LinkedHashMap<>();
        for (String kind : KINDS) {
            Sample sample = Sample.of(text(kind), encoding, 1);
            errors.put(kind, (double) sample.estimate().tokens() / sample.real() - 1);
        }
        assertThat(errors).allSatisfy((kind, error) -> assertThat(error).isBetween(-0.10, 0.10));
    }

    /** Vocabularies of different sizes, and one of a vendor who counts a third more. */
    @ParameterizedTest
    @CsvSource({"O200K_BASE,1", "CL100K_BASE,1", "O200K_BASE,1.33"})
    void is_at_most_a_tenth_off_after_200_calls_of_a_model(EncodingType vocabulary, double factor) throws IOException {
        Encoding encoding = encoding(vocabulary);
        TokenCorrection correction = new TokenCorrection();
        for (int call = 0; call < 200; call++) {
            Sample sample = sample(KINDS.get(RANDOM.nextInt(KINDS.size())), encoding, factor);
            correction.learn("m", "r", sample.estimate(), new Usage(sample.real(), 1, 0, 0));
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        for (String kind : KINDS) {
            List<Double> errors = new ArrayList<>();
            for (int i = 0; i < 101; i++) {
                Sample sample = sample(kind, encoding, factor);
                errors.add(Math.abs((double) correction.prompt("m", sample.estimate()) / sample.real() - 1));
            }
            errors.sort(null);
            medians.put(kind, errors.get(50));
        }
        assertThat(medians).allSatisfy((kind, median) -> assertThat(median).isLessThanOrEqualTo(0.10));
    }

    @Test
    void takes_data_for_more_tokens_than_text_of_its_length() throws IOException {
        byte[] data = new byte[30_000];
        RANDOM.nextBytes(data);
        String text = Base64.getEncoder().encodeToString(data);

        Sample sample = Sample.of(text, encoding(EncodingType.O200K_BASE), 1);

        assertThat((double) sample.estimate().tokens() / sample.real()).isBetween(0.85, 1.15);
    }

    private static Sample sample(String kind, Encoding encoding, double factor) throws IOException {
        String text = text(kind);
        int length = Math.min(text.length(), (kind.equals("chinese") ? 100 : 300) + RANDOM.nextInt(800));
        int from = RANDOM.nextInt(text.length() - length + 1);
        return Sample.of(text.substring(from, from + length), encoding, factor);
    }

    private static Encoding encoding(EncodingType type) {
        return Encodings.newLazyEncodingRegistry().getEncoding(type);
    }

    private static String text(String kind) throws IOException {
        try (InputStream in =
                requireNonNull(TokenAccuracyTest.class.getResourceAsStream(kind + ".txt"), "no text of " + kind)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }
}
