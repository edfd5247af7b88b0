// SPDX-License-Identifier: Apache-2.0
package dev.headgate.upstream;

import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Reported;
import dev.headgate.call.Usage;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** What the events of a stream said so far, for the account; found by searching their bytes. Confined to the call's event loop. */
final class StreamFacts {
    private final Endpoint endpoint;
    private final @Nullable OutputCount output;
    private final @Nullable AnswerText text;
    private final Promise<@Nullable String> storedId = Promise.promise();
    private @Nullable Usage usage;
    private @Nullable String finishReason;
    private @Nullable String tier;
    private final Map<String, Integer> toolCalls = new HashMap<>(0);
    private long firstTokenNanos;
    private boolean terminal;
    private boolean errorEvent;

    /** @param output counts the answer's text; null if nobody wants to know */
    StreamFacts(Endpoint endpoint, @Nullable OutputCount output) {
        this.endpoint = endpoint;
        this.output = output;
        this.text = AnswerText.ofEvents(endpoint);
        if (endpoint != Endpoint.RESPONSES) {
            announceNothingMore();
        }
    }

    @Nullable
    Usage usage() {
        return usage;
    }

    /** What the events said of the cost besides tokens; complete once usage is there, before that as far as they came. */
    Reported reported() {
        return new Reported(tier, toolCalls);
    }

    @Nullable
    String finishReason() {
        return finishReason;
    }

    long firstTokenNanos() {
        return firstTokenNanos;
    }

    Future<@Nullable String> storedId() {
        return storedId.future();
    }

    void announceNothingMore() {
        storedId.tryComplete(null);
    }

    /** Whether the stream said that it is complete. */
    boolean isTerminal() {
        return terminal;
    }

    /** Whether the backend itself ended the stream with an error event. */
    boolean sawError() {
        return errorEvent;
    }

    /** Told of an error event that the search does not find. */
    void noteError() {
        errorEvent = true;
    }

    /** Whether nothing that matters is to come. */
    boolean isComplete() {
        return terminal || errorEvent || !EventFacts.hasTerminal(endpoint);
    }

    /** Looks at one event; true if it is the extra chunk that only carries usage. */
    boolean observe(byte[] bytes, int from, int to) {
        if (firstTokenNanos == 0 && EventFacts.hasToken(bytes, from, to)) {
            firstTokenNanos = System.nanoTime();
        }
        if (finishReason == null && EventFacts.mentionsFinish(bytes, from, to)) {
            UsageReader read = dataOf(bytes, from, to);
            finishReason = read.finishReason();
            note(read.reported(), Math::max);
        }
        if (endpoint == Endpoint.RESPONSES && EventFacts.endsToolCall(bytes, from, to)) {
            note(dataOf(bytes, from, to).reported(), Integer::sum);
        }
        if (!storedId.future().isComplete() && EventFacts.announcesResponse(bytes, from, to)) {
            storedId.tryComplete(dataOf(bytes, from, to).storedId());
        }
        if (output != null && text != null) {
            text.find(bytes, from, to, output);
        }
        boolean usageOnly = false;
        if (EventFacts.mentionsUsage(bytes, from, to)) {
            UsageReader read = dataOf(bytes, from, to);
            if (read.usage() != null) {
                usage = read.usage();
                // The whole output once more, with what was counted item by item.
                note(read.reported(), Math::max);
                usageOnly = read.isUsageOnly();
            }
            if (finishReason == null) {
                finishReason = read.finishReason();
            }
        }
        terminal |= EventFacts.isTerminal(endpoint, bytes, from, to);
        errorEvent |= EventFacts.isError(bytes, from, to);
        return usageOnly;
    }

    private void note(Reported more, BinaryOperator<Integer> both) {
        tier = more.tier() == null ? tier : more.tier();
        more.toolCalls().forEach((tool, calls) -> toolCalls.merge(tool, calls, both));
    }

    /** The event's data parsed as JSON; a second data line would be another event in every API that is spoken here. */
    private static UsageReader dataOf(byte[] bytes, int from, int to) {
        for (int i = from; i + 5 < to; i++) {
            boolean lineStart = i == from || bytes[i - 1] == '\n' || bytes[i - 1] == '\r';
            if (lineStart && bytes[i] == 'd' && bytes[i + 1] == 'a' && bytes[i + 2] == 't' && bytes[i + 4] == ':') {
                return UsageReader.read(bytes, i + 5, to - i - 5);
            }
        }
        return UsageReader.read(bytes, from, 0);
    }
}
