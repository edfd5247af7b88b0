// SPDX-License-Identifier: Apache-2.0
package dev.headgate.http;

import io.vertx.core.Context;
import java.util.ArrayList;
import java.util.List;

/** Flushes all relays that got something in this turn of the event loop, with one task for all of them. Confined to its loop. */
final class TurnFlush {
    private List<Relay> dirty = new ArrayList<>();
    private List<Relay> spare = new ArrayList<>();

    /** Has the relay flushed once the events of this turn are through. */
    void add(Context context, Relay relay) {
        if (dirty.isEmpty()) {
            context.runOnContext(v -> flush());
        }
        dirty.add(relay);
    }

    private void flush() {
        List<Relay> all = dirty;
        dirty = spare;
        for (Relay relay : all) {
            relay.turnEnded();
        }
        all.clear();
        spare = all;
    }
}
