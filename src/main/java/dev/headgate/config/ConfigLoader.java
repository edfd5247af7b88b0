// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import dev.headgate.config.HeadgateFile.AuthMode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads files, compiles them and says everything that is wrong with them. Blocking; never called on an event loop. */
public final class ConfigLoader {
    private ConfigLoader() {}

    /**
     * Reads the static file and all hot files that it names.
     *
     * @param routes replaces {@code files:} if not empty
     * @param environment where {@code env:NAME} is looked up
     */
    public static LoadResult load(Path headgateYaml, List<Path> routes, Map<String, String> environment) {
        return load(new ConfigSources(headgateYaml, routes, environment));
    }

    /** Reads what the sources name; never throws for what stands in a file. */
    public static LoadResult load(ConfigSources sources) {
        Problems problems = new Problems();
        HeadgateFile settings = settings(sources, FileView.ofDisk(), problems);
        if (settings == null) {
            return new LoadResult.Refused(problems.sorted());
        }
        HotReading hot = hot(sources, settings, FileView.ofDisk(), problems);
        return problems.errors() > 0 || hot.snapshot() == null
                ? new LoadResult.Refused(problems.sorted())
                : new LoadResult.Loaded(settings, hot.snapshot(), problems.sorted());
    }

    /**
     * What came of the hot files.
     *
     * @param snapshot null if there is an error among the problems
     * @param fingerprint of all bytes that were read
     * @param files everything that was read or looked for
     */
    record HotReading(@Nullable Snapshot snapshot, List<Problem> problems, String fingerprint, Set<Path> files) {}

    static HotReading hot(ConfigSources sources, HeadgateFile settings, FileView view, Problems problems) {
        Fingerprint fingerprint = new Fingerprint();
        SnapshotCompiler compiler = new SnapshotCompiler(problems);
        for (Path path : paths(sources, settings.files(), view, problems)) {
            String name = sources.display(path);
            YamlNode root = root(path, name, view, fingerprint, problems);
            Source source =
                    root == null ? new Source(name, List.of()) : root.at().source();
            compiler.add(source, root == null ? null : new Binder(problems).read(root, RoutesFile.class));
        }
        PricesFile prices =
                settings.prices() == null ? null : prices(settings.prices(), sources, view, fingerprint, problems);
        Secrets secrets = new Secrets(sources.environment(), view, fingerprint);
        Snapshot snapshot = compiler.compile(settings.auth(), prices, secrets, fingerprint, Instant.now());
        return new HotReading(
                problems.errors() > 0 ? null : snapshot, problems.sorted(), fingerprint.hex(), view.touched());
    }

    /** What is wrong with a file of prices alone; empty if it is fine. */
    public static List<Problem> checkPrices(Path file) {
        ConfigSources sources = new ConfigSources(null, List.of(), Map.of());
        Problems problems = new Problems();
        PricesFile prices =
                prices(file.toAbsolutePath().normalize(), sources, FileView.ofDisk(), new Fingerprint(), problems);
        if (prices != null) {
            new PriceCompiler(problems).compile(prices, List.of());
        }
        return problems.sorted();
    }

    private static @Nullable PricesFile prices(
            Path path, ConfigSources sources, FileView view, Fingerprint fingerprint, Problems problems) {
        YamlNode root = root(path, sources.display(path), view, fingerprint, problems);
        return root == null ? null : new Binder(problems).read(root, PricesFile.class);
    }

    /** A hot file's root, or null after a problem was added. */
    private static @Nullable YamlNode root(
            Path path, String name, FileView view, Fingerprint fingerprint, Problems problems) {
        byte[] bytes = bytes(path, name, view, problems);
        if (bytes == null) {
            return null;
        }
        fingerprint.file(name, bytes);
        return YamlReader.read(name, bytes, problems);
    }

    /** The static settings; null, or not to be used, if a problem was added. */
    static @Nullable HeadgateFile settings(ConfigSources sources, FileView view, Problems problems) {
        SettingsFile words = Binder.presets(SettingsFile.class);
        Path file = sources.headgateYaml();
        if (file == null) {
            At<AuthMode> none = new At<>(AuthMode.NONE, words.auth().at());
            words = new SettingsFile(
                    none,
                    words.listen(),
                    words.admin(),
                    words.files(),
                    words.prices(),
                    words.state(),
                    words.telemetry(),
                    words.server());
        } else {
            words = words(file, sources, view, problems);
        }
        return words == null ? null : new SettingsCompiler(sources, problems).compile(words);
    }

    private static @Nullable SettingsFile words(Path file, ConfigSources sources, FileView view, Problems problems) {
        String name = sources.display(file);
        byte[] bytes = bytes(file.toAbsolutePath().normalize(), name, view, problems);
        YamlNode root = bytes == null ? null : YamlReader.read(name, bytes, problems);
        return root == null ? null : new Binder(problems).read(root, SettingsFile.class);
    }

    /**
     * Where the management port is, by the static file alone: for those who ask a running gateway, and need not have its other secrets.
     *
     * @param admin null, or without its token, if there is a problem
     */
    public record AdminReading(HeadgateFile.@Nullable Admin admin, List<Problem> problems) {}

    /** Never throws for what stands in the file. */
    public static AdminReading admin(Path headgateYaml, Map<String, String> environment) {
        Problems problems = new Problems();
        ConfigSources sources = new ConfigSources(headgateYaml, List.of(), environment);
        SettingsFile words = words(headgateYaml, sources, FileView.ofDisk(), problems);
        HeadgateFile.Admin admin = words == null ? null : new SettingsCompiler(sources, problems).admin(words.admin());
        return new AdminReading(admin, problems.sorted());
    }

    private static Set<Path> paths(ConfigSources sources, List<String> patterns, FileView view, Problems problems) {
        Set<Path> paths = new LinkedHashSet<>();
        for (String pattern : patterns) {
            Path path = Path.of(pattern);
            if (!FileView.isPattern(path)) {
                paths.add(path);
                continue;
            }
            try {
                paths.addAll(view.expand(path));
            } catch (IOException e) {
                problems.error(
                        ProblemCode.BAD_PATTERN,
                        new Source(sources.display(path), List.of()).whole(),
                        "the folder of \"" + sources.display(path) + "\" does not exist or cannot be read",
                        null,
                        null);
            }
        }
        return paths;
    }

    private static byte @Nullable [] bytes(Path path, String name, FileView view, Problems problems) {
        try {
            return view.read(path, YamlReader.MAX_BYTES);
        } catch (IOException e) {
            problems.error(
                    ProblemCode.NO_FILE,
                    new Source(name, List.of()).whole(),
                    "there is no file " + name + ", or it cannot be read",
                    null,
                    "files are named by files: and prices: in conf/headgate.yaml, by --config and by --routes");
            return null;
        }
    }
}
