// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that says where the static settings are. */
final class SettingsOption {
    private static final Path DEFAULT = Path.of("conf", "headgate.yaml");

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "Static settings; default conf/headgate.yaml here, else beside the launcher.")
    private @Nullable Path config;

    /** The settings file as given, else the default one that exists. */
    Path config(Verb verb) {
        return config == null ? defaultConfig(verb) : config;
    }

    /** {@code conf/headgate.yaml} of the current folder, else of the launcher's own. */
    private static Path defaultConfig(Verb verb) {
        if (Files.exists(DEFAULT)) {
            return DEFAULT;
        }
        String home = System.getProperty("headgate.home");
        if (home != null && Files.exists(Path.of(home).resolve(DEFAULT))) {
            return Path.of(home).resolve(DEFAULT);
        }
        String places = home == null ? "here" : "here or in " + home;
        throw verb.misuse("there is no " + DEFAULT + " " + places + "; name a settings file");
    }
}
