// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a configuration comes from.
 *
 * @param headgateYaml the static file, or null for its defaults with {@code auth: none} (to check hot files alone)
 * @param routes replaces {@code files:} if not empty; relative to the folder that the process runs in
 * @param environment where {@code env:NAME} is looked up
 */
public record ConfigSources(@Nullable Path headgateYaml, List<Path> routes, Map<String, String> environment) {
    public ConfigSources {
        routes = List.copyOf(routes);
        environment = Map.copyOf(environment);
    }

    /** Where relative paths begin: beside {@code conf/} if the static file lies in a folder of that name, else its folder. */
    Path base() {
        if (headgateYaml == null) {
            return Path.of("").toAbsolutePath();
        }
        Path folder = headgateYaml.toAbsolutePath().normalize().resolveSibling("");
        return folder.endsWith("conf") ? folder.resolveSibling("") : folder;
    }

    /** How problems name a file: relative to the base if it lies there. */
    String display(Path file) {
        Path absolute = file.toAbsolutePath().normalize();
        return absolute.startsWith(base()) ? base().relativize(absolute).toString() : absolute.toString();
    }

    /** The environment holds secrets. */
    @Override
    public String toString() {
        return "ConfigSources[headgateYaml=" + headgateYaml + ", routes=" + routes + "]";
    }
}
