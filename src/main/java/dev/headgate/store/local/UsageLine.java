// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.local;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.headgate.metering.UsageJournal.Amount;
import dev.headgate.metering.UsageJournal.Begin;
import dev.headgate.metering.UsageJournal.Charge;
import dev.headgate.metering.UsageJournal.Counted;
import dev.headgate.metering.UsageJournal.Settlement;
import dev.headgate.metering.UsageJournal.Total;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record of the usage journal, a JSON array in ASCII: {@code ["b", id, tenant, at, requests, tokens, nanos, [name, counted, window,
 * ends], …]} begins a call, {@code ["s", id, at, requests, tokens, nanos, estimated]} settles it, {@code ["c", id]} confirms that, and
 * {@code ["t", tenant, used, unpriced, [name, counted, window, ends]]} is the sum of confirmed calls. The closing bracket tells a whole line from a torn
 * one. Pure.
 */
final class UsageLine {
    private static final JsonFactory JSON =
            JsonFactory.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private UsageLine() {}

    static String begin(Begin begin) {
        return line(json -> {
            json.writeString("b");
            json.writeString(begin.id());
            json.writeString(begin.tenant());
            json.writeNumber(begin.atMicros());
            amount(json, begin.estimate());
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
            amount(json, settlement.actual());
            json.writeBoolean(settlement.estimated());
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
                Begin begin = new Begin(text(json), text(json).intern(), number(json), amount(json), charges(json));
                yield () -> book.begin(begin);
            }
            case "s" -> {
                Settlement settlement = new Settlement(text(json), number(json), amount(json), flag(json));
                json.nextToken();
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
            default -> null;
        };
    }

    private static void amount(JsonGenerator json, Amount amount) throws IOException {
        json.writeNumber(amount.requests());
        json.writeNumber(amount.tokens());
        Long nanos = amount.nanoDollars();
        if (nanos == null) {
            json.writeNull();
        } else {
            json.writeNumber(nanos);
        }
    }

    private static Amount amount(JsonParser json) throws IOException {
        long requests = number(json);
        long tokens = number(json);
        return new Amount(
                requests, tokens, json.nextToken() == JsonToken.VALUE_NULL ? null : (Long) json.getLongValue());
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
            if (json.nextToken() != JsonToken.END_ARRAY) {
                throw new IOException("a charge has four parts");
            }
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

    private static boolean flag(JsonParser json) throws IOException {
        json.nextToken();
        return json.getBooleanValue();
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
