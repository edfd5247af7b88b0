// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

import io.vertx.core.Context;
import java.time.Duration;

/** An event loop, as far as waiting on it needs one. */
public interface Loop {
    /** A time that only says how long ago another was. */
    long nanoTime();

    /** Does it on this loop, soon. Called from any thread. */
    void run(Runnable work);

    /** Does it on this loop after a time, unless the returned handle runs before. Called on this loop. */
    Runnable after(Duration time, Runnable work);

    /** By timers, which are late by up to a millisecond and never early. */
    static Loop of(Context context) {
        return new Loop() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void run(Runnable work) {
                context.runOnContext(now -> work.run());
            }

            @Override
            public Runnable after(Duration time, Runnable work) {
                long millis = Math.max(1, Math.ceilDiv(time.toNanos(), 1_000_000L));
                long timer = context.owner().setTimer(millis, fired -> work.run());
                return () -> context.owner().cancelTimer(timer);
            }
        };
    }
}
