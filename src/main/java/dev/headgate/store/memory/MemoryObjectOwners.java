// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.auth.ObjectOwners;
import io.vertx.core.Future;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Owners for as long as the process lives. Never fails. */
public final class MemoryObjectOwners implements ObjectOwners {
    private final Map<String, Owner> owners = new ConcurrentHashMap<>();

    @Override
    public Future<Map<String, Owner>> find(Collection<String> ids) {
        Map<String, Owner> found = new HashMap<>();
        for (String id : ids) {
            Owner owner = owners.get(id);
            if (owner != null) {
                found.put(id, owner);
            }
        }
        return Future.succeededFuture(found);
    }

    @Override
    public Future<Boolean> record(Collection<String> ids, Owner owner) {
        boolean all = true;
        for (String id : ids) {
            Owner before = owners.putIfAbsent(id, owner);
            all &= before == null || before.equals(owner);
        }
        return Future.succeededFuture(all);
    }

    @Override
    public Future<Void> forget(String id) {
        owners.remove(id);
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> check() {
        return Future.succeededFuture();
    }

    @Override
    public Future<Void> close() {
        return Future.succeededFuture();
    }
}
