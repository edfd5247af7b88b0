// SPDX-License-Identifier: Apache-2.0
package dev.headgate.quota;

/** A rule put on somebody. Its counter is found by scope and kind, so that a changed amount keeps what was counted. */
public record Limit(Scope scope, LimitRule rule) {
    /** What clients and operators see, such as {@code tenant/acme/usdPerDay} or {@code key/acme/web/requestsPerMinute}. */
    public String id(String tenant) {
        String whose = scope.type() == Scope.Type.KEY || scope.type() == Scope.Type.ROUTE ? '/' + scope.name() : "";
        return scope.type().word() + '/' + tenant + whose + '/' + rule.kind().word();
    }

    public LimitKind kind() {
        return rule.kind();
    }

    /** The counter's name within the tenant. */
    public String path() {
        return scope.path() + '/' + rule.kind().word();
    }
}
