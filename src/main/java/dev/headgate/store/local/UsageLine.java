// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.headgate.metering.UsageJournal.Begin;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageJournal.Total;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageRow;
import dev.headgate.metering.UsageSum;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the usage journal, a JSON array in ASCII: {@code ["b", id, tenant, key, route, day, at, sum, [name, counted, window,
 * ends], …]} begins a call, {@code ["s", id, at, [model, sum], …]} settles it, {@code ["c", id]} confirms that, {@code ["t", tenant,
 * used, unpriced, [name, counted, window, ends]]} adds to a counter, such as all confirmed calls, {@code ["u", tenant, key, route, day,
 * [model, sum], …]} adds to rows, and {@code ["j", name]} is the journal's name. A sum is an array of the numbers of
 * {@link UsageSum} in their order. The closing bracket tells a whole line from a torn one. Pure.
 */
final class UsageLine {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private UsageLine() {}

    static String begin(Begin begin) {
        return line(json -> {
            json.writeString("b");
            json.writeString(begin.id());
            origin(json, begin.origin());
            json.writeNumber(begin.atMicros());
            sum(json, begin.estimate());
            for (Charge charge : begin.charges()) {
                charge(json, charge);
            }
        });
    }

    static String settle(Settlement settlement) {
        return line(json -> {
            json.writeString("s");
            json.writeString(settlement.id());
            json.writeNumber(settlement.atMicros());
            for (UsagePart part : settlement.parts()) {
                part(json, part.model(), part.sum());
            }
        });
    }

    static String row(UsageRow row) {
        return line(json -> {
            json.writeString("u");
            origin(json, row.label().origin());
            part(json, row.label().model(), row.sum());
        });
    }

    static String name(String journal) {
        return line(json -> {
            json.writeString("j");
            json.writeString(journal);
        });
    }

    static String confirm(String id) {
        return line(json -> {
            json.writeString("c");
            json.writeString(id);
        });
    }

    static String total(Total total) {
        return line(json -> {
            json.writeString("t");
            json.writeString(total.tenant());
            json.writeNumber(total.used());
            json.writeNumber(total.unpriced());
            charge(json, total.charge());
        });
    }

    /** Carries out what a line says; false if it says nothing that can be understood. */
    static boolean apply(String line, UsageBook book) {
        if (line.isEmpty()) {
            // A line that was only written to see whether the disk takes it.
            return true;
        }
        try (JsonParser json = JSON.createParser(line)) {
            Runnable change = json.nextToken() == JsonToken.START_ARRAY ? change(json, book) : null;
            if (change == null || json.currentToken() != JsonToken.END_ARRAY || json.nextToken() != null) {
                return false;
            }
            change.run();
            return true;
        } catch (IOException | IllegalArgumentException torn) {
            return false;
        }
    }

    private static @Nullable Runnable change(JsonParser json, UsageBook book) throws IOException {
        return switch (text(json)) {
            case "b" -> {
                Begin begin = new Begin(text(json), origin(json), number(json), sum(json), charges(json));
                yield () -> book.begin(begin);
            }
            case "s" -> {
                Settlement settlement = new Settlement(text(json), number(json), parts(json));
                yield () -> book.settle(settlement);
            }
            case "c" -> {
                String id = text(json);
                json.nextToken();
                yield () -> book.confirm(id);
            }
            case "t" -> {
                String tenant = text(json).intern();
                long used = number(json);
                long unpriced = number(json);
                List<Charge> charges = charges(json);
                yield charges.size() != 1
                        ? null
                        : () -> book.add(new Total(tenant, charges.getFirst(), used, unpriced));
            }
            case "u" -> {
                UsageOrigin origin = origin(json);
                List<UsagePart> parts = parts(json);
                yield () -> parts.forEach(part -> book.add(UsageRow.of(origin, part)));
            }
            case "j" -> {
                String name = text(json);
                json.nextToken();
                yield () -> book.name(name);
            }
            default -> null;
        };
    }

    private static void origin(JsonGenerator json, UsageOrigin origin) throws IOException {
        json.writeString(origin.tenant());
        json.writeString(origin.key());
        json.writeString(origin.route());
        json.writeString(origin.day());
    }

    /** Interned, because a few stand in very many lines. */
    private static UsageOrigin origin(JsonParser json) throws IOException {
        return new UsageOrigin(
                text(json).intern(),
                text(json).intern(),
                text(json).intern(),
                text(json).intern());
    }

    private static void part(JsonGenerator json, String model, UsageSum sum) throws IOException {
        json.writeStartArray();
        json.writeString(model);
        sum(json, sum);
        json.writeEndArray();
    }

    /** All that follow. */
    private static List<UsagePart> parts(JsonParser json) throws IOException {
        List<UsagePart> parts = new ArrayList<>(1);
        while (json.nextToken() == JsonToken.START_ARRAY) {
            parts.add(new UsagePart(text(json).intern(), sum(json)));
            end(json);
        }
        return parts;
    }

    private static void sum(JsonGenerator json, UsageSum sum) throws IOException {
        long[] numbers = {
            sum.requests(),
            sum.input(),
            sum.cachedInput(),
            sum.output(),
            sum.reasoning(),
            sum.nanoDollars(),
            sum.unpriced(),
            sum.estimated()
        };
        json.writeArray(numbers, 0, numbers.length);
    }

    private static UsageSum sum(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.START_ARRAY) {
            throw new IOException("expected a sum");
        }
        UsageSum sum = new UsageSum(
                number(json),
                number(json),
                number(json),
                number(json),
                number(json),
                number(json),
                number(json),
                number(json));
        end(json);
        return sum;
    }

    private static void end(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.END_ARRAY) {
            throw new IOException("expected the end of a part");
        }
    }

    private static void charge(JsonGenerator json, Charge charge) throws IOException {
        json.writeStartArray();
        json.writeString(charge.name());
        json.writeString(charge.counted().name());
        json.writeString(charge.window());
        json.writeNumber(charge.endsMicros());
        json.writeEndArray();
    }

    /** All that follow; names are interned, because a few stand in very many lines. */
    private static List<Charge> charges(JsonParser json) throws IOException {
        List<Charge> charges = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_ARRAY) {
            charges.add(new Charge(
                    text(json).intern(), Counted.valueOf(text(json)), text(json).intern(), number(json)));
            end(json);
        }
        return charges;
    }

    private static String text(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.VALUE_STRING) {
            throw new IOException("expected a text");
        }
        return json.getText();
    }

    private static long number(JsonParser json) throws IOException {
        if (json.nextToken() != JsonToken.VALUE_NUMBER_INT) {
            throw new IOException("expected a number");
        }
        return json.getLongValue();
    }

    private static String line(Parts parts) {
        StringWriter out = new StringWriter();
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartArray();
            parts.write(json);
            json.writeEndArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.append('\n').toString();
    }

    @FunctionalInterface
    private interface Parts {
        void write(JsonGenerator json) throws IOException;
    }
}
