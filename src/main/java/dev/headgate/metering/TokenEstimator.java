// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

import dev.headgate.call.Endpoint;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Estimates the tokens of a request in one pass over its body, without a tree and without decoding pictures. What counts is what a
 * model reads: the text of messages, inputs and prompts, and tools with the names of their members; names and numbers around it do
 * not. Follows the OpenAI API reference for names. Never fails: of what is no JSON it makes some number. Pure.
 */
public final class TokenEstimator {
    /** Around each message: the marks of its beginning and end, and its role (OpenAI's cookbook). */
    private static final int PER_MESSAGE = 4;
    /** The beginning of the answer. */
    private static final int PRIMING = 3;
    /** A guess, because it depends on the format: ten tokens for a second of 128 kbit/s. */
    private static final int SOUND_BYTES_PER_TOKEN = 1_600;
    /** A guess: about 1,000 tokens for a page of a document of 50 KB. */
    private static final int FILE_BYTES_PER_TOKEN = 50;

    private static final int MAX_DEPTH = 64;
    /** No model writes more; keeps sums far from overflow. */
    private static final long MOST = 1_000_000_000;

    /** What the members of the body mean. */
    private enum Part {
        MESSAGES,
        PROMPT,
        SCHEMA,
        OTHER
    }

    private final byte[] json;
    private final ImageRule images;
    private final TextTally tally = new TextTally();
    private final String[] names = new String[MAX_DEPTH + 1];
    private int at;
    private int depth;
    private String name = "";
    private Part part = Part.OTHER;
    private long picture;
    private boolean lowDetail;
    private long outputLimit;
    private long answers = 1;
    private long prompts;

    private final int sampleBytes;
    private long sampled;
    private long sampledThousandths;
    private long unread;

    private TokenEstimator(byte[] json, ImageRule images, int sampleBytes) {
        this.json = json;
        this.images = images;
        this.sampleBytes = sampleBytes;
        Arrays.fill(names, "");
    }

    /** @param images how the model that will most likely answer counts pictures */
    public static PromptEstimate estimate(byte[] json, Endpoint endpoint, ImageRule images) {
        return estimate(json, endpoint, images, Integer.MAX_VALUE);
    }

    /** @param sampleBytes text beyond as many bytes counts like the text before: finding its ends is a tenth of the work */
    public static PromptEstimate estimate(byte[] json, Endpoint endpoint, ImageRule images, int sampleBytes) {
        TokenEstimator estimator = new TokenEstimator(json, images, sampleBytes);
        estimator.scan();
        boolean conversation = endpoint == Endpoint.CHAT || endpoint == Endpoint.RESPONSES;
        long answers = estimator.answers * Math.max(1, estimator.prompts);
        return new PromptEstimate(
                estimator.tally.total() + estimator.unreadTokens() + (conversation ? PRIMING : 0),
                estimator.tally.script(),
                estimator.outputLimit,
                Math.min(answers, MOST));
    }

    private void scan() {
        while (at < json.length) {
            byte b = json[at++];
            switch (b) {
                case '{', '[' -> open(b);
                case '}', ']' -> close();
                case '"' -> string();
                default -> {
                    if ((b >= '0' && b <= '9') || b == '-') {
                        number();
                    }
                }
            }
        }
    }

    private void open(byte bracket) {
        depth++;
        names[level()] = name;
        if (part == Part.MESSAGES && depth == 3 && bracket == '{') {
            tally.tokens(PER_MESSAGE);
        }
        if (part == Part.PROMPT && depth == 3 && bracket == '[') {
            prompts++;
        }
    }

    /** Deeper levels share the last one; bodies that deep are refused anyway. */
    private int level() {
        return Math.min(depth, MAX_DEPTH);
    }

    private void close() {
        tally.tokens(lowDetail ? Math.min(picture, images.low()) : picture);
        picture = 0;
        lowDetail = false;
        // What follows in the array around this belongs to the array's name again.
        name = names[level()];
        depth = Math.max(0, depth - 1);
    }

    private void string() {
        int from = at;
        int to = end(from);
        at = Math.min(json.length, to + 1);
        if (isName()) {
            name = to - from > 40 ? "" : new String(json, from, to - from, StandardCharsets.ISO_8859_1);
            if (depth == 1) {
                part = part(name);
            } else if (part == Part.SCHEMA) {
                text(from, to);
            }
        } else if (part != Part.OTHER) {
            value(from, to);
        }
    }

    private void value(int from, int to) {
        if (part == Part.PROMPT && depth == 2 && name.equals("prompt")) {
            prompts++;
        }
        if (part == Part.SCHEMA) {
            text(from, to);
            return;
        }
        switch (name) {
            case "role", "type", "id", "call_id", "tool_call_id", "status", "format" -> {}
            case "detail" -> lowDetail |= startsWith(from, to, "low");
            case "image_url" -> picture += picture(from, to);
            case "url" -> {
                if ("image_url".equals(names[level()])) {
                    picture += picture(from, to);
                }
            }
            case "file_id" -> picture += images.most();
            case "file_data" -> tally.tokens((to - from) / FILE_BYTES_PER_TOKEN);
            case "data" -> {
                if ("input_audio".equals(names[level()])) {
                    tally.tokens((to - from) / SOUND_BYTES_PER_TOKEN);
                } else {
                    text(from, to);
                }
            }
            default -> text(from, to);
        }
    }

    private static Part part(String name) {
        return switch (name) {
            case "messages", "input", "instructions", "suffix", "system" -> Part.MESSAGES;
            case "prompt" -> Part.PROMPT;
            case "tools", "functions", "response_format", "text" -> Part.SCHEMA;
            default -> Part.OTHER;
        };
    }

    private void number() {
        int from = at - 1;
        while (at < json.length && isOfNumber(json[at])) {
            at++;
        }
        if (depth == 1) {
            parameter(from);
        } else if (part != Part.OTHER) {
            // A prompt may be given as tokens, and a schema holds numbers.
            tally.tokens(1);
        }
    }

    private void parameter(int from) {
        switch (name) {
            case "max_tokens", "max_completion_tokens", "max_output_tokens" ->
                outputLimit = Math.max(outputLimit, whole(from));
            case "n", "best_of" -> answers = Math.max(answers, whole(from));
            default -> {}
        }
    }

    /** The number that ends here, cut to a whole one between 0 and {@link #MOST}. */
    private long whole(int from) {
        if (at - from > 40) {
            return json[from] == '-' ? 0 : MOST;
        }
        try {
            double value = Double.parseDouble(new String(json, from, at - from, StandardCharsets.ISO_8859_1));
            return (long) Math.max(0, Math.min(MOST, value));
        } catch (NumberFormatException notJson) {
            return 0;
        }
    }

    private static boolean isOfNumber(byte b) {
        return (b >= '0' && b <= '9') || b == '.' || b == 'e' || b == 'E' || b == '-' || b == '+';
    }

    private long picture(int from, int to) {
        if (!startsWith(from, to, "data:")) {
            return images.most();
        }
        int comma = from;
        while (comma < to && json[comma] != ',') {
            comma++;
        }
        ImageSize size = ImageSize.read(json, comma + 1, to);
        return size == null ? images.most() : images.tokens(size.width(), size.height());
    }

    /** The index of the quote that ends the string that begins here. */
    private int end(int from) {
        int i = from;
        while (i < json.length && json[i] != '"') {
            i += json[i] == '\\' ? 2 : 1;
        }
        return Math.min(i, json.length);
    }

    /** Whether what stands here is a colon, so that the string before it is a member's name. */
    private boolean isName() {
        int i = at;
        while (i < json.length && (json[i] == ' ' || json[i] == '\n' || json[i] == '\r' || json[i] == '\t')) {
            i++;
        }
        return i < json.length && json[i] == ':';
    }

    private boolean startsWith(int from, int to, String text) {
        if (to - from < text.length()) {
            return false;
        }
        for (int i = 0; i < text.length(); i++) {
            if (json[from + i] != text.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private void text(int from, int to) {
        int read = (int) Math.min(to - from, sampleBytes - sampled);
        long before = tally.thousandths();
        tally.json(json, from, from + read);
        tally.end();
        sampled += read;
        sampledThousandths += tally.thousandths() - before;
        unread += to - from - read;
    }

    private long unreadTokens() {
        return unread == 0 ? 0 : Math.round((double) unread / sampled * sampledThousandths / 1_000);
    }
}
