// SPDX-License-Identifier: Apache-2.0
package dev.headgate.call;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells whoever works for a call that nobody waits for it any more: the client left, the deadline passed, the gateway drains.
 * A call whose client left may be only {@link #leave left}: what it waits for ends, but a try that runs goes on until it is over or
 * {@link #cancel cancelled}. Confined to the call's event loop.
 */
public final class Cancellation {
    private final List<Runnable> listeners = new ArrayList<>(2);
    private final List<Runnable> tries = new ArrayList<>(1);
    private @Nullable GatewayError reason;
    private OnDisconnect onDisconnect = OnDisconnect.CANCEL;
    private boolean cancelled;
    private boolean stopped;
    private Runnable detach = () -> {};

    /** Says what a disconnect means for the call; until then it cancels. */
    public void onDisconnect(OnDisconnect wanted) {
        onDisconnect = wanted;
    }

    /** What a disconnect means for the call. */
    public OnDisconnect onDisconnect() {
        return onDisconnect;
    }

    /** The client is gone, but a try that runs may end; nothing new begins. */
    public void leave() {
        if (!cancelled) {
            cancelled = true;
            run(listeners);
        }
    }

    /**
     * Cancels once; later calls are ignored.
     *
     * @param why the error to answer with, or null if the client is gone and there is nobody to answer
     */
    public void cancel(@Nullable GatewayError why) {
        if (stopped) {
            return;
        }
        stopped = true;
        cancelled = true;
        reason = why;
        run(listeners);
        run(tries);
    }

    private static void run(List<Runnable> told) {
        List<Runnable> all = List.copyOf(told);
        told.clear();
        all.forEach(Runnable::run);
    }

    /**
     * Of one try: a cancellation that {@link #cancel} of this one brings about too, but that can come earlier; {@link #cancel} of it
     * leaves this one alone. Cancelled from the beginning if this one is.
     */
    public Cancellation child() {
        Cancellation child = new Cancellation();
        Runnable stop = () -> child.cancel(reason);
        if (cancelled) {
            stop.run();
        } else {
            tries.add(stop);
            child.detach = () -> tries.remove(stop);
        }
        return child;
    }

    /** Lets go of the cancellation that this is a child of; called when its work is over. */
    public void detach() {
        detach.run();
        detach = () -> {};
    }

    /** Whether nobody waits any more, so that nothing new may begin. */
    public boolean isCancelled() {
        return cancelled;
    }

    /** Whether a try that runs has to end too. */
    public boolean isStopped() {
        return stopped;
    }

    /** The error to answer with; null while nothing is cancelled, and when the client left. */
    public @Nullable GatewayError reason() {
        return reason;
    }

    /** Runs when nobody waits any more, at once if that is already past; the returned handle takes the listener back. */
    public Runnable onCancel(Runnable listener) {
        if (cancelled) {
            listener.run();
            return () -> {};
        }
        listeners.add(listener);
        return () -> listeners.remove(listener);
    }
}
