// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/**
 * Under what a call is entered in the record besides its tenant and day.
 *
 * @param key the key's name within the tenant
 * @param route empty if it has none
 * @param promptTokens the part of the estimated tokens that goes in
 */
public record Account(String key, String route, long promptTokens) {
    /** Nobody's in particular. */
    public static final Account NONE = new Account("", "", 0);
}
