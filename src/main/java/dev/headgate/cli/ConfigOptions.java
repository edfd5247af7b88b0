// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say where the configuration is. */
final class ConfigOptions {
    @Mixin
    private final SettingsOption settings = new SettingsOption();

    @Option(
            names = "--routes",
            paramLabel = "FILE",
            arity = "1..*",
            description = "Routes files in place of those that the settings name; repeatable.")
    private List<Path> routes = new ArrayList<>();

    /** The settings file as given, else the default one that exists. */
    Path config(Verb verb) {
        return settings.config(verb);
    }

    List<Path> routes() {
        return List.copyOf(routes);
    }
}
