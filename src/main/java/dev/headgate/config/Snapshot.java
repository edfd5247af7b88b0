// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.alert.AlertRule;
import dev.headgate.auth.KeyRing;
import dev.headgate.call.Backend;
import dev.headgate.metering.PriceTable;
import dev.headgate.quota.TenantLimits;
import dev.headgate.routing.RouteTable;
import java.util.Map;

/**
 * The hot configuration, compiled and immutable. A call keeps the snapshot that it started with.
 *
 * @param revision the first six hex digits of a SHA-256 over every file's bytes and every secret's digest
 * @param backends by name, in the order of the files; those that are off are here too, with their reason
 * @param limits of every tenant, in the order of the files; they may be empty
 * @param alerts by tenant; a tenant without any is absent
 */
public record Snapshot(
        String revision,
        RouteTable routes,
        KeyRing keys,
        Map<String, Backend> backends,
        PriceTable prices,
        Map<String, TenantLimits> limits,
        Map<String, AlertRule> alerts) {}
