// SPDX-License-Identifier: Apache-2.0
package dev.headgate.auth;

import java.time.Instant;

/**
 * That one key is not accepted any more, for good: the same name may get a new key, but this digest stays refused.
 *
 * @param digest the SHA-256 of the key in lower-case hex, as the configuration holds it
 * @param tenant whose key it was
 * @param key the key's name within the tenant
 * @param reason what the operator said, for people
 */
public record Revocation(String digest, String tenant, String key, String reason, Instant at) {}
