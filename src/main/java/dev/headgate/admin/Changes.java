// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.audit.AuditLine;
import dev.headgate.audit.AuditLine.Change;
import dev.headgate.audit.AuditLine.Outcome;
import dev.headgate.audit.AuditTrail;
import io.vertx.core.Future;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Carries out what operators change, and nothing that is not written down: the trail has the intent before anything is done, and what
 * came of it before the answer. The log has one line a change. Thread-safe.
 */
final class Changes {
    private static final Logger LOG = LoggerFactory.getLogger("dev.headgate.audit");

    private final AuditTrail trail;
    private final InstantSource clock;

    Changes(AuditTrail trail, InstantSource clock) {
        this.trail = trail;
        this.clock = clock;
    }

    /** A change that a request asks for, with an id of its own. */
    static Change change(RoutingContext ctx, String action, String what, String reason) {
        SocketAddress from = ctx.request().remoteAddress();
        return new Change(
                UUID.randomUUID().toString(), action, what, reason, from == null ? "unknown" : from.hostAddress());
    }

    /**
     * What came of a change.
     *
     * @param answer what the operator is told
     * @param facts what the audit tells
     */
    record Done(Map<String, Object> answer, Map<String, Object> facts) {}

    /**
     * Acts, if that could be written down first.
     *
     * @param facts about what is changed
     * @param act fails with a {@link Refusal}
     * @return the answer, with a {@code warning} if what came of it could not be written down
     */
    Future<Map<String, Object>> carryOut(Change change, Map<String, Object> facts, Supplier<Future<Done>> act) {
        return trail.append(new AuditLine(clock.instant(), change, Outcome.INTENDED, facts))
                .transform(noted -> noted.failed()
                        ? refuse(change, noted.cause())
                        : Future.succeededFuture()
                                // What came of it is written down even if it throws.
                                .compose(written -> act.get())
                                .transform(acted -> acted.succeeded()
                                        ? done(change, facts, acted.result())
                                        : failed(change, facts, acted.cause())));
    }

    private Future<Map<String, Object>> refuse(Change change, Throwable cause) {
        LOG.error("{} {} was refused: the audit trail cannot be written", change.action(), change.what(), cause);
        return Future.failedFuture(new Refusal(
                503, "Nothing was changed: the audit trail cannot be written (" + cause.getMessage() + ")."));
    }

    private Future<Map<String, Object>> done(Change change, Map<String, Object> facts, Done done) {
        Map<String, Object> all = new LinkedHashMap<>(facts);
        all.putAll(done.facts());
        return conclude(change, Outcome.DONE, all).transform(noted -> {
            if (noted.succeeded()) {
                return Future.succeededFuture(done.answer());
            }
            Map<String, Object> answer = new LinkedHashMap<>(done.answer());
            answer.put(
                    "warning",
                    "It was changed, but the audit trail holds only that it was intended (change " + change.id()
                            + "): what came of it could not be written.");
            return Future.succeededFuture(answer);
        });
    }

    private Future<Map<String, Object>> failed(Change change, Map<String, Object> facts, Throwable cause) {
        Map<String, Object> all = new LinkedHashMap<>(facts);
        all.put("message", String.valueOf(cause.getMessage()));
        return conclude(change, Outcome.FAILED, all).transform(noted -> Future.failedFuture(cause));
    }

    private Future<Void> conclude(Change change, Outcome outcome, Map<String, Object> facts) {
        LoggingEventBuilder line = LOG.atInfo()
                .addKeyValue("change", change.id())
                .addKeyValue("outcome", outcome.word())
                .addKeyValue("reason", change.reason())
                .addKeyValue("from", change.from());
        for (Map.Entry<String, Object> fact : facts.entrySet()) {
            line = line.addKeyValue(fact.getKey(), fact.getValue());
        }
        line.log("{} {}", change.action(), change.what());
        return trail.append(new AuditLine(clock.instant(), change, outcome, facts))
                .onFailure(cause -> LOG.error("The outcome of change {} is not in the trail", change.id(), cause));
    }
}
