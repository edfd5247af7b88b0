// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.alert.AlertRule;
import dev.headgate.call.Backend;
import dev.headgate.call.Timeouts;
import dev.headgate.config.HeadgateFile.AuthMode;
import dev.headgate.metering.PriceTable;
import dev.headgate.quota.TenantLimits;
import dev.headgate.routing.RouteTable;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** All hot files together to one {@link Snapshot}. Used once. */
final class SnapshotCompiler {
    private final Problems problems;
    private final Declared<RoutesFile.Backend> backends;
    private final Declared<RoutesFile.Model> models;
    private final Declared<RoutesFile.Route> routes;
    private final Declared<LimitWords> limits;
    private final Declared<RoutesFile.Tenant> tenants;
    private @Nullable At<RoutesFile.Defaults> defaults;
    private @Nullable Span firstFile;

    SnapshotCompiler(Problems problems) {
        this.problems = problems;
        this.backends = new Declared<>("backend", problems);
        this.models = new Declared<>("model", problems);
        this.routes = new Declared<>("route", problems);
        this.limits = new Declared<>("set of limits", problems);
        this.tenants = new Declared<>("tenant", problems);
    }

    /** @param file null if it could not be read, which has been told */
    void add(Source source, @Nullable RoutesFile file) {
        firstFile = firstFile == null ? source.whole() : firstFile;
        if (file == null) {
            List.of(backends, models, routes, limits, tenants).forEach(Declared::incomplete);
            return;
        }
        if (file.version().value() != 1) {
            problems.error(ProblemCode.VERSION, file.version().at(), "version must be 1", null, null);
        }
        addDefaults(file.defaults());
        backends.addAll(file.backends());
        models.addAll(file.models());
        routes.addAll(file.routes());
        limits.addAll(file.limits());
        tenants.addAll(file.tenants());
    }

    /**
     * The snapshot; must not be used if the problems hold an error afterwards.
     *
     * @param prices null if there is no file of prices, or it could not be read, which has been told
     */
    Snapshot compile(
            AuthMode auth, @Nullable PricesFile prices, Secrets secrets, Fingerprint fingerprint, Instant now) {
        RoutesFile.Defaults common = defaults == null ? Binder.presets(RoutesFile.Defaults.class) : defaults.value();
        Timeouts timeouts = common.timeouts().over(Timeouts.DEFAULT);
        BackendCompiler compiler = new BackendCompiler(secrets, timeouts, problems);
        Map<String, Backend> compiled = new LinkedHashMap<>();
        for (Table.Row<RoutesFile.Backend> row : backends.rows()) {
            if (row.value() != null) {
                compiled.put(row.name(), compiler.compile(row, row.value()));
            }
        }
        ModelCompiler choices = new ModelCompiler(backends, compiled, models, problems);
        choices.compile();
        RouteTable table =
                new RouteTable(new RouteCompiler(backends, compiled, choices, common, problems).compile(routes));
        checkTenants(auth);
        TenantCompiler keys = new TenantCompiler(
                routes.rows().stream().map(Table.Row::name).collect(Collectors.toSet()), now, problems);
        PriceTable priced = new PriceCompiler(problems).compile(prices, models.rows());
        Map<String, TenantLimits> limited = new LimitCompiler(limits, routes, problems).compile(tenants);
        Map<String, AlertRule> alerts = new AlertCompiler(secrets, problems).compile(tenants, limited);
        if (auth == AuthMode.KEYS && problems.errors() == 0) {
            new PriceAdvice(table, priced, now, problems).check(tenants, limited);
        }
        return new Snapshot(
                fingerprint.hex().substring(0, 6),
                table,
                keys.compile(tenants),
                Collections.unmodifiableMap(compiled),
                priced,
                limited,
                alerts);
    }

    private void addDefaults(@Nullable At<RoutesFile.Defaults> more) {
        if (more != null && defaults != null) {
            problems.error(
                    ProblemCode.NAME_IN_TWO_FILES,
                    more.at(),
                    "defaults: stands in two files",
                    "first at " + defaults.at().seenFrom(more.at()),
                    null);
        }
        defaults = defaults == null ? more : defaults;
    }

    private void checkTenants(AuthMode auth) {
        if (firstFile == null) {
            return;
        }
        if (auth == AuthMode.KEYS && tenants.isEmptyForSure()) {
            problems.error(
                    ProblemCode.NO_TENANTS,
                    firstFile,
                    "callers need a key (auth: keys), but no file has tenants",
                    null,
                    "headgate keys create TENANT ID prints a key and the lines to paste");
        }
        if (auth == AuthMode.NONE && !tenants.rows().isEmpty()) {
            problems.warning(
                    ProblemCode.TENANTS_UNUSED,
                    tenants.rows().getFirst().at(),
                    "tenants have no effect: conf/headgate.yaml says auth: none",
                    null,
                    null);
        }
    }
}
