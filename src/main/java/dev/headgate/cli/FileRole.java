// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tells settings ({@code headgate.yaml}), routes files and files of prices apart by name, else by their top-level keys. */
enum FileRole {
    SETTINGS,
    ROUTES,
    PRICES;

    private static final Set<String> SETTINGS_KEYS =
            Set.of("auth", "listen", "admin", "files", "state", "telemetry", "server", "requestLog");
    private static final Set<String> ROUTES_KEYS =
            Set.of("defaults", "backends", "models", "routes", "limits", "tenants");

    /** A file that cannot be read counts as routes: the loader says what is wrong with it. */
    static FileRole of(Path file) {
        if (file.endsWith("headgate.yaml") || file.endsWith("headgate.yml")) {
            return SETTINGS;
        }
        if (file.endsWith("prices.yaml") || file.endsWith("prices.yml")) {
            return PRICES;
        }
        try {
            return ofText(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            return ROUTES;
        }
    }

    /** The first key at the left margin that belongs to only one kind of file decides. */
    static FileRole ofText(String yaml) {
        return yaml.lines()
                .map(FileRole::ofLine)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(ROUTES);
    }

    /** Null if the line does not tell. Settings have the path of a file of prices under the key where such a file has its list. */
    private static @Nullable FileRole ofLine(String line) {
        int colon = line.indexOf(':');
        String key = colon < 0 ? "" : line.substring(0, colon).stripTrailing();
        String value = line.substring(colon + 1).strip();
        if (key.equals("prices")) {
            return value.isEmpty() || value.startsWith("[") || value.startsWith("#") ? PRICES : SETTINGS;
        }
        return SETTINGS_KEYS.contains(key) ? SETTINGS : ROUTES_KEYS.contains(key) ? ROUTES : null;
    }
}
