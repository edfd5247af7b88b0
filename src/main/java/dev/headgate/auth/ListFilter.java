// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.auth.ListAnswer.Entry;
import dev.headgate.auth.ObjectOwners.Owner;
import dev.headgate.call.Call;
import dev.headgate.call.Reply;
import dev.headgate.call.UnaryReply;
import dev.headgate.pipeline.Stage;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Takes everybody else's objects out of a list. A page may become shorter by that, but never empty while there is more: clients go
 * on from a page's last entry, so they could not go on from none.
 */
final class ListFilter {
    /** Pages that are asked for in one call before it is given up. */
    static final int MAX_PAGES = 100;

    private final Ownership ownership;

    ListFilter(Ownership ownership) {
        this.ownership = ownership;
    }

    Future<Reply> ask(Call call, Stage.Next next) {
        return page(call, next, 1);
    }

    private Future<Reply> page(Call call, Stage.Next next, int number) {
        return next.proceed(call)
                .compose(reply ->
                        reply.status() / 100 == 2 ? filter(call, next, reply, number) : Future.succeededFuture(reply));
    }

    private Future<Reply> filter(Call call, Stage.Next next, Reply reply, int number) {
        ListAnswer list;
        try {
            list = ListAnswer.of(ReadableAnswer.of(call, reply));
        } catch (IOException unreadable) {
            throw ReadableAnswer.refuse(call, reply, "a list that could not be read");
        }
        Owner owner = new Owner(
                call.principal().tenant(), call.attemptTarget().backend().name());
        Set<String> ids = list.entries().stream()
                .map(entry -> entry.seen().id())
                .filter(Objects::nonNull)
                .collect(Collectors.toSet());
        return ownership
                .find(ids)
                .compose(found -> {
                    List<Entry> kept = own(list.entries(), found, owner);
                    String after = kept.isEmpty() ? nextPage(call, list) : null;
                    if (after == null) {
                        return ownership.record(revealed(kept), owner).map(any -> shown(reply, list, kept));
                    }
                    if (number == MAX_PAGES) {
                        throw ReadableAnswer.refuse(
                                call,
                                reply,
                                "%d pages of other tenants' objects; ask for larger pages with \"limit\""
                                        .formatted(MAX_PAGES));
                    }
                    ReadableAnswer.drop(reply);
                    return page(call.withQuery(after), next, number + 1);
                })
                .onFailure(cause -> ReadableAnswer.drop(reply));
    }

    private static List<Entry> own(List<Entry> entries, Map<String, Owner> found, Owner owner) {
        return entries.stream()
                .filter(entry -> entry.seen().id() != null
                        && owner.equals(found.get(entry.seen().id())))
                .toList();
    }

    /** The query of the page behind this one, or null if this is the last one or the client reads backwards. */
    private static @Nullable String nextPage(Call call, ListAnswer list) {
        if (!list.hasMore() || list.entries().isEmpty()) {
            return null;
        }
        String last = list.entries().getLast().seen().id();
        boolean backwards =
                !ObjectIds.queryValues(call.query(), Set.of("before")).isEmpty();
        return last == null || backwards ? null : ObjectIds.withParameter(call.query(), "after", last);
    }

    private static Set<String> revealed(List<Entry> kept) {
        return kept.stream().flatMap(entry -> entry.seen().ids().stream()).collect(Collectors.toSet());
    }

    private static Reply shown(Reply reply, ListAnswer list, List<Entry> kept) {
        if (kept.size() == list.entries().size()) {
            return reply;
        }
        MultiMap headers = MultiMap.caseInsensitiveMultiMap().addAll(reply.headers());
        headers.remove("content-length");
        UnaryReply shorter = new UnaryReply(reply.status(), headers, list.keeping(kept), null, null);
        shorter.done().onSuccess(done -> reply.ended(done.ending()));
        return shorter;
    }
}
