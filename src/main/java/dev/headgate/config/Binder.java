// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.Nearest;
import dev.headgate.config.YamlNode.Entry;
import dev.headgate.config.YamlNode.Mapping;
import dev.headgate.config.YamlNode.Scalar;
import dev.headgate.config.YamlNode.Sequence;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Nodes to records, by {@link Shape}. Goes on after a problem, so that all of a file's problems are told at once. */
final class Binder {
    private static final Pattern SECRET_KEY = Pattern.compile("(?i).*(key|token|secret|password|authorization).*");

    private final Problems problems;

    Binder(Problems problems) {
        this.problems = problems;
    }

    /**
     * What a node became.
     *
     * @param value null if it could not be made at all
     * @param damaged whether a problem was told of it or of something in it; an unknown key alone does no damage
     */
    private record Bound(@Nullable Object value, boolean damaged) {
        static final Bound FAILED = new Bound(null, true);

        static Bound of(Object value) {
            return new Bound(value, false);
        }
    }

    /** The record with whatever could be read, or null if the root is no mapping or a required key is missing. */
    <T extends Record> @Nullable T read(YamlNode root, Class<T> type) {
        return type.cast(
                read(new Kind.Group(Shape.of(type)), root, root.at(), "").value());
    }

    /** The record as an empty mapping would make it; only for records without required keys. */
    static <T extends Record> T presets(Class<T> type) {
        Source none = new Source("", List.of());
        Problems problems = new Problems();
        T record = new Binder(problems).read(new Mapping(List.of(), none.whole()), type);
        if (record == null) {
            throw new IllegalArgumentException(type + " has required keys");
        }
        return record;
    }

    private Bound read(Kind kind, YamlNode node, Span key, String path) {
        return switch (kind) {
            case Kind.Located located -> {
                Bound inner = read(located.kind(), node, key, path);
                yield inner.value() == null ? inner : new Bound(new At<>(inner.value(), node.at()), inner.damaged());
            }
            case Kind.Leaf leaf -> leaf(leaf, node);
            case Kind.ShortOrLong either -> either(either, node, key, path);
            case Kind.Free free -> free(node);
            case Kind.Many many -> many(many, node, path);
            case Kind.Named named -> named(named, node, path);
            case Kind.Group group -> group(group.shape(), node, key, path);
        };
    }

    private Bound leaf(Kind.Leaf leaf, YamlNode node) {
        if (!(node instanceof Scalar scalar) || scalar.isNothing()) {
            return wrongType(leaf, node, expected(leaf));
        }
        if (leaf instanceof Kind.Flag && !scalar.plain()) {
            return wrongType(leaf, node, "true or false without quotes");
        }
        try {
            return Bound.of(leaf.parse(scalar.text()));
        } catch (Mismatch mismatch) {
            return refused(leaf, scalar, mismatch);
        }
    }

    private Bound refused(Kind kind, YamlNode node, Mismatch mismatch) {
        if (Kind.isSecret(kind)) {
            hideAll(node);
        }
        boolean show = !Kind.isSecret(kind) && node instanceof Scalar;
        problems.error(
                mismatch.code,
                node.at(),
                "expected " + mismatch.expected + (show ? ", found " + brief(node) : ""),
                null,
                mismatch.hint);
        return Bound.FAILED;
    }

    private Bound wrongType(Kind kind, YamlNode node, String expected) {
        if (Kind.isSecret(kind)) {
            hideAll(node);
        }
        boolean show = !Kind.isSecret(kind) || !(node instanceof Scalar s) || s.isNothing();
        problems.error(
                ProblemCode.WRONG_TYPE,
                node.at(),
                "expected " + expected + (show ? ", found " + brief(node) : ""),
                null,
                kind instanceof Kind.Many ? asList(node) : null);
        return Bound.FAILED;
    }

    private static String asList(YamlNode node) {
        return node instanceof Scalar ? "a list is written [one, two]" : "put it into brackets: [{ … }]";
    }

    private Bound either(Kind.ShortOrLong either, YamlNode node, Span key, String path) {
        if (node instanceof Sequence) {
            return wrongType(either, node, expected(either.brief()) + ", or a mapping");
        }
        boolean isLong = node instanceof Mapping;
        Bound bound = read(isLong ? either.full() : either.brief(), node, key, path);
        if (bound.value() == null) {
            return bound;
        }
        Object value =
                isLong ? new Either<>(null, (Record) bound.value()) : new Either<Object, Record>(bound.value(), null);
        return new Bound(value, bound.damaged());
    }

    private Bound free(YamlNode node) {
        try {
            return Bound.of(Json.of(node));
        } catch (Mismatch mismatch) {
            return refused(new Kind.Free(), node, mismatch);
        }
    }

    private Bound many(Kind.Many many, YamlNode node, String path) {
        if (!(node instanceof Sequence sequence)) {
            return wrongType(many, node, "a list");
        }
        List<Object> items = new ArrayList<>();
        boolean damaged = false;
        for (YamlNode item : sequence.items()) {
            Bound bound = read(many.item(), item, item.at(), path);
            damaged |= bound.damaged();
            if (bound.value() != null) {
                items.add(bound.value());
            }
        }
        int size = sequence.items().size();
        if (size < many.least() || size > many.most()) {
            problems.error(
                    ProblemCode.OUT_OF_RANGE,
                    node.at(),
                    path + " has " + size + (size == 1 ? " item" : " items") + "; "
                            + (size < many.least() ? "at least " + many.least() : "at most " + many.most())
                            + " can be given",
                    null,
                    null);
            damaged = true;
        }
        return new Bound(List.copyOf(items), damaged);
    }

    private Bound named(Kind.Named named, YamlNode node, String path) {
        if (!(node instanceof Mapping mapping)) {
            wrongType(named, node, "a mapping of names");
            return new Bound(new Table<>(List.of(), true), true);
        }
        List<Table.Row<Object>> rows = new ArrayList<>();
        for (Entry entry : mapping.entries()) {
            String name = entry.key().text();
            boolean goodName = named.names().pattern.matcher(name).matches();
            if (!goodName) {
                problems.error(
                        ProblemCode.BAD_NAME,
                        entry.key().at(),
                        "\"" + name + "\" is no name for " + path + ": use " + named.names().like,
                        null,
                        null);
            }
            Bound bound = read(named.value(), entry.value(), entry.key().at(), path + "." + name);
            rows.add(new Table.Row<>(name, entry.key().at(), bound.value(), bound.damaged() || !goodName));
        }
        if (rows.size() < named.least()) {
            problems.error(ProblemCode.OUT_OF_RANGE, node.at(), path + " is empty", null, null);
            return new Bound(new Table<>(rows, true), true);
        }
        return Bound.of(new Table<>(rows, false));
    }

    private Bound group(Shape shape, YamlNode node, Span key, String path) {
        if (!(node instanceof Mapping mapping)) {
            return wrongType(new Kind.Group(shape), node, "a mapping with " + String.join(", ", shape.keys()));
        }
        Entry[] entries = new Entry[shape.slots().size()];
        for (Entry entry : mapping.entries()) {
            int index = shape.keys().indexOf(entry.key().text());
            if (index < 0) {
                unknownKey(shape, entry, path);
            } else {
                entries[index] = entry;
            }
        }
        @Nullable Object[] arguments = new Object[entries.length];
        boolean damaged = false;
        boolean complete = true;
        for (int i = 0; i < entries.length; i++) {
            Shape.Slot slot = shape.slots().get(i);
            Bound bound = slot(slot, entries[i], key, path);
            damaged |= bound.damaged();
            arguments[i] = bound.value() == null ? absent(slot, key, path) : bound.value();
            complete &= arguments[i] != null || !slot.required();
        }
        return complete ? new Bound(shape.create(arguments), damaged) : Bound.FAILED;
    }

    private Bound slot(Shape.Slot slot, @Nullable Entry entry, Span key, String path) {
        String inside = path.isEmpty() ? slot.key() : path + "." + slot.key();
        if (entry != null) {
            return read(slot.kind(), entry.value(), entry.key().at(), inside);
        }
        if (slot.required()) {
            problems.error(
                    ProblemCode.MISSING_KEY,
                    key,
                    (path.isEmpty() ? "the file" : path) + " has no \"" + slot.key() + "\"",
                    null,
                    slot.key() + ": " + slot.meaning());
            return Bound.FAILED;
        }
        return new Bound(null, false);
    }

    /** What an optional key means when it is absent or unusable. */
    private @Nullable Object absent(Shape.Slot slot, Span key, String path) {
        if (slot.preset() != null) {
            Scalar written = new Scalar(slot.preset(), true, key);
            return read(slot.kind(), written, key, path).value();
        }
        if (slot.nullable() || slot.required()) {
            return null;
        }
        return switch (slot.kind()) {
            case Kind.Many many -> List.of();
            case Kind.Named named -> Table.empty();
            case Kind.Group group ->
                group(group.shape(), new Mapping(List.of(), key), key, path).value();
            default -> null;
        };
    }

    private void unknownKey(Shape shape, Entry entry, String path) {
        String word = entry.key().text();
        String where = path.isEmpty() ? "" : " in " + path;
        if (SECRET_KEY.matcher(word).matches()) {
            hideAll(entry.value());
        }
        Later later = Shape.later(shape.type(), word);
        if (later != null) {
            problems.error(
                    ProblemCode.LATER_WORD,
                    entry.key().at(),
                    "\"" + word + "\"" + where + " belongs to a feature that this version does not have yet ("
                            + later.feature() + ")",
                    null,
                    "leave it out; no word is read and then ignored");
            return;
        }
        String near = Nearest.to(word, shape.keys());
        problems.error(
                ProblemCode.UNKNOWN_KEY,
                entry.key().at(),
                "unknown key \"" + word + "\"" + where,
                null,
                near != null
                        ? "did you mean \"" + near + "\"?"
                        : word.equals("<<")
                                ? "YAML 1.2 has no merge keys; what is common to all routes stands in defaults:"
                                : "known here: " + String.join(", ", shape.keys()));
    }

    private void hideAll(YamlNode node) {
        switch (node) {
            case Scalar scalar -> problems.hide(scalar.at());
            case Sequence sequence -> sequence.items().forEach(this::hideAll);
            case Mapping mapping -> mapping.entries().forEach(e -> hideAll(e.value()));
        }
    }

    private static String brief(YamlNode node) {
        String kind = node.kind();
        return kind.length() > 42 ? kind.substring(0, 40) + "…\"" : kind;
    }

    private static String expected(Kind.Leaf leaf) {
        try {
            leaf.parse("\u0000");
            return "a text";
        } catch (Mismatch mismatch) {
            return mismatch.expected;
        }
    }
}
