// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.config.ConfigLoader;
import dev.headgate.config.LoadResult.Loaded;
import dev.headgate.config.LoadResult.Refused;
import dev.headgate.config.Problem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = {
            "Check files as a start would, secrets included, and print every problem with its place and a hint.",
            "Files are checked together. A settings file (headgate.yaml) brings the routes files that it names, unless others are"
                    + " given; routes files alone are checked as they are, and so is a file of prices."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate check conf/headgate.yaml",
            "  headgate check routes.yaml --format github",
            "  headgate check conf/headgate.yaml routes.yaml --format json",
            "%nExit codes: 0 fine (there may be warnings), 1 problems, 2 wrong usage."
        })
final class CheckCommand extends Verb {
    @Parameters(
            paramLabel = "FILE",
            arity = "1..*",
            description = "A settings file, routes files, files of prices, or all of them.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--format",
            paramLabel = "F",
            defaultValue = "text",
            description = "text (default), json or github (annotations of a workflow).")
    private Loading.Format format = Loading.Format.text;

    @Override
    public Integer call() {
        List<Problem> ofPrices = withRole(FileRole.PRICES).stream()
                .flatMap(file -> ConfigLoader.checkPrices(file).stream())
                .toList();
        if (!ofPrices.isEmpty()) {
            print(ofPrices);
            return 1;
        }
        if (files.stream().allMatch(file -> FileRole.of(file) == FileRole.PRICES)) {
            return fine("Fine: prices.");
        }
        return checkRoutes();
    }

    private int checkRoutes() {
        List<Path> settings = withRole(FileRole.SETTINGS);
        if (settings.size() > 1) {
            throw misuse("only one settings file can be checked at a time, not " + settings);
        }
        Path config = settings.isEmpty() ? null : settings.getFirst();
        return switch (Loading.load(config, withRole(FileRole.ROUTES))) {
            case Loaded loaded -> {
                print(loaded.warnings());
                if (format == Loading.Format.text) {
                    out().println("Fine: revision " + loaded.snapshot().revision() + ".");
                }
                yield 0;
            }
            case Refused refused -> {
                print(refused.problems());
                yield 1;
            }
        };
    }

    private int fine(String text) {
        if (format == Loading.Format.text) {
            out().println(text);
        } else {
            print(List.of());
        }
        return 0;
    }

    private void print(List<Problem> problems) {
        if (format == Loading.Format.json || !problems.isEmpty()) {
            out().println(format.render(problems));
        }
    }

    private List<Path> withRole(FileRole role) {
        return files.stream().filter(file -> FileRole.of(file) == role).toList();
    }
}
