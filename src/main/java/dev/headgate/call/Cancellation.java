// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever works for a call that nobody waits for it any more: the client left, the deadline passed, the gateway drains.
 * Confined to the call's event loop.
 */
public final class Cancellation {
    private final List<Runnable> listeners = new ArrayList<>(2);
    private @Nullable GatewayError reason;
    private boolean cancelled;
    private Runnable detach = () -> {};

    /**
     * Cancels once; later calls are ignored.
     *
     * @param why the error to answer with, or null if the client is gone and there is nobody to answer
     */
    public void cancel(@Nullable GatewayError why) {
        if (cancelled) {
            return;
        }
        cancelled = true;
        reason = why;
        List<Runnable> all = List.copyOf(listeners);
        listeners.clear();
        all.forEach(Runnable::run);
    }

    /** A cancellation that this one brings about too, but that can come earlier; {@link #cancel} of it leaves this one alone. */
    public Cancellation child() {
        Cancellation child = new Cancellation();
        child.detach = onCancel(() -> child.cancel(reason));
        return child;
    }

    /** Lets go of the cancellation that this is a child of; called when its work is over. */
    public void detach() {
        detach.run();
        detach = () -> {};
    }

    public boolean isCancelled() {
        return cancelled;
    }

    /** The error to answer with; null while nothing is cancelled, and when the client left. */
    public @Nullable GatewayError reason() {
        return reason;
    }

    /** Runs at the cancellation, at once if that is already past; the returned handle takes the listener back. */
    public Runnable onCancel(Runnable listener) {
        if (cancelled) {
            listener.run();
            return () -> {};
        }
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
