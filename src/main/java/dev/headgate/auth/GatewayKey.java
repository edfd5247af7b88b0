// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import dev.headgate.call.Principal;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A key as the configuration knows it: by digest only.
 *
 * @param expires the first instant at which the key is no longer accepted, or null
 */
public record GatewayKey(Principal principal, @Nullable Instant expires) {
    public boolean isValidAt(Instant now) {
        return expires == null || now.isBefore(expires);
    }
}
