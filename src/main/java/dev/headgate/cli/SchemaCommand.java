// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.config.JsonSchema;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "schema",
        description = "Print the JSON Schema of a file, for editors.",
        footerHeading = "%nExamples:%n",
        footer = {"  headgate schema routes", "  headgate schema headgate", "  headgate schema prices"})
final class SchemaCommand extends Verb {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            defaultValue = "routes",
            description = "routes (default), headgate or prices.")
    private Subject subject = Subject.routes;

    /** The kinds of file that have a schema. */
    enum Subject {
        routes,
        headgate,
        prices
    }

    @Override
    public Integer call() {
        out().print(
                        switch (subject) {
                            case routes -> JsonSchema.routes();
                            case headgate -> JsonSchema.headgate();
                            case prices -> JsonSchema.prices();
                        });
        out().flush();
        return 0;
    }
}
