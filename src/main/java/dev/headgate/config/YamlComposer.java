// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.YamlNode.Entry;
import dev.headgate.config.YamlNode.Mapping;
import dev.headgate.config.YamlNode.Scalar;
import dev.headgate.config.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.common.Anchor;
import org.snakeyaml.engine.v2.common.SpecVersion;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentEndEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;

/**
 * Events to nodes. It stands in for the library's composer, which overflows the stack on deep nesting, accepts
 * duplicate keys and follows an alias into itself. Used for one document, by one thread.
 */
final class YamlComposer {
    static final int MAX_DEPTH = 64;
    static final int MAX_ALIASES = 50;
    static final int MAX_VALUES = 100_000;

    /** Ends the reading; the problem has been added. */
    static final class Refused extends RuntimeException {
        private Refused() {
            super(null, null, false, false);
        }
    }

    /** How many values a node unfolds to and how many levels it has. */
    private record Weight(int values, int levels) {}

    private final Source source;
    private final Problems problems;
    private final Map<Anchor, YamlNode> anchors = new HashMap<>();
    private final Set<Anchor> open = new HashSet<>();
    private final IdentityHashMap<YamlNode, Weight> weights = new IdentityHashMap<>();
    private int aliases;

    YamlComposer(Source source, Problems problems) {
        this.source = source;
        this.problems = problems;
    }

    YamlNode compose(Iterator<Event> events) {
        events.next();
        if (!(events.next() instanceof DocumentStartEvent start)) {
            throw refuse(
                    ProblemCode.EMPTY,
                    source.whole(),
                    "the file is empty",
                    "an empty file is never taken as a configuration without routes");
        }
        if (start.getSpecVersion().filter(v -> !v.equals(new SpecVersion(1, 2))).isPresent()) {
            throw refuse(ProblemCode.SYNTAX, span(start), "only YAML 1.2 is read", null);
        }
        YamlNode root = node(events.next(), events, 1);
        Event end = events.next();
        boolean marked = end instanceof DocumentEndEvent e && e.isExplicit();
        if (events.next() instanceof DocumentStartEvent second) {
            throw refuse(
                    ProblemCode.SEVERAL_DOCUMENTS,
                    span(second),
                    "a second document begins here; a file holds one",
                    "put it into a file of its own and name it in files:");
        }
        if (start.isExplicit() && !marked) {
            throw refuse(
                    ProblemCode.NO_END_MARK,
                    source.whole(),
                    "the file begins with \"---\" but has no \"...\" at its end; it may be half-written",
                    "add \"...\" as the last line, or leave out the \"---\"");
        }
        if (root instanceof Scalar scalar && scalar.isNothing()) {
            throw refuse(ProblemCode.EMPTY, source.whole(), "the file is empty", null);
        }
        return root;
    }

    private YamlNode node(Event event, Iterator<Event> events, int depth) {
        if (event instanceof AliasEvent alias) {
            return alias(alias, depth);
        }
        if (depth > MAX_DEPTH + 1) {
            throw refuse(ProblemCode.TOO_DEEP, span(event), "nested deeper than " + MAX_DEPTH + " levels", null);
        }
        Anchor anchor = ((NodeEvent) event).getAnchor().orElse(null);
        if (anchor != null) {
            open.add(anchor);
        }
        refuseTag(event);
        YamlNode node = switch (event.getEventId()) {
            case Scalar -> scalar((ScalarEvent) event);
            case SequenceStart -> sequence(event, events, depth);
            default -> mapping(event, events, depth);
        };
        if (anchor != null) {
            open.remove(anchor);
            anchors.put(anchor, node);
        }
        return node;
    }

    private Scalar scalar(ScalarEvent event) {
        return weighed(new Scalar(event.getValue(), event.isPlain(), span(event)), List.of());
    }

    private Sequence sequence(Event start, Iterator<Event> events, int depth) {
        List<YamlNode> items = new ArrayList<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.SequenceEnd; e = events.next()) {
            items.add(node(e, events, depth + 1));
        }
        return weighed(new Sequence(List.copyOf(items), span(start)), items);
    }

    private Mapping mapping(Event start, Iterator<Event> events, int depth) {
        List<Entry> entries = new ArrayList<>();
        List<YamlNode> values = new ArrayList<>();
        Map<String, Scalar> seen = new HashMap<>();
        for (Event e = events.next(); e.getEventId() != Event.ID.MappingEnd; e = events.next()) {
            if (!(node(e, events, depth + 1) instanceof Scalar key)) {
                throw refuse(
                        ProblemCode.KEY_NOT_TEXT, span(e), "a key must be a text", "quote it if it begins with { or [");
            }
            YamlNode value = node(events.next(), events, depth + 1);
            Scalar first = seen.putIfAbsent(key.text(), key);
            if (first == null) {
                entries.add(new Entry(key, value));
                values.add(value);
            } else {
                problems.error(
                        ProblemCode.DUPLICATE_KEY,
                        key.at(),
                        "\"" + key.text() + "\" is defined twice",
                        "first at line " + first.at().line() + ", column "
                                + first.at().column(),
                        null);
            }
        }
        return weighed(new Mapping(List.copyOf(entries), span(start)), values);
    }

    private YamlNode alias(AliasEvent event, int depth) {
        if (++aliases > MAX_ALIASES) {
            throw refuse(ProblemCode.TOO_MANY_ALIASES, span(event), "more than " + MAX_ALIASES + " aliases", null);
        }
        if (open.contains(event.getAlias())) {
            throw refuse(
                    ProblemCode.SELF_REFERENCE,
                    span(event),
                    "\"*" + event.getAlias() + "\" stands inside itself",
                    null);
        }
        YamlNode node = anchors.get(event.getAlias());
        if (node == null) {
            throw refuse(
                    ProblemCode.SYNTAX,
                    span(event),
                    "no anchor \"&" + event.getAlias() + "\" stands before this",
                    null);
        }
        if (depth + weight(node).levels() > MAX_DEPTH + 1) {
            throw refuse(ProblemCode.TOO_DEEP, span(event), "nested deeper than " + MAX_DEPTH + " levels", null);
        }
        return node;
    }

    /** Notes what a node unfolds to: fifty aliases of aliases could otherwise stand for 2^50 values. */
    private <T extends YamlNode> T weighed(T node, List<YamlNode> children) {
        long values = 1;
        int levels = 0;
        for (YamlNode child : children) {
            values += weight(child).values();
            levels = Math.max(levels, weight(child).levels());
        }
        if (values > MAX_VALUES && aliases > 0) {
            throw refuse(
                    ProblemCode.TOO_MANY_ALIASES,
                    node.at(),
                    "the aliases unfold to more than " + MAX_VALUES + " values",
                    null);
        }
        weights.put(node, new Weight((int) Math.min(values, Integer.MAX_VALUE), levels + 1));
        return node;
    }

    private Weight weight(YamlNode node) {
        Weight weight = weights.get(node);
        return weight == null ? new Weight(1, 1) : weight;
    }

    private void refuseTag(Event event) {
        Optional<String> tag = Optional.empty();
        if (event instanceof ScalarEvent scalar) {
            tag = scalar.getTag();
        } else if (event instanceof CollectionStartEvent start) {
            tag = start.getTag();
        }
        if (tag.isPresent()) {
            throw refuse(
                    ProblemCode.TAG,
                    span(event),
                    "tags such as \"" + tag.get() + "\" are not used here",
                    "write the value alone; quotes make it a text");
        }
    }

    private Refused refuse(ProblemCode code, Span at, String message, @Nullable String hint) {
        problems.error(code, at, message, null, hint);
        return new Refused();
    }

    private Span span(Event event) {
        Mark start = event.getStartMark().orElse(null);
        if (start == null) {
            return source.whole();
        }
        int line = start.getLine() + 1;
        Mark end = event.getEndMark().orElse(start);
        String text = source.line(line);
        int rest = text == null
                ? 1
                : text.stripTrailing().codePointCount(0, text.stripTrailing().length()) - start.getColumn();
        int length = end.getLine() == start.getLine() ? end.getColumn() - start.getColumn() : rest;
        return new Span(source, line, start.getColumn() + 1, Math.max(1, length));
    }
}
