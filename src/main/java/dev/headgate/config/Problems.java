// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects what is wrong while files are read. Source lines are masked at the end, when it is known where secrets were
 * written as plain text.
 */
final class Problems {
    private static final Pattern LOOKS_SECRET =
            Pattern.compile("\\b(sk-|hg_|Bearer\\s+)[A-Za-z0-9._~+/=-]{8,}|(?<=://)[^/@\\s:]*:[^/@\\s]+(?=@)");

    /** Where YAML is broken nobody knows which text is a secret. */
    private static final Pattern AFTER_SECRET_KEY =
            Pattern.compile("(?i)((?:api_?keys?|token|secret|password)\\s*:\\s*\\[?\\s*)((?!env:|file:)\\S.*)");

    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029]");
    private static final int LONGEST_LINE = 240;

    private final List<Problem> found = new ArrayList<>();
    private final List<Span> plainSecrets = new ArrayList<>();
    private int errors;

    void error(ProblemCode code, Span at, String message, @Nullable String label, @Nullable String hint) {
        add(Problem.Severity.ERROR, code, at, message, label, hint);
    }

    void warning(ProblemCode code, Span at, String message, @Nullable String label, @Nullable String hint) {
        add(Problem.Severity.WARNING, code, at, message, label, hint);
    }

    /** Keeps the text at this place out of every problem. */
    void hide(Span secret) {
        plainSecrets.add(secret);
    }

    int errors() {
        return errors;
    }

    /** Whether so many were found that looking for hints would only take time. */
    boolean areMany() {
        return found.size() > 200;
    }

    /** All problems by file and place; a problem of a whole file comes first. */
    List<Problem> sorted() {
        return found.stream()
                .map(this::masked)
                .sorted(Comparator.comparing(Problem::file)
                        .thenComparingInt(Problem::line)
                        .thenComparingInt(Problem::column))
                .toList();
    }

    private void add(
            Problem.Severity severity,
            ProblemCode code,
            Span at,
            String message,
            @Nullable String label,
            @Nullable String hint) {
        errors += severity == Problem.Severity.ERROR ? 1 : 0;
        found.add(new Problem(
                severity,
                code.code,
                printable(message),
                at.source().name(),
                at.line(),
                at.column(),
                at.length(),
                at.source().line(at.line()),
                label == null ? null : printable(label),
                hint == null ? null : printable(hint)));
    }

    /** Names from a file may hold anything; none of it may break a log line or steer a terminal. */
    private static String printable(String text) {
        return CONTROL.matcher(text)
                .replaceAll(m -> "\\\\u%04x".formatted((int) m.group().charAt(0)));
    }

    private Problem masked(Problem problem) {
        String line = problem.sourceLine();
        if (line == null) {
            return problem;
        }
        line = CONTROL.matcher(line).replaceAll(" ");
        for (Span secret : plainSecrets) {
            if (secret.line() == problem.line() && secret.source().name().equals(problem.file())) {
                line = blank(line, secret.column() - 1, secret.length());
            }
        }
        line = LOOKS_SECRET.matcher(line).replaceAll(m -> "*".repeat(m.group().length()));
        if (problem.code().equals(ProblemCode.SYNTAX.code)) {
            line = AFTER_SECRET_KEY
                    .matcher(line)
                    .replaceAll(m -> m.group(1) + "*".repeat(m.group(2).length()));
        }
        return withLine(problem, excerpt(line, problem));
    }

    /** Lines may be as long as the file; what stands far behind the carets is left out, or the line if they are far out. */
    private static @Nullable String excerpt(String line, Problem problem) {
        if (problem.column() + problem.length() > LONGEST_LINE) {
            return null;
        }
        int characters = line.codePointCount(0, line.length());
        return characters <= LONGEST_LINE ? line : line.substring(0, line.offsetByCodePoints(0, LONGEST_LINE)) + "…";
    }

    private static String blank(String line, int column, int length) {
        int from = line.offsetByCodePoints(0, Math.min(column, line.codePointCount(0, line.length())));
        int to = line.offsetByCodePoints(from, Math.min(length, line.codePointCount(from, line.length())));
        return line.substring(0, from) + "*".repeat(to - from) + line.substring(to);
    }

    private static Problem withLine(Problem p, @Nullable String line) {
        return new Problem(
                p.severity(),
                p.code(),
                p.message(),
                p.file(),
                p.line(),
                p.column(),
                p.length(),
                line,
                p.label(),
                p.hint());
    }
}
