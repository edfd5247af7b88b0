// SPDX-License-Identifier: Apache-2.0
package dev.headgate.store.memory;

import dev.headgate.auth.ObjectOwners;
import dev.headgate.auth.ObjectOwnersContract;

final class MemoryObjectOwnersTest extends ObjectOwnersContract {
    private final ObjectOwners owners = new MemoryObjectOwners();

    @Override
    protected ObjectOwners owners() {
        return owners;
    }
}
