// SPDX-License-Identifier: Apache-2.0
package dev.headgate.admin;

import dev.headgate.call.AddressRange;
import dev.headgate.call.Backend;
import dev.headgate.call.Target;
import dev.headgate.config.Facts;
import dev.headgate.config.HeadgateFile;
import dev.headgate.config.PriceFacts;
import dev.headgate.config.Problem;
import dev.headgate.config.Snapshot;
import dev.headgate.routing.Route;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** {@code GET /admin/config}: what is running, and what is wrong with the files on disk. Secrets never get here but as {@code ***}. */
final class ConfigPage {
    private ConfigPage() {}

    static Map<String, Object> of(ConfigStatus status) {
        ConfigStatus.State state = status.state();
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("revision", state.snapshot().revision());
        page.put("takenAt", Instant.ofEpochMilli(state.takenAtMillis()).toString());
        page.put("upToDate", state.successful());
        page.put("problems", state.problems().stream().map(ConfigPage::problem).toList());
        page.put("settings", settings(status.settings()));
        page.put(
                "backends",
                state.snapshot().backends().values().stream()
                        .map(ConfigPage::backend)
                        .toList());
        page.put("routes", routes(state.snapshot(), Instant.now()));
        page.put("limits", Facts.limits(state.snapshot()));
        page.put("keys", state.snapshot().keys().size());
        return page;
    }

    private static Map<String, Object> settings(HeadgateFile settings) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("auth", lower(settings.auth()));
        out.put("listen", settings.listen().host() + ":" + settings.listen().port());
        out.put("admin", settings.admin().host() + ":" + settings.admin().port());
        out.put("files", settings.files());
        out.put("store", lower(settings.state().store()));
        out.put(
                "trustedProxies",
                settings.server().trustedProxies().stream()
                        .map(AddressRange::toString)
                        .toList());
        out.put("maxBody", settings.server().maxBody());
        out.put("maxUpload", settings.server().maxUpload());
        out.put("exposeHeaders", settings.server().exposeHeaders());
        return out;
    }

    private static Map<String, Object> backend(Backend backend) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", backend.name());
        out.put("type", lower(backend.dialect()));
        out.put("on", backend.isOn());
        if (backend.offReason() != null) {
            out.put("reason", backend.offReason());
        }
        if (backend.baseUrl() != null) {
            out.put("baseUrl", backend.baseUrl().toString());
        }
        out.put("apiKeys", backend.keys().stream().map(Object::toString).toList());
        out.put("headers", List.copyOf(backend.headers().keySet()));
        out.put("timeouts", Facts.of(backend.guards().timeouts()));
        out.putAll(Facts.of(backend.guards()));
        return out;
    }

    private static List<Map<String, Object>> routes(Snapshot snapshot, Instant now) {
        return snapshot.routes().all().stream()
                .map(route -> route(route, PriceFacts.at(snapshot, now)))
                .toList();
    }

    private static Map<String, Object> route(Route route, Function<Target, Map<String, Object>> price) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("name", route.name());
        if (route.passThrough() != null) {
            out.put("backend", route.passThrough().backend().name());
            out.put("timeouts", Facts.of(route.passThrough().timeouts()));
            out.put("list", route.listed());
            Map<String, Object> prices = new LinkedHashMap<>();
            route.listed()
                    .forEach(name ->
                            prices.put(name, price.apply(route.targetsFor(name).getFirst())));
            out.put("prices", prices);
        } else {
            out.put(
                    "targets",
                    route.order().stream()
                            .map(choice -> Facts.of(choice, price))
                            .toList());
        }
        out.putAll(Facts.of(route.policy()));
        return out;
    }

    private static Map<String, Object> problem(Problem problem) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("severity", lower(problem.severity()));
        out.put("code", problem.code());
        out.put("message", problem.message());
        out.put("file", problem.file());
        out.put("line", problem.line());
        out.put("column", problem.column());
        if (problem.hint() != null) {
            out.put("hint", problem.hint());
        }
        return out;
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
