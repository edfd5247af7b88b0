// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.config.ConfigLoader;
import dev.headgate.config.ConfigSources;
import dev.headgate.config.LoadResult;
import dev.headgate.config.LoadResult.Loaded;
import dev.headgate.config.LoadResult.Refused;
import dev.headgate.config.Problem;
import dev.headgate.config.ProblemPrinter;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one door from the command line to the configuration. */
final class Loading {
    /** How problems are printed: for people, for programs, or as annotations of a GitHub workflow. */
    enum Format {
        text,
        json,
        github;

        String render(List<Problem> problems) {
            return switch (this) {
                case text -> ProblemPrinter.text(problems);
                case json -> ProblemPrinter.json(problems);
                case github -> ProblemPrinter.github(problems);
            };
        }
    }

    private Loading() {}

    /** Reads and compiles the files with the secrets of this process's environment; without settings, their defaults hold. */
    static LoadResult load(@Nullable Path settings, List<Path> routes) {
        return ConfigLoader.load(new ConfigSources(settings, routes, System.getenv()));
    }

    /** The loaded configuration; if it is refused, its problems go to standard error. */
    static Loaded orReport(Verb verb, Path settings, List<Path> routes) {
        return switch (load(settings, routes)) {
            case Loaded loaded -> loaded;
            case Refused refused -> {
                verb.err().println(Format.text.render(refused.problems()));
                throw new Failure("the configuration is refused");
            }
        };
    }
}
