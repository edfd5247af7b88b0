// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code GET /health/ready}: whether new calls should be sent here, and what is not as it should be. */
final class ReadyPage {
    private ReadyPage() {}

    static int status(boolean draining, StoreHealth stores) {
        return draining || !stores.isReady() ? 503 : 200;
    }

    static Map<String, Object> of(String revision, boolean draining, StoreHealth stores) {
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("status", draining ? "draining" : stores.isReady() ? "ready" : "unready");
        page.put("revision", revision);
        page.put("quotaStore", store(stores.shared()));
        if (stores.journalFault() != null) {
            page.put("usageJournal", Map.of("fault", stores.journalFault()));
        }
        return page;
    }

    private static Map<String, Object> store(StoreHealth.@Nullable Shared shared) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("kind", shared == null ? "local" : shared.kind());
        out.put("state", shared == null || shared.exact() ? "exact" : "local");
        if (shared == null) {
            return out;
        }
        out.put("since", shared.since().toString());
        if (shared.reason() != null) {
            out.put("reason", shared.reason());
        }
        out.put("answers", shared.answers());
        out.put("replicas", shared.replicas());
        out.put("pendingSettlements", shared.pendingSettlements());
        out.put("warnings", shared.warnings());
        return out;
    }
}
