// SPDX-License-Identifier: Apache-2.0
package dev.headgate.resilience;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Which of a backend's keys are good. A key that the backend refused (401, 402, 403) or that it limited (429) is put aside for a
 * while, and the next one is used. Keys are known by their digest, so that a new secret starts fresh; a place in the list means what
 * it means in the backend that the call began with, whatever a reload has done since. A backend without keys has one place, 0.
 * Thread-safe.
 */
final class Credentials {
    private static final int LIMITED = 429;

    private final Map<String, Parked> parked = new ConcurrentHashMap<>();
    private final Listener listener;

    Credentials(Listener listener) {
        this.listener = listener;
    }

    /** The first key that is not put aside; if all are, the one that comes back first. 0 for a backend without keys. */
    int pick(Backend backend, long nowNanos) {
        if (parked.isEmpty()) {
            return 0;
        }
        int best = 0;
        long shortest = Long.MAX_VALUE;
        for (int key = 0; key < places(backend); key++) {
            long wait = waitNanos(backend, key, nowNanos);
            if (wait < shortest) {
                best = key;
                shortest = wait;
            }
        }
        return best;
    }

    /** {@link System#nanoTime} at which some key is usable again; {@code nowNanos} if one is. */
    long readyAt(Backend backend, long nowNanos) {
        return nowNanos + waitNanos(backend, pick(backend, nowNanos), nowNanos);
    }

    /** Whether all keys are put aside because the backend refused them, none because it limited them. */
    boolean areRefused(Backend backend, long nowNanos) {
        return !parked.isEmpty()
                && IntStream.range(0, places(backend)).allMatch(key -> {
                    Parked aside = find(backend, key, nowNanos);
                    return aside != null && aside.status != LIMITED;
                });
    }

    /**
     * Puts a key aside; one that is put aside already stays so for the longer of both times.
     *
     * @param key its place in the backend's list, from 0
     * @param status what the backend answered with it; 429 if it is only limited
     * @param untilNanos when it may be used again
     */
    void park(Backend backend, int key, int status, long untilNanos, long nowNanos) {
        parked.values().removeIf(old -> old.untilNanos - nowNanos <= 0);
        Parked now = new Parked(status, untilNanos);
        Parked before = parked.putIfAbsent(digest(backend, key), now);
        if (before == null) {
            listener.parked(key, status);
        } else {
            parked.merge(digest(backend, key), now, Parked::longer);
        }
    }

    /** One for each place, in their order. */
    List<BackendView.Credential> view(Backend backend, long nowNanos) {
        return IntStream.range(0, backend.keys().size())
                .mapToObj(key -> new BackendView.Credential(key, view(find(backend, key, nowNanos), nowNanos)))
                .toList();
    }

    private static BackendView.@Nullable Parked view(@Nullable Parked aside, long nowNanos) {
        return aside == null
                ? null
                : new BackendView.Parked(
                        aside.status, Math.ceilDiv(aside.untilNanos - nowNanos, TimeUnit.SECONDS.toNanos(1)));
    }

    private long waitNanos(Backend backend, int key, long nowNanos) {
        Parked aside = find(backend, key, nowNanos);
        return aside == null ? 0 : aside.untilNanos - nowNanos;
    }

    private @Nullable Parked find(Backend backend, int key, long nowNanos) {
        Parked aside = parked.isEmpty() ? null : parked.get(digest(backend, key));
        return aside == null || aside.untilNanos - nowNanos <= 0 ? null : aside;
    }

    private static int places(Backend backend) {
        return Math.max(1, backend.keys().size());
    }

    private static String digest(Backend backend, int key) {
        if (backend.keys().isEmpty()) {
            return "";
        }
        byte[] secret = backend.keys().get(key).reveal().getBytes(StandardCharsets.UTF_8);
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(secret));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Told once of every key that is put aside, and not again while it is. */
    @FunctionalInterface
    interface Listener {
        void parked(int key, int status);
    }

    private record Parked(int status, long untilNanos) {
        Parked longer(Parked other) {
            return other.untilNanos - untilNanos > 0 ? other : this;
        }
    }
}
