// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.List;

/** Observes calls. Runs on the call's event loop: it must be quick, and must not throw. */
public interface CallListener {
    /** A request's head has arrived; nothing but the times is known. */
    default void started(CallRecord record) {}

    /** The call has ended; called exactly once. */
    void ended(CallRecord record);

    /** All of them, in order. */
    static CallListener all(List<CallListener> listeners) {
        List<CallListener> copy = List.copyOf(listeners);
        return new CallListener() {
            @Override
            public void started(CallRecord record) {
                copy.forEach(l -> l.started(record));
            }

            @Override
            public void ended(CallRecord record) {
                copy.forEach(l -> l.ended(record));
            }
        };
    }
}
