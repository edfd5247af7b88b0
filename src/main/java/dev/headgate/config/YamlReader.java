// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.schema.FailsafeSchema;

/**
 * Bytes to nodes, strictly: one UTF-8 document of YAML 1.2, bounded in size, depth and aliases. What is not well-formed
 * ends the reading with one problem, because everything behind it would be a guess.
 */
final class YamlReader {
    static final int MAX_BYTES = 2 * 1024 * 1024;

    private YamlReader() {}

    /** The document's root, or null after a problem was added. */
    static @Nullable YamlNode read(String name, byte[] bytes, Problems problems) {
        Source nameOnly = new Source(name, java.util.List.of());
        if (bytes.length > MAX_BYTES) {
            problems.error(
                    ProblemCode.TOO_LARGE,
                    nameOnly.whole(),
                    "the file has " + bytes.length + " bytes; at most " + MAX_BYTES + " are read",
                    null,
                    "split it: files: [routes.yaml, \"tenants/*.yaml\"]");
            return null;
        }
        String text = decode(bytes);
        if (text == null) {
            problems.error(ProblemCode.NOT_UTF8, nameOnly.whole(), "the file is not UTF-8", null, null);
            return null;
        }
        return read(Source.of(name, text), text, problems);
    }

    private static @Nullable YamlNode read(Source source, String text, Problems problems) {
        LoadSettings settings = LoadSettings.builder()
                .setSchema(new FailsafeSchema())
                .setCodePointLimit(MAX_BYTES + 1)
                .build();
        try {
            Iterable<Event> events = new Parse(settings).parseString(text);
            return new YamlComposer(source, problems).compose(events.iterator());
        } catch (YamlComposer.Refused refused) {
            return null;
        } catch (MarkedYamlEngineException e) {
            problems.error(ProblemCode.SYNTAX, place(source, e.getProblemMark()), message(e), null, hint(e));
        } catch (ReaderException e) {
            problems.error(
                    ProblemCode.SYNTAX,
                    source.whole(),
                    "character U+%04X is not allowed in YAML".formatted(e.getCodePoint()),
                    null,
                    null);
        } catch (YamlEngineException e) {
            problems.error(ProblemCode.SYNTAX, source.whole(), String.valueOf(e.getMessage()), null, null);
        }
        return null;
    }

    private static @Nullable String decode(byte[] bytes) {
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return text.startsWith("\uFEFF") ? text.substring(1) : text;
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private static Span place(Source source, Optional<Mark> mark) {
        return mark.map(m -> new Span(source, m.getLine() + 1, m.getColumn() + 1, 1))
                .orElse(source.whole());
    }

    private static String message(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("TAB")) {
            return "a tab stands where only spaces can";
        }
        if (problem.contains("cannot start any token")) {
            return problem.replaceFirst(" that cannot.*", " where no text can begin with it");
        }
        String context = e.getContext();
        return context == null || context.startsWith("while scanning for") ? problem : context + ": " + problem;
    }

    private static @Nullable String hint(MarkedYamlEngineException e) {
        String problem = String.valueOf(e.getProblem());
        if (problem.contains("TAB")) {
            return "indent with spaces";
        } else if (problem.contains("got {")) {
            return "secrets are written env:NAME, without ${ }";
        } else if (problem.contains("cannot start any token")) {
            return "put the text in quotes";
        } else if (problem.startsWith("mapping values are not allowed")) {
            return "a text with a colon needs quotes; otherwise look at the indentation";
        }
        return problem.contains("<block end>") ? "look at the indentation" : null;
    }
}
