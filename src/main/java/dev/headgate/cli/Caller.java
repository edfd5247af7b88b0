// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.auth.GatewayKey;
import dev.headgate.auth.KeyRing;
import dev.headgate.call.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * On whose behalf {@code explain} looks at a call.
 *
 * @param principal null if callers need keys and none was named, so that allow-lists cannot be looked at
 * @param expired whether the key is no longer accepted
 */
record Caller(@Nullable Principal principal, boolean expired) {

    /**
     * Finds the caller.
     *
     * @param keyId {@code TENANT/KEY}, or null
     * @param keysRequired whether the gateway asks for keys
     * @throws Failure if there is no such key
     */
    static Caller of(@Nullable String keyId, boolean keysRequired, KeyRing keys, Instant now) {
        if (keyId == null) {
            return new Caller(keysRequired ? null : Principal.ANONYMOUS, false);
        }
        int slash = keyId.indexOf('/');
        GatewayKey key = slash < 0 ? null : keys.named(keyId.substring(0, slash), keyId.substring(slash + 1));
        if (key == null) {
            throw new Failure("the configuration has no key '" + keyId + "'; keys are named TENANT/KEY");
        }
        return new Caller(key.principal(), !key.isValidAt(now));
    }

    /** Why this caller could not use a model, or null if it can or is not known. */
    @Nullable
    String refusal(String model) {
        if (principal == null) {
            return null;
        }
        if (expired) {
            return "the key has expired";
        }
        return principal.mayUse().allows(model) ? null : "not in the tenant's mayUse";
    }

    String name() {
        if (principal == null) {
            return "any key";
        }
        return principal.anonymous() ? "anonymous" : principal.tenant() + "/" + principal.key();
    }
}
