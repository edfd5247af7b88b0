// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.redis;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Limit;
import dev.headgate.quota.LimitKind;
import dev.headgate.quota.LimitRule;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.TenantCalendar;
import dev.headgate.quota.Windows;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.List;

/** The one argument that tells a script all limits and what is asked of them; {@code quota.lua} says how it is laid out. */
final class Wish {
    private static final int HEAD = 7;
    private static final int PER_LIMIT = 8;

    private Wish() {}

    static Buffer of(Reservation wish) {
        return encode(wish.limits(), wish.estimate(), wish.lease(), wish.calendar());
    }

    static Buffer toLook(List<Limit> limits, TenantCalendar calendar) {
        return encode(limits, Amounts.NONE, Duration.ZERO, calendar);
    }

    private static Buffer encode(List<Limit> limits, Amounts amounts, Duration lease, TenantCalendar calendar) {
        MessagePack out = new MessagePack()
                .array(HEAD + PER_LIMIT * limits.size())
                .number(lease.toNanos() / 1_000)
                .number(amounts.requests())
                .number(amounts.tokens())
                .number(amounts.nanoDollars());
        windows(out, LimitKind.Span.DAY, calendar.days(), limits);
        windows(out, LimitKind.Span.WEEK, calendar.weeks(), limits);
        windows(out, LimitKind.Span.MONTH, calendar.months(), limits);
        for (Limit limit : limits) {
            limit(out, limit);
        }
        return out.buffer();
    }

    private static void windows(MessagePack out, LimitKind.Span span, Windows windows, List<Limit> limits) {
        for (Limit limit : limits) {
            if (limit.kind().span() == span) {
                out.array(7)
                        .text(windows.previous().label())
                        .number(windows.previous().startMicros())
                        .text(windows.current().label())
                        .number(windows.current().startMicros())
                        .text(windows.next().label())
                        .number(windows.next().startMicros())
                        .number(windows.next().endMicros());
                return;
            }
        }
        out.no();
    }

    private static void limit(MessagePack out, Limit limit) {
        Scope scope = limit.scope();
        LimitRule rule = limit.rule();
        if (scope.type().isOpen()) {
            out.text(scope.type().word()).text(scope.name());
        } else {
            out.text(scope.path()).no();
        }
        out.text(rule.kind().word())
                .number(measure(rule.kind()))
                .number(span(rule.kind()))
                .number(rule.amount())
                .number(rule.burst())
                .number(rule.observe() ? 1 : 0);
    }

    private static int measure(LimitKind kind) {
        return switch (kind.measure()) {
            case REQUESTS, CALLS -> 0;
            case TOKENS -> 1;
            case MONEY -> 2;
        };
    }

    private static int span(LimitKind kind) {
        return switch (kind.span()) {
            case SECOND, MINUTE, HOUR -> kind.periodSeconds();
            case RUNNING -> 0;
            case DAY -> -1;
            case WEEK -> -2;
            case MONTH -> -3;
        };
    }
}
