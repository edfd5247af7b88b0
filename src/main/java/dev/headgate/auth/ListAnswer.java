// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list in its original bytes, and where its entries lie in them, so that entries can be cut out and the others stay
 * as they are. Immutable but for the array, which nobody writes to.
 */
final class ListAnswer {
    private final byte[] json;
    private final List<Entry> entries = new ArrayList<>();
    private @Nullable Span firstId;
    private @Nullable Span lastId;
    private boolean data;
    private boolean more;

    private ListAnswer(byte[] json) {
        this.json = json;
    }

    /** @throws IOException if this is not a list as the OpenAI API reference describes it, so that nothing of it may be shown */
    static ListAnswer of(byte[] json) throws IOException {
        ListAnswer list = new ListAnswer(json);
        try (JsonParser parser = ObjectAnswer.JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("the list is not a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                list.member(parser, parser.currentName(), parser.nextToken());
            }
            if (parser.currentToken() != JsonToken.END_OBJECT || parser.nextToken() != null || !list.data) {
                throw new IOException("the list is not one object with \"data\"");
            }
        }
        return list;
    }

    private void member(JsonParser parser, String name, JsonToken value) throws IOException {
        switch (name) {
            case "data" -> {
                if (data || value != JsonToken.START_ARRAY) {
                    throw new IOException("\"data\" is not one array");
                }
                data = true;
                entries(parser);
            }
            case "has_more" -> more = value == JsonToken.VALUE_TRUE;
            case "first_id" -> firstId = scalar(parser, value);
            case "last_id" -> lastId = scalar(parser, value);
            default -> parser.skipChildren();
        }
    }

    private void entries(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            int from = (int) parser.currentTokenLocation().getByteOffset();
            ObjectAnswer seen = ObjectAnswer.at(parser);
            entries.add(new Entry(
                    seen, new Span(from, (int) parser.currentLocation().getByteOffset())));
        }
        if (parser.currentToken() != JsonToken.END_ARRAY) {
            throw new IOException("\"data\" holds something that is not an object");
        }
    }

    private static Span scalar(JsonParser parser, JsonToken value) throws IOException {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        if (value == JsonToken.VALUE_NULL) {
            return new Span(from, from + "null".length());
        }
        if (value != JsonToken.VALUE_STRING) {
            throw new IOException("a page mark is not a string");
        }
        // Reading the text is what moves the parser behind it.
        parser.getText();
        return new Span(from, (int) parser.currentLocation().getByteOffset());
    }

    List<Entry> entries() {
        return entries;
    }

    /** Whether the backend has more pages after this one. */
    boolean hasMore() {
        return more;
    }

    /** The page with these of its entries only, in their order, and its page marks set to them. */
    Buffer keeping(List<Entry> kept) {
        if (kept.size() == entries.size()) {
            return Buffer.buffer(json);
        }
        List<Edit> edits = new ArrayList<>(3);
        edits.add(new Edit(
                new Span(entries.getFirst().at.from, entries.getLast().at.to),
                joined(kept).getBytes()));
        mark(edits, firstId, kept.isEmpty() ? null : kept.getFirst().seen.id());
        mark(edits, lastId, kept.isEmpty() ? null : kept.getLast().seen.id());
        edits.sort(Comparator.comparingInt(edit -> edit.at.from));
        Buffer out = Buffer.buffer(json.length);
        int done = 0;
        for (Edit edit : edits) {
            out.appendBytes(json, done, edit.at.from - done).appendBytes(edit.with);
            done = edit.at.to;
        }
        return out.appendBytes(json, done, json.length - done);
    }

    private Buffer joined(List<Entry> kept) {
        Buffer out = Buffer.buffer();
        for (Entry entry : kept) {
            if (out.length() > 0) {
                out.appendByte((byte) ',');
            }
            out.appendBytes(json, entry.at.from, entry.at.to - entry.at.from);
        }
        return out;
    }

    private static void mark(List<Edit> edits, @Nullable Span at, @Nullable String id) {
        if (at != null) {
            String text = id == null
                    ? "null"
                    : "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(id)) + "\"";
            edits.add(new Edit(at, text.getBytes(StandardCharsets.UTF_8)));
        }
    }

    /** One object of the list. */
    record Entry(ObjectAnswer seen, Span at) {}

    record Span(int from, int to) {}

    // Never compared or printed: it only carries bytes to their place.
    @SuppressWarnings("ArrayRecordComponent")
    private record Edit(Span at, byte[] with) {}
}
