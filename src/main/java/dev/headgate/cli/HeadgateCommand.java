// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import dev.headgate.call.Nearest;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code headgate} command. Only {@code run} loads the server, so that the other verbs answer in a fraction of a second;
 * nothing in this package may name a Vert.x type.
 */
@Command(
        name = "headgate",
        header = "Headgate, an OpenAI-compatible LLM gateway.",
        synopsisHeading = "%nUsage: ",
        customSynopsis = "headgate [COMMAND] [options]      (without a command: run)",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  headgate run --port 0",
            "  headgate check conf/headgate.yaml",
            "%nExit codes: 0 fine, 1 a check or the work failed, 2 wrong usage."
        },
        versionProvider = VersionCommand.class,
        subcommands = {
            RunCommand.class,
            CheckCommand.class,
            ExplainCommand.class,
            SchemaCommand.class,
            KeysCommand.class,
            LimitsCommand.class,
            UsageCommand.class,
            VersionCommand.class
        })
@SuppressWarnings("UnusedVariable") // picocli itself acts on the two flags
public final class HeadgateCommand {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help and exit.")
    private boolean help;

    @Option(
            names = {"-V", "--version"},
            versionHelp = true,
            description = "Show the version and exit.")
    private boolean version;

    private HeadgateCommand() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(withVerb(args)));
    }

    static CommandLine commandLine() {
        return new CommandLine(new HeadgateCommand())
                .registerConverter(LocalDate.class, HeadgateCommand::day)
                .setParameterExceptionHandler(HeadgateCommand::refuse)
                .setExecutionExceptionHandler((failure, command, parsed) -> fail(failure, command));
    }

    private static LocalDate day(String written) {
        try {
            return LocalDate.parse(written);
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("write a day as 2026-11-21, not '" + written + "'");
        }
    }

    /** {@code run} is what happens without a verb, its options included. */
    static String[] withVerb(String[] args) {
        boolean own = args.length > 0 && (!args[0].startsWith("-") || args[0].matches("-h|--help|-V|--version"));
        if (own) {
            return args;
        }
        String[] run = new String[args.length + 1];
        run[0] = "run";
        System.arraycopy(args, 0, run, 1, args.length);
        return run;
    }

    private static int refuse(ParameterException refusal, String[] args) {
        CommandLine command = refusal.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        command.getErr().println(name + ": " + message(refusal, command));
        command.getErr().println("See '" + name + " --help'.");
        return ExitCode.USAGE;
    }

    private static String message(ParameterException refusal, CommandLine command) {
        if (!(refusal instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(refusal.getMessage());
        }
        String word = unmatched.getUnmatched().getFirst();
        boolean option = word.startsWith("-");
        boolean verb = !option && !command.getSubcommands().isEmpty();
        String kind = option ? "option" : verb ? "command" : "argument";
        String near = Nearest.to(
                word,
                option
                        ? command.getCommandSpec().optionsMap().keySet()
                        : command.getSubcommands().keySet());
        return "unknown " + kind + " '" + word + "'" + (near == null ? "" : "; did you mean '" + near + "'?");
    }

    private static int fail(Exception failure, CommandLine command) throws Exception {
        if (failure instanceof Failure) {
            command.getErr().println(command.getCommandSpec().qualifiedName() + ": " + failure.getMessage());
            return ExitCode.SOFTWARE;
        }
        throw failure;
    }
}
