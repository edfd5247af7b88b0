// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/** Tells settings ({@code headgate.yaml}) from routes files by name, else by their top-level keys. */
enum FileRole {
    SETTINGS,
    ROUTES;

    private static final Set<String> SETTINGS_KEYS =
            Set.of("auth", "listen", "admin", "files", "state", "telemetry", "server", "requestLog");
    private static final Set<String> ROUTES_KEYS = Set.of("version", "backends", "models", "routes", "tenants");

    /** A file that cannot be read counts as routes: the loader says what is wrong with it. */
    static FileRole of(Path file) {
        if (file.endsWith("headgate.yaml") || file.endsWith("headgate.yml")) {
            return SETTINGS;
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
                .map(FileRole::key)
                .filter(key -> SETTINGS_KEYS.contains(key) || ROUTES_KEYS.contains(key))
                .findFirst()
                .map(key -> SETTINGS_KEYS.contains(key) ? SETTINGS : ROUTES)
                .orElse(ROUTES);
    }

    private static String key(String line) {
        int colon = line.indexOf(':');
        return colon < 0 ? "" : line.substring(0, colon).stripTrailing();
    }
}
