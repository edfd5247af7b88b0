// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.Call;
import dev.headgate.call.Endpoint;
import dev.headgate.call.Reply;
import dev.headgate.call.UnaryReply;
import dev.headgate.metering.ModelNames;
import dev.headgate.metering.UsageOrigin;
import dev.headgate.metering.UsagePart;
import dev.headgate.metering.UsageSum;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts bills into the words of the record of calls: whose, by which key and route, of which model, on which day. */
final class Accounting {
    private final ModelNames models;
    private final InstantSource clock;

    Accounting(ModelNames models, InstantSource clock) {
        this.models = models;
        this.clock = clock;
    }

    /** Of a call that begins now. */
    UsageOrigin origin(Call call, TenantCalendar calendar) {
        long now = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        return new UsageOrigin(
                call.principal().tenant(),
                call.principal().key(),
                route(call),
                calendar.days().at(now).label());
    }

    static Account account(Call call, Costs.@Nullable Estimate estimate) {
        long promptTokens = estimate == null ? 0 : estimate.prompt().tokens();
        return new Account(call.principal().key(), route(call), promptTokens);
    }

    private static String route(Call call) {
        String route = call.record().route;
        return route == null ? "" : route;
    }

    List<UsagePart> parts(UsageOrigin origin, Bill bill) {
        if (bill.parts().size() == 1) {
            return List.of(part(origin, bill.parts().getFirst()));
        }
        Map<String, UsageSum> byModel = new LinkedHashMap<>();
        for (Bill.Part one : bill.parts()) {
            UsagePart part = part(origin, one);
            byModel.merge(part.model(), part.sum(), UsageSum::plus);
        }
        return byModel.entrySet().stream()
                .map(entry -> new UsagePart(entry.getKey(), entry.getValue()))
                .toList();
    }

    private UsagePart part(UsageOrigin origin, Bill.Part part) {
        return new UsagePart(part.target() == null ? "" : models.of(origin, part.target()), part.sum());
    }

    /** The guess for a call that no limit needed one for, if its answer may end without a count; made while the body is still there. */
    static Costs.Estimate late(Call call, @Nullable Reply reply, Costs costs) {
        boolean isKnown = reply instanceof UnaryReply whole && (whole.usage() != null || whole.status() / 100 != 2);
        return isKnown || call.endpoint().kind() == Endpoint.Kind.STATEFUL
                ? Costs.Estimate.nothing(call.endpoint())
                : costs.roughly(call);
    }
}
