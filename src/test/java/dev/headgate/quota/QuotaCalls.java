// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import dev.headgate.call.AllowList;
import dev.headgate.call.Call;
import dev.headgate.call.CallRecord;
import dev.headgate.call.Cancellation;
import dev.headgate.call.Endpoint;
import dev.headgate.call.OutputCount;
import dev.headgate.call.Principal;
import dev.headgate.call.Priority;
import dev.headgate.call.RequestBody;
import dev.headgate.call.Target;
import dev.headgate.call.Timing;
import dev.headgate.call.Usage;
import dev.headgate.metering.AnswerTally;
import dev.headgate.metering.Extras;
import dev.headgate.metering.TokenCorrection;
import io.vertx.core.MultiMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Calls of the tenant acme, and what they cost, for tests of limits. */
final class QuotaCalls {
    private QuotaCalls() {}

    /** Ten tokens of prompt and what the call allows, and one price for everything. */
    static Costs costs(long nanoDollars) {
        return new Costs() {
            @Override
            public Estimate estimate(Call call, MustPrice mustPrice, Amounts mostGuessed) {
                long known = Math.max(0, nanoDollars);
                return new Estimate(
                        Amounts.call(10, known), Amounts.call(10 + call.body().maxTokens(), known));
            }

            @Override
            public long nanoDollars(Target target, Usage usage, Extras extras) {
                return nanoDollars;
            }

            @Override
            public long guessedNanoDollars(Target target, Usage usage, Extras extras) {
                return nanoDollars;
            }

            @Override
            public OutputCount outputCount() {
                return new AnswerTally(new TokenCorrection());
            }
        };
    }

    static Call call(String id, String key, String route, @Nullable String user, long maxTokens) {
        return call(id, principal("acme", key, 1), route, user, maxTokens);
    }

    static Principal principal(String tenant, String key, int weight) {
        return new Principal(tenant, key, Map.of(), AllowList.ALL, false, false, false, Priority.DEFAULT, weight);
    }

    static Call call(String id, Principal principal, String route, @Nullable String user, long maxTokens) {
        CallRecord record = new CallRecord(id, id, 1, ended -> {});
        record.route = route;
        return new Call(
                id,
                principal,
                Endpoint.CHAT,
                Map.of(),
                null,
                MultiMap.caseInsensitiveMultiMap(),
                new Body(user, maxTokens),
                record,
                new Cancellation(),
                new Timing(),
                "192.0.2.1",
                null,
                null,
                null);
    }

    /** A JSON body without bytes. */
    record Body(@Nullable String user, long maxTokens) implements RequestBody.Json {
        @Override
        public byte[] content() {
            return new byte[0];
        }

        @Override
        public String model() {
            return "chat";
        }

        @Override
        public boolean stream() {
            return false;
        }

        @Override
        public boolean replayable() {
            return true;
        }

        @Override
        public List<String> references() {
            return List.of();
        }

        @Override
        public Outgoing to(Target target) {
            return new Outgoing.Whole(List.of(), 0);
        }

        @Override
        public void release() {}

        @Override
        public boolean lacksUsageRequest() {
            return false;
        }

        @Override
        public boolean background() {
            return false;
        }
    }
}
