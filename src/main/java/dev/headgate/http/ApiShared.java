// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import dev.headgate.call.CallListener;
import dev.headgate.call.GuardListener;

/** What the API servers of all event loops share; everything in it is thread-safe. */
public final class ApiShared {
    private final ApiSettings settings;
    private final CallListener listener;
    private final GuardListener guards;
    private final CallIds ids = new CallIds();
    private final ConnectionGuard.Counts connections = new ConnectionGuard.Counts();
    private final BodyBudget budget;

    public ApiShared(ApiSettings settings, CallListener listener, GuardListener guards) {
        this.settings = settings;
        this.listener = listener;
        this.guards = guards;
        this.budget = new BodyBudget(settings.bodyBudget());
    }

    /** Bytes that request bodies hold now. */
    public long bodyBytes() {
        return budget.used();
    }

    ApiSettings settings() {
        return settings;
    }

    CallListener listener() {
        return listener;
    }

    GuardListener guards() {
        return guards;
    }

    CallIds ids() {
        return ids;
    }

    ConnectionGuard.Counts connections() {
        return connections;
    }

    BodyBudget budget() {
        return budget;
    }
}
