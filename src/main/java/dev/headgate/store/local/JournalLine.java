// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.headgate.auth.ObjectOwners.Owner;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One change of the journal: {@code ["+", id, tenant, backend]} or {@code ["-", id]} in ASCII. The closing bracket is what tells a
 * whole line from a torn one. Pure.
 */
final class JournalLine {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private JournalLine() {}

    static String given(String id, Owner owner) {
        return line("+", id, owner.tenant(), owner.backend());
    }

    static String forgotten(String id) {
        return line("-", id);
    }

    /** Carries out what a line says; false if it says nothing that can be understood. */
    static boolean apply(String line, Map<String, Owner> owners) {
        List<String> words = words(line);
        if (words.size() == 4 && words.getFirst().equals("+")) {
            // Interned, because a few names stand in very many lines.
            owners.put(
                    words.get(1), new Owner(words.get(2).intern(), words.get(3).intern()));
            return true;
        }
        if (words.size() == 2 && words.getFirst().equals("-")) {
            owners.remove(words.get(1));
            return true;
        }
        return false;
    }

    private static String line(String... words) {
        StringWriter out = new StringWriter();
        try (var json = JSON.createGenerator(out)) {
            json.writeArray(words, 0, words.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.append('\n').toString();
    }

    private static List<String> words(String line) {
        List<String> words = new ArrayList<>(4);
        try (JsonParser parser = JSON.createParser(line)) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return List.of();
            }
            while (parser.nextToken() == JsonToken.VALUE_STRING) {
                words.add(parser.getText());
            }
            return parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null ? words : List.of();
        } catch (IOException torn) {
            return List.of();
        }
    }
}
