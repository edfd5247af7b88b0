// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.call.AddressRange;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of a group, read once from a record and its {@link Word}s. Immutable. */
record Shape(Class<? extends Record> type, List<Slot> slots) {
    /**
     * One key.
     *
     * @param preset the default as it would be written, or null
     * @param otherwise where the default comes from, in words, or null
     */
    record Slot(
            String key,
            String meaning,
            Kind kind,
            @Nullable String preset,
            @Nullable String otherwise,
            boolean required,
            boolean nullable) {}

    static Shape of(Class<? extends Record> type) {
        return new Shape(
                type, Arrays.stream(type.getRecordComponents()).map(Shape::slot).toList());
    }

    @Nullable
    Slot slot(String key) {
        for (Slot slot : slots) {
            if (slot.key.equals(key)) {
                return slot;
            }
        }
        return null;
    }

    List<String> keys() {
        return slots.stream().map(Slot::key).toList();
    }

    /** The feature that a word of a later version belongs to, or null. */
    static @Nullable Later later(AnnotatedElement type, String word) {
        for (Later later : type.getAnnotationsByType(Later.class)) {
            if (List.of(later.words()).contains(word)) {
                return later;
            }
        }
        return null;
    }

    /** Makes the record; the arguments are in the order of the slots. */
    Record create(@Nullable Object[] arguments) {
        try {
            Class<?>[] types = Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new);
            Constructor<? extends Record> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type + " cannot be made of its own components", e);
        }
    }

    private static Slot slot(RecordComponent component) {
        Word word = component.getAnnotation(Word.class);
        if (word == null) {
            throw new IllegalStateException(component + " has no @Word");
        }
        Kind kind = kind(component.getGenericType(), word);
        boolean hasEmptyValue = kind instanceof Kind.Many || kind instanceof Kind.Named || kind instanceof Kind.Group;
        boolean nullable = component.getAnnotatedType().isAnnotationPresent(Nullable.class);
        return new Slot(
                word.key().isEmpty() ? component.getName() : word.key(),
                word.value(),
                kind,
                word.preset().isEmpty() ? null : word.preset(),
                word.otherwise().isEmpty() ? null : word.otherwise(),
                word.required() || !(hasEmptyValue || nullable || !word.preset().isEmpty()),
                nullable);
    }

    private static Kind kind(Type type, Word word) {
        if (type instanceof ParameterizedType generic) {
            Type argument = generic.getActualTypeArguments()[0];
            if (generic.getRawType() == At.class) {
                return new Kind.Located(kind(argument, word));
            }
            if (generic.getRawType() == Either.class) {
                return new Kind.ShortOrLong(
                        (Kind.Leaf) kind(argument, word), (Kind.Group) kind(generic.getActualTypeArguments()[1], word));
            }
            if (generic.getRawType() == List.class) {
                return new Kind.Many(kind(argument, word), word.least(), word.most());
            }
            return new Kind.Named(value(argument, word), word.names(), word.least());
        }
        return simple((Class<?>) type, word);
    }

    /** A table's {@code names} are those of its rows; if its values are texts, they may be any. */
    private static Kind value(Type type, Word word) {
        boolean texts =
                type instanceof ParameterizedType generic && generic.getActualTypeArguments()[0] == String.class;
        return texts ? new Kind.Located(new Kind.Text(Names.ANY)) : kind(type, word);
    }

    private static Kind simple(Class<?> type, Word word) {
        if (type == String.class) {
            return new Kind.Text(word.names());
        } else if (type == boolean.class) {
            return new Kind.Flag();
        } else if (type == int.class || type == Integer.class) {
            return new Kind.Whole(word.min(), word.max());
        } else if (type == Duration.class) {
            return new Kind.Time(word.min(), word.max());
        } else if (type == Units.DurationRange.class) {
            return new Kind.TimeRange(word.min());
        } else if (type == Units.Slots.class) {
            return new Kind.Slots(word.min(), word.max());
        } else if (type == LocalDate.class) {
            return new Kind.Day();
        } else if (type == Units.Count.class) {
            return new Kind.Amount(word.min(), word.max());
        } else if (type == ZoneId.class) {
            return new Kind.Zone();
        } else if (type == AddressRange.class) {
            return new Kind.Addresses();
        } else if (type == Units.ByteSize.class) {
            return new Kind.Size(word.min());
        } else if (type == Units.Percent.class) {
            return new Kind.Share(word.min(), word.max());
        } else if (type == Units.Usd.class) {
            return new Kind.Money(word.min());
        } else if (type == SecretRef.class || type == SecretRef.File.class) {
            return new Kind.Hidden(type == SecretRef.File.class);
        } else if (type == Json.class) {
            return new Kind.Free();
        } else if (type.isEnum()) {
            return new Kind.Choice(enumType(type));
        }
        return new Kind.Group(of(type.asSubclass(Record.class)));
    }

    @SuppressWarnings("unchecked")
    private static Class<? extends Enum<?>> enumType(Class<?> type) {
        return (Class<? extends Enum<?>>) type;
    }
}
