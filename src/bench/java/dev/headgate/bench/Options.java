// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What the command line of {@code bench/run} says.
 *
 * @param only measures the cases whose name holds this text
 * @param jvm further options for Headgate's JVM
 * @param variants options of a further Headgate's JVM each
 * @param others checkouts of Headgate to measure beside this one
 */
record Options(
        Path home,
        String command,
        int rounds,
        Duration time,
        Duration warmUp,
        int eventLoops,
        String only,
        String jvm,
        List<String> variants,
        List<Path> others,
        boolean systemCalls) {
    static final String USAGE = """
            bench/run [--quick] [--rounds N] [--seconds S] [--warm-up S] [--loops N] [--only TEXT] [--jvm OPTIONS]
                      [--variant OPTIONS] [--also DIR] [--syscalls]
              --rounds N      rounds over all cases and servers (5)
              --seconds S     length of one measurement (5)
              --warm-up S     how long Headgate runs each case before it is measured (15)
              --quick         2 rounds of 2 seconds after a warm-up of 8
              --loops N       Headgate's event loops (1)
              --only TEXT     only the cases whose name holds TEXT
              --jvm OPTIONS   more options for Headgate's JVM
              --variant OPTIONS  measure another Headgate with these JVM options beside it; may be repeated
              --also DIR      measure the Headgate of another checkout beside it; may be repeated
              --syscalls      count system calls with strace, after the measurement
            """;

    static Options of(String[] args) {
        int rounds = 5;
        int seconds = 5;
        int warmUp = 15;
        int loops = 1;
        String only = "";
        String jvm = "";
        List<String> variants = new ArrayList<>();
        List<Path> others = new ArrayList<>();
        boolean calls = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--quick" -> {
                    rounds = 2;
                    seconds = 2;
                    warmUp = 8;
                }
                case "--rounds" -> rounds = number(args, ++i);
                case "--seconds" -> seconds = number(args, ++i);
                case "--warm-up" -> warmUp = number(args, ++i);
                case "--loops" -> loops = number(args, ++i);
                case "--only" -> only = value(args, ++i);
                case "--jvm" -> jvm = value(args, ++i);
                case "--variant" -> variants.add(value(args, ++i));
                case "--also" -> others.add(Path.of(value(args, ++i)).toAbsolutePath());
                case "--syscalls" -> calls = true;
                default -> throw usage("unknown option " + args[i]);
            }
        }
        return new Options(
                Path.of(System.getProperty("bench.home")),
                ("bench/run " + String.join(" ", args)).trim(),
                rounds,
                Duration.ofSeconds(seconds),
                Duration.ofSeconds(warmUp),
                loops,
                only,
                jvm,
                List.copyOf(variants),
                List.copyOf(others),
                calls);
    }

    private static String value(String[] args, int index) {
        if (index >= args.length) {
            throw usage(args[index - 1] + " needs a value");
        }
        return args[index];
    }

    private static int number(String[] args, int index) {
        String text = value(args, index);
        if (!text.matches("[1-9]\\d{0,5}")) {
            throw usage(args[index - 1] + " needs a number of at least 1");
        }
        return Integer.parseInt(text);
    }

    private static RuntimeException usage(String problem) {
        System.err.println(problem + "\n\n" + USAGE);
        System.exit(2);
        return new IllegalArgumentException(problem);
    }
}
