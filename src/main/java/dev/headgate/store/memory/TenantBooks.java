// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.quota.Amounts;
import dev.headgate.quota.Decision;
import dev.headgate.quota.Limit;
import dev.headgate.quota.QuotaStore;
import dev.headgate.quota.Reservation;
import dev.headgate.quota.Scope;
import dev.headgate.quota.Standing;
import dev.headgate.quota.TenantCalendar;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One tenant's counters and unsettled reservations, under one lock: that makes all-or-nothing exact. */
final class TenantBooks {
    private static final long KEPT_UNSETTLED = 48L * 3_600 * 1_000_000;

    private final Map<Scope, Counters> scopes = new HashMap<>();
    private final OpenScopes open;
    /** In the order in which they were reserved. */
    private final Map<String, Held> held = new LinkedHashMap<>();

    private record Held(Reservation reservation, List<Place> places, Moment taken) {}

    /** Where a limit is counted. */
    private record Place(Counter counter, boolean shared) {}

    TenantBooks(int mostLive) {
        open = new OpenScopes(mostLive);
    }

    synchronized Decision reserve(Reservation wish, long nowMicros) {
        forgetOld(nowMicros);
        Moment now = new Moment(nowMicros, wish.calendar());
        List<Limit> limits = wish.limits();
        List<Place> places = places(limits, nowMicros);
        long[] waits = new long[places.size()];
        if (held.containsKey(wish.id())) {
            return new Decision.Granted(standings(limits, places, waits, now), Decision.Source.EXACT);
        }
        boolean granted = true;
        for (int i = 0; i < places.size(); i++) {
            Limit limit = limits.get(i);
            waits[i] = places.get(i).counter.waitMicros(limit.rule(), asked(wish, limit), now);
            granted &= waits[i] == 0 || limit.rule().observe();
        }
        if (granted) {
            take(wish, places, now);
        }
        return Decision.by(standings(limits, places, waits, now), Decision.Source.EXACT);
    }

    private void take(Reservation wish, List<Place> places, Moment now) {
        long leaseEnd = now.micros() + wish.lease().toNanos() / 1_000;
        for (int i = 0; i < places.size(); i++) {
            Limit limit = wish.limits().get(i);
            places.get(i).counter.take(limit.rule(), asked(wish, limit), wish.id(), leaseEnd, now);
        }
        held.put(wish.id(), new Held(wish, places, now));
    }

    synchronized boolean settle(String id, Amounts actual, long nowMicros) {
        Held was = held.remove(id);
        if (was == null) {
            return false;
        }
        for (int i = 0; i < was.places.size(); i++) {
            Limit limit = was.reservation.limits().get(i);
            long more = actual.of(limit.kind().measure()) - asked(was.reservation, limit);
            counter(limit, was.places.get(i), more).settle(limit.rule(), more, id, was.taken, nowMicros);
        }
        return true;
    }

    /** Where more counts than was reserved: a client's value may have given its place away meanwhile. */
    private Counter counter(Limit limit, Place taken, long more) {
        boolean mayBeForgotten = more > 0 && limit.scope().type().isOpen() && !taken.shared;
        return mayBeForgotten ? open.counters(limit.scope()).of(limit) : taken.counter;
    }

    synchronized List<String> renew(Collection<String> ids, long leaseEnd) {
        List<String> unknown = new ArrayList<>();
        for (String id : ids) {
            Held known = held.get(id);
            if (known == null) {
                unknown.add(id);
                continue;
            }
            for (Place place : known.places) {
                if (place.counter instanceof LeaseCounter leases) {
                    leases.renew(id, leaseEnd);
                }
            }
        }
        return unknown;
    }

    synchronized List<Standing> look(List<Limit> limits, TenantCalendar calendar, long nowMicros) {
        List<Place> places = places(limits, nowMicros);
        return standings(limits, places, new long[places.size()], new Moment(nowMicros, calendar));
    }

    synchronized Standing reset(Limit limit, Moment now) {
        Place place = place(limit, now.micros());
        place.counter.reset(now);
        return place.counter.standing(limit, 0, place.shared, now);
    }

    synchronized Standing credit(String node, Limit limit, long units, Moment now) {
        Place place = place(limit, now.micros());
        place.counter.credit(limit.rule(), units, node, now);
        return place.counter.standing(limit, 0, place.shared, now);
    }

    synchronized void raise(String node, QuotaStore.Total total, long nowMicros) {
        if (!(place(total.limit(), nowMicros).counter instanceof WindowCounter counter)) {
            throw new IllegalArgumentException(total.limit().path() + " has no calendar window");
        }
        counter.raise(total.window(), node, total.used());
    }

    /** How many values that clients brought have counters. */
    synchronized int liveValues() {
        return open.size();
    }

    synchronized int unsettled() {
        return held.size();
    }

    private List<Place> places(List<Limit> limits, long nowMicros) {
        Place[] places = new Place[limits.size()];
        for (int i = 0; i < places.length; i++) {
            places[i] = place(limits.get(i), nowMicros);
        }
        return List.of(places);
    }

    private Place place(Limit limit, long nowMicros) {
        Scope scope = limit.scope();
        if (!scope.type().isOpen()) {
            return new Place(scopes.computeIfAbsent(scope, s -> new Counters()).of(limit), false);
        }
        Scope admitted = open.admit(scope, nowMicros);
        return new Place(open.counters(admitted).of(limit), !admitted.equals(scope));
    }

    private static List<Standing> standings(List<Limit> limits, List<Place> places, long[] waits, Moment now) {
        Standing[] standings = new Standing[places.size()];
        for (int i = 0; i < places.size(); i++) {
            standings[i] = places.get(i).counter.standing(limits.get(i), waits[i], places.get(i).shared, now);
        }
        return List.of(standings);
    }

    private static long asked(Reservation wish, Limit limit) {
        return wish.estimate().of(limit.kind().measure());
    }

    private void forgetOld(long nowMicros) {
        Iterator<Held> oldest = held.values().iterator();
        while (oldest.hasNext() && oldest.next().taken.micros() + KEPT_UNSETTLED < nowMicros) {
            oldest.remove();
        }
    }
}
