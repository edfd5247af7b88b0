// SPDX-License-Identifier: Apache-2.0
package dev.headgate.metering;

/**
 * Whose call it was and on which day it began.
 *
 * @param key the key's name within the tenant
 * @param route empty if it had none
 * @param day in the tenant's time zone, such as {@code 2026-11-21}; days compare as texts do
 */
public record UsageOrigin(String tenant, String key, String route, String day) {}
