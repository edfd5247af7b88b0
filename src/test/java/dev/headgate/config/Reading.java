// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static java.util.Objects.requireNonNull;

import dev.headgate.config.HeadgateFile.AuthMode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Compiles configurations that exist only as text, as the watcher does with bytes that it was given. */
final class Reading {
    private final Map<Path, byte[]> files = new HashMap<>();
    private final Map<String, String> environment = new HashMap<>();
    private AuthMode auth = AuthMode.NONE;
    private @Nullable Path prices;

    static ConfigLoader.HotReading of(String routes) {
        return new Reading().file("routes.yaml", routes).read();
    }

    static Snapshot snapshotOf(String routes) {
        return new Reading().file("routes.yaml", routes).snapshot();
    }

    /** The settings, or null with the problems filled. */
    static @Nullable HeadgateFile settings(String yaml, Map<String, String> environment, Problems problems) {
        Path file = path("conf/headgate.yaml");
        FileView view = FileView.of(java.util.Set.of(file), Map.of(file, yaml.getBytes(StandardCharsets.UTF_8)));
        HeadgateFile settings = ConfigLoader.settings(new ConfigSources(file, List.of(), environment), view, problems);
        return problems.errors() > 0 ? null : settings;
    }

    Reading file(String name, String text) {
        return file(name, text.getBytes(StandardCharsets.UTF_8));
    }

    Reading file(String name, byte[] bytes) {
        files.put(path(name), bytes);
        return this;
    }

    Reading env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    /** Names the file of prices, which is given to {@link #file} as well if it exists. */
    Reading prices(String name) {
        prices = path(name);
        return this;
    }

    Reading keys() {
        auth = AuthMode.KEYS;
        return this;
    }

    ConfigLoader.HotReading read() {
        List<String> names = files.keySet().stream()
                .map(Path::toString)
                .filter(p -> p.endsWith(".yaml") && !path(p).equals(prices))
                .sorted()
                .toList();
        ConfigSources sources =
                new ConfigSources(null, names.stream().map(Path::of).toList(), environment);
        HeadgateFile defaults = requireNonNull(ConfigLoader.settings(sources, FileView.ofDisk(), new Problems()));
        HeadgateFile settings = new HeadgateFile(
                auth,
                defaults.listen(),
                defaults.admin(),
                defaults.files(),
                prices,
                defaults.state(),
                defaults.telemetry(),
                defaults.server());
        return ConfigLoader.hot(sources, settings, FileView.of(files.keySet(), files), new Problems());
    }

    Snapshot snapshot() {
        ConfigLoader.HotReading hot = read();
        if (hot.snapshot() == null) {
            throw new AssertionError(ProblemPrinter.text(hot.problems()));
        }
        return hot.snapshot();
    }

    static Path path(String name) {
        return name.startsWith("/")
                ? Path.of(name)
                : Path.of(name).toAbsolutePath().normalize();
    }
}
