// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import java.util.List;

/** Hears where a tenant's limits stand whenever a store says so. Called on any thread; must not block. */
@FunctionalInterface
public interface StandingListener {
    /** @param calendar what the store was given to pick windows from */
    void heard(String tenant, List<Standing> standings, TenantCalendar calendar);
}
