// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import io.vertx.core.Future;
import java.util.Collection;
import java.util.Map;

/**
 * Whose the objects are that backends keep: files, batches, vector stores, stored responses and so on, by the ids that backends
 * gave them. Safe from any thread; futures complete on the caller's event loop.
 *
 * <p>A store that cannot be read or written fails the future, and never answers from a guess: whoever asks then refuses the call.
 * A store that has lost its records only makes the gateway more careful, because an unknown id is treated like a foreign one.
 */
public interface ObjectOwners {
    /** The owners of those ids that have one; the others are left out. */
    Future<Map<String, Owner>> find(Collection<String> ids);

    /**
     * Gives ids to their owner. The first owner stays: an id that already belongs to somebody else is left to them.
     *
     * @return whether all the ids now belong to {@code owner}; completes once that is durable
     */
    Future<Boolean> record(Collection<String> ids, Owner owner);

    /** Takes an id from its owner, if it has one. */
    Future<Void> forget(String id);

    /** Fails, with a message for an operator, if the store cannot be used now. */
    Future<Void> check();

    /** Makes durable what was recorded, and gives up files and locks. Idempotent. */
    Future<Void> close();

    /**
     * Where an object belongs.
     *
     * @param backend the name of the backend that keeps the object
     */
    record Owner(String tenant, String backend) {}
}
