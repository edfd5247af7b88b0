// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Nearest;
import io.vertx.core.Future;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes keys back. A revocation holds in this process at once, is kept on its disk, and goes to all replicas through the store that
 * they share; what that store lost, those that still know it tell it again. Thread-safe.
 */
public final class Revocations {
    private static final Logger LOG = LoggerFactory.getLogger(Revocations.class);
    private static final int NAMES_SHOWN = 3;

    private final RevokedKeys revoked;
    private final RevocationStore local;
    private final @Nullable RevocationStore shared;
    private final InstantSource clock;
    /** What the shared store's content was called when this process last had the same; null if that is not known. */
    private volatile @Nullable String version;
    /** Whether the shared store may lack something that this process knows. */
    private volatile boolean owes;

    /** @param shared what the replicas have in common, or null if there is one process */
    public Revocations(
            RevokedKeys revoked, RevocationStore local, @Nullable RevocationStore shared, InstantSource clock) {
        this.revoked = revoked;
        this.local = local;
        this.shared = shared;
        this.clock = clock;
    }

    /** How far a revocation has come. */
    public enum Reach {
        /** There is only this process. */
        ALONE,
        /** The replicas will have it within a second. */
        SHARED,
        /** The shared store does not answer: the other replicas will have it when it does. */
        LATER
    }

    /** What came of it. */
    public sealed interface Outcome {}

    /**
     * The key is refused from now on; this is not news if it was revoked before, and then tells of that.
     *
     * @param revocations one for each digest of the key
     * @param onDisk whether a restart of this process will know of it; if not, revoke again when the disk is mended
     */
    public record Revoked(List<Revocation> revocations, boolean onDisk, Reach reach) implements Outcome {}

    /** @param nearest names of tenants that may have been meant, the nearest first */
    public record UnknownTenant(List<String> nearest) implements Outcome {}

    /** @param nearest names of the tenant's keys that may have been meant, the nearest first */
    public record UnknownKey(List<String> nearest) implements Outcome {}

    /** Takes in what an earlier process kept. To be complete before the first call; fails if it cannot be read. */
    public Future<Void> load() {
        return local.all().map(revoked::add).mapEmpty();
    }

    /**
     * Revokes every digest that a key has in the running configuration. Calls that are running go on. Never fails.
     *
     * @param keys of the running configuration
     * @param reason why, for people
     */
    public Future<Outcome> revoke(KeyRing keys, String tenant, String key, String reason) {
        Set<String> digests = keys.digests(tenant, key);
        if (digests.isEmpty()) {
            return Future.succeededFuture(unknown(keys, tenant, key));
        }
        revoked.add(digests.stream()
                .map(digest -> new Revocation(digest, tenant, key, reason, clock.instant()))
                .toList());
        List<Revocation> all = revoked.of(digests);
        Future<Boolean> kept = keep(all);
        Future<Reach> told = tell(all);
        return Future.join(kept, told).map(both -> new Revoked(all, kept.result(), told.result()));
    }

    private static Outcome unknown(KeyRing keys, String tenant, String key) {
        Set<String> names = keys.names(tenant);
        return names.isEmpty()
                ? new UnknownTenant(Nearest.of(tenant, keys.tenants(), NAMES_SHOWN))
                : new UnknownKey(Nearest.of(key, names, NAMES_SHOWN));
    }

    private Future<Boolean> keep(Collection<Revocation> all) {
        return local.add(all).map(true).otherwise(cause -> {
            LOG.error("A revocation could not be written to the disk: {}", cause.getMessage());
            return false;
        });
    }

    private Future<Reach> tell(Collection<Revocation> all) {
        return shared == null
                ? Future.succeededFuture(Reach.ALONE)
                : shared.add(all).map(Reach.SHARED).otherwise(cause -> {
                    owes = true;
                    LOG.warn("A revocation will reach the other replicas later: {}", cause.getMessage());
                    return Reach.LATER;
                });
    }

    /**
     * Hears what the shared store's content is called now; if it is not what this process has, both take in what the other has. To be
     * called now and then, one call after the other.
     */
    public Future<Void> heard(String now) {
        return now.equals(version) && !owes
                ? Future.succeededFuture()
                : exchange().onSuccess(done -> version = now);
    }

    /** Tells the shared store what it does not know, and takes in what it knows. */
    public Future<Void> exchange() {
        RevocationStore store = shared;
        if (store == null) {
            return Future.succeededFuture();
        }
        owes = false;
        return store.all()
                .compose(theirs -> {
                    takeIn(theirs);
                    List<Revocation> missing = missing(theirs);
                    return missing.isEmpty() ? Future.<Void>succeededFuture() : store.add(missing);
                })
                .onFailure(cause -> owes = true);
    }

    private List<Revocation> missing(Collection<Revocation> theirs) {
        Set<String> known = theirs.stream().map(Revocation::digest).collect(Collectors.toSet());
        return revoked.all().stream()
                .filter(one -> !known.contains(one.digest()))
                .toList();
    }

    private void takeIn(List<Revocation> theirs) {
        for (Revocation fresh : revoked.add(theirs)) {
            LOG.info("Key {}/{} is revoked: {}", fresh.tenant(), fresh.key(), fresh.reason());
        }
        // All, because an earlier write may have failed; the store leaves out what it has.
        keep(theirs);
    }

    public Future<Void> close() {
        return local.close();
    }
}
