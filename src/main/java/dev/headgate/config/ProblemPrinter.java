// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Problems as text in the manner of compilers, as JSON, or as annotations of GitHub Actions. Pure. */
public final class ProblemPrinter {
    private static final int MOST = 50;

    private ProblemPrinter() {}

    /** All problems and a line that counts them; no line break at the end. */
    public static String text(List<Problem> problems) {
        return blocks(problems) + count(problems);
    }

    /** The same for a reload that was refused. */
    public static String text(List<Problem> problems, String runningRevision) {
        return text(problems) + " Running configuration (revision " + runningRevision + ") is unchanged.";
    }

    /** A JSON array with one object a problem; the members are those of {@link Problem}. */
    public static String json(List<Problem> problems) {
        return problems.stream().map(ProblemPrinter::object).collect(Collectors.joining(",\n ", "[", "]"));
    }

    /** One workflow command a line, which GitHub shows beside the line in question. */
    public static String github(List<Problem> problems) {
        return problems.stream().map(ProblemPrinter::annotation).collect(Collectors.joining("\n"));
    }

    private static String blocks(List<Problem> problems) {
        String shown = problems.stream().limit(MOST).map(ProblemPrinter::block).collect(Collectors.joining("\n"));
        int more = problems.size() - MOST;
        return more > 0 ? shown + "\n… and " + more + " more\n" : shown;
    }

    private static String block(Problem p) {
        StringBuilder out = new StringBuilder()
                .append(severity(p))
                .append('[')
                .append(p.code())
                .append("]: ")
                .append(p.message())
                .append('\n');
        String gutter = " ".repeat(Integer.toString(p.line()).length());
        out.append(gutter).append("--> ").append(p.file());
        if (p.line() > 0) {
            out.append(':').append(p.line()).append(':').append(p.column());
        }
        out.append('\n');
        if (p.sourceLine() != null) {
            out.append(gutter).append(" |\n");
            out.append(p.line()).append(" | ").append(p.sourceLine()).append('\n');
            out.append(gutter)
                    .append(" | ")
                    .append(" ".repeat(p.column() - 1))
                    .append("^".repeat(p.length()))
                    .append(p.label() == null ? "" : " " + p.label())
                    .append('\n');
        }
        if (p.hint() != null) {
            out.append(gutter).append(" = hint: ").append(p.hint()).append('\n');
        }
        return out.toString();
    }

    private static String count(List<Problem> problems) {
        long errors = problems.stream()
                .filter(p -> p.severity() == Problem.Severity.ERROR)
                .count();
        long warnings = problems.size() - errors;
        String both = errors == 0 && warnings > 0 ? "" : amount(errors, "error");
        return both + (warnings == 0 ? "" : (both.isEmpty() ? "" : ", ") + amount(warnings, "warning")) + ".";
    }

    private static String amount(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }

    private static String severity(Problem p) {
        return p.severity() == Problem.Severity.ERROR ? "error" : "warning";
    }

    private static String object(Problem p) {
        return "{\"severity\":" + Json.quoted(severity(p))
                + ",\"code\":" + Json.quoted(p.code())
                + ",\"message\":" + Json.quoted(p.message())
                + ",\"file\":" + Json.quoted(p.file())
                + ",\"line\":" + p.line()
                + ",\"column\":" + p.column()
                + ",\"length\":" + p.length()
                + ",\"sourceLine\":" + orNull(p.sourceLine())
                + ",\"label\":" + orNull(p.label())
                + ",\"hint\":" + orNull(p.hint()) + "}";
    }

    private static String orNull(@Nullable String text) {
        return text == null ? "null" : Json.quoted(text);
    }

    private static String annotation(Problem p) {
        String place = p.line() == 0 ? "" : ",line=" + p.line() + ",col=" + p.column();
        String hint = p.hint() == null ? "" : "\nhint: " + p.hint();
        return "::" + severity(p) + " file=" + property(p.file()) + place + ",title=" + p.code() + "::"
                + data(p.message() + hint);
    }

    /** Escapes as in actions/toolkit, packages/core/src/command.ts. */
    private static String data(String text) {
        return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A");
    }

    private static String property(String text) {
        return data(text).replace(":", "%3A").replace(",", "%2C");
    }
}
