// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.async.ByteArrayFeeder;
import dev.headgate.call.Reported;
import dev.headgate.call.Usage;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads usage, finish reason and whether there are choices out of one JSON answer or event, in one pass and without a tree. Follows
 * the OpenAI API reference: {@code usage} at the top or inside {@code response}, with the names of both API generations; and what
 * vendors that speak it do differently: where DeepSeek says what came from its cache, where proxies of Anthropic say what went into
 * it, and totals that hold thinking which the output leaves out (Gemini). Besides that, what else makes the price:
 * {@code service_tier}, and the calls of tools among the items of {@code output}.
 */
final class UsageReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(Integer.MAX_VALUE)
                    .maxNestingDepth(500)
                    .build())
            .build();

    /** How the types of those items of an output end that are calls of tools. */
    private static final String CALL = "_call";

    /** Tokens that no model counts; keeps sums far from overflow. */
    private static final long MOST = 1L << 50;

    private final JsonParser parser;
    private final String[] names = new String[501];
    private int depth;
    private boolean choicesSeen;
    private boolean choicesFilled;
    private boolean usageSeen;
    private boolean counted;
    private long input;
    private long output;
    private long total;
    private long cached;
    private long reasoning;
    private long cacheWrite;
    private long audioInput;
    private long audioOutput;
    private long imageInput;
    private @Nullable String finishReason;
    private @Nullable String responseId;
    private boolean notStored;
    private @Nullable String tier;
    private @Nullable Map<String, Integer> toolCalls;

    private UsageReader(JsonParser parser) {
        this.parser = parser;
    }

    /** Reads a whole document; what is not JSON simply holds no usage. */
    static UsageReader read(byte[] json, int from, int length) {
        try (JsonParser parser = JSON.createParser(json, from, length)) {
            UsageReader reader = new UsageReader(parser);
            reader.drain();
            return reader;
        } catch (IOException notJson) {
            return new UsageReader(closed());
        }
    }

    /** A reader that is fed piece by piece, for answers too large to hold. */
    static UsageReader incremental() {
        try {
            return new UsageReader(JSON.createNonBlockingByteArrayParser());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Takes the next bytes; returns false once they are not JSON, after which nothing more need be fed. */
    boolean feed(byte[] bytes, int from, int length) {
        try {
            ((ByteArrayFeeder) parser.getNonBlockingInputFeeder()).feedInput(bytes, from, from + length);
            drain();
            return true;
        } catch (IOException notJson) {
            return false;
        }
    }

    /** Null if there is none, or none in tokens, as of a sound that is paid by the second. */
    @Nullable
    Usage usage() {
        if (!counted) {
            return null;
        }
        long all = Math.max(output, total - input);
        return new Usage(input, all, cached, reasoning, cacheWrite, audioInput, audioOutput, imageInput);
    }

    /** What else the document says of its cost. */
    Reported reported() {
        return new Reported(tier, toolCalls == null ? Map.of() : toolCalls);
    }

    @Nullable
    String finishReason() {
        return finishReason;
    }

    /** The id of the response, if the backend keeps it; {@code store} is true unless it says otherwise. */
    @Nullable
    String storedId() {
        return notStored ? null : responseId;
    }

    /** Whether this is the extra chunk that only carries usage: {@code choices} is there and empty. */
    boolean isUsageOnly() {
        return usageSeen && choicesSeen && !choicesFilled;
    }

    private void drain() throws IOException {
        for (JsonToken token = parser.nextToken();
                token != null && token != JsonToken.NOT_AVAILABLE;
                token = parser.nextToken()) {
            accept(token);
        }
    }

    private void accept(JsonToken token) throws IOException {
        switch (token) {
            case START_OBJECT, START_ARRAY -> {
                if (depth == 2 && "choices".equals(names[1])) {
                    choicesFilled = true;
                }
                depth++;
                if (depth < names.length) {
                    names[depth] = "";
                }
                if (depth == 2 && token == JsonToken.START_ARRAY && "choices".equals(names[1])) {
                    choicesSeen = true;
                }
                if (token == JsonToken.START_OBJECT && "usage".equals(names[depth - 1]) && isUsageParent()) {
                    usageSeen = true;
                }
            }
            case END_OBJECT, END_ARRAY -> depth--;
            case FIELD_NAME -> names[depth] = parser.currentName();
            case VALUE_NUMBER_INT -> number();
            case VALUE_STRING -> text();
            case VALUE_FALSE -> notStored |= isOfResponse("store");
            default -> {}
        }
    }

    /** Whether the object that just opened at {@link #depth} is the answer's usage, not a member of some content. */
    private boolean isUsageParent() {
        return depth == 2 || (depth == 3 && "response".equals(names[1]));
    }

    private void number() throws IOException {
        if (!usageSeen || depth < 2) {
            return;
        }
        int base = "usage".equals(names[1]) ? 2 : "response".equals(names[1]) && "usage".equals(names[2]) ? 3 : -1;
        if (base < 0 || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            return;
        }
        long value = Math.clamp(parser.getLongValue(), 0, MOST);
        if (depth == base) {
            total(names[depth], value);
        } else if (depth == base + 1) {
            boolean ofInput = names[base].startsWith("prompt") || names[base].startsWith("input");
            part(names[depth], ofInput, value);
        }
    }

    private void total(String name, long value) {
        switch (name) {
            case "prompt_tokens", "input_tokens" -> {
                input = value;
                counted = true;
            }
            case "completion_tokens", "output_tokens" -> {
                output = value;
                counted = true;
            }
            case "total_tokens" -> total = value;
            case "prompt_cache_hit_tokens" -> cached = value;
            case "cache_creation_input_tokens" -> cacheWrite = value;
            default -> {}
        }
    }

    private void part(String name, boolean ofInput, long value) {
        switch (name) {
            case "cached_tokens" -> cached = value;
            case "cache_write_tokens", "cache_creation_tokens" -> cacheWrite = value;
            case "reasoning_tokens" -> reasoning = value;
            case "audio_tokens" -> {
                audioInput = ofInput ? value : audioInput;
                audioOutput = ofInput ? audioOutput : value;
            }
            case "image_tokens" -> imageInput = ofInput ? value : imageInput;
            default -> {}
        }
    }

    /** Whether the parser stands on this member of a response, which is the document or its member {@code response}. */
    private boolean isOfResponse(String member) {
        return depth == 1
                ? member.equals(names[1])
                : depth == 2 && "response".equals(names[1]) && member.equals(names[2]);
    }

    private void text() throws IOException {
        if (responseId == null && isOfResponse("id")) {
            responseId = parser.getText();
        }
        if (isOfResponse("service_tier")) {
            tier = parser.getText();
        }
        if (isItem() && "type".equals(names[depth])) {
            item(parser.getText());
        }
        if (finishReason != null) {
            return;
        }
        boolean choice = depth == 3 && "finish_reason".equals(names[3]) && "choices".equals(names[1]);
        boolean response = depth == 2 && "status".equals(names[2]) && "response".equals(names[1]);
        if (choice || response) {
            finishReason = parser.getText();
        }
    }

    /** Whether the object that the parser stands in is an item of a response's output, or the one that an event is about. */
    private boolean isItem() {
        return switch (depth) {
            case 2 -> "item".equals(names[1]);
            case 3 -> "output".equals(names[1]);
            case 4 -> "response".equals(names[1]) && "output".equals(names[2]);
            default -> false;
        };
    }

    private void item(String type) {
        if (type.endsWith(CALL)) {
            toolCalls = toolCalls == null ? new HashMap<>() : toolCalls;
            toolCalls.merge(type.substring(0, type.length() - CALL.length()), 1, Integer::sum);
        }
    }

    private static JsonParser closed() {
        try {
            JsonParser parser = JSON.createParser(new byte[0]);
            parser.close();
            return parser;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
