// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.call.Backend;
import dev.headgate.call.BackendView;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@code GET /admin/backends}: how every backend of the running snapshot is. A key is told by its place only. */
final class BackendsPage {
    private BackendsPage() {}

    /** @param views what is known of them; a backend of which nothing is known may be missing */
    static Map<String, Object> page(String revision, Collection<Backend> backends, List<BackendView> views) {
        Map<String, BackendView> seen = views.stream().collect(Collectors.toMap(BackendView::name, view -> view));
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("revision", revision);
        page.put(
                "backends",
                backends.stream()
                        .map(backend -> backend(backend, seen.get(backend.name())))
                        .toList());
        return page;
    }

    private static Map<String, Object> backend(Backend backend, @Nullable BackendView view) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", backend.name());
        out.put("on", backend.isOn());
        if (backend.offReason() != null) {
            out.put("reason", backend.offReason());
        }
        if (view == null) {
            return out;
        }
        out.put("healthy", view.healthy());
        out.put("inFlight", view.inFlight());
        if (view.slots() != null) {
            out.put("bulkhead", slots(view.slots()));
        }
        out.put(
                "credentials",
                view.credentials().stream().map(BackendsPage::credential).toList());
        out.put("retries", retries(view.retries()));
        out.put("models", view.models().stream().map(BackendsPage::model).toList());
        return out;
    }

    private static Map<String, Object> slots(BackendView.Slots slots) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("adaptive", slots.adaptive());
        out.put("limit", slots.limit());
        out.put("inUse", slots.inUse());
        out.put("waiting", slots.waiting());
        return out;
    }

    private static Map<String, Object> credential(BackendView.Credential credential) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("index", credential.index());
        BackendView.Parked parked = credential.parked();
        out.put("parked", parked != null);
        if (parked != null) {
            out.put("status", parked.status());
            out.put("secondsLeft", parked.secondsLeft());
        }
        return out;
    }

    private static Map<String, Object> retries(BackendView.Retries retries) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("requests", retries.requests());
        out.put("left", retries.left());
        return out;
    }

    private static Map<String, Object> model(BackendView.Model model) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", model.name());
        out.put("breaker", model.breaker().name().toLowerCase(Locale.ROOT));
        out.put("calls", model.calls());
        out.put("failed", model.failed());
        out.put("slow", model.slow());
        putMillis(out, "firstTokenMs", model.firstTokenNanos());
        putMillis(out, "answerMs", model.answerNanos());
        out.put("inFlight", model.inFlight());
        return out;
    }

    private static void putMillis(Map<String, Object> out, String name, long nanos) {
        if (nanos != 0) {
            out.put(name, Math.round(nanos / 1e5) / 10.0);
        }
    }
}
