// SPDX-License-Identifier: Apache-2.0
package dev.headgate.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What Linux tells of a process (proc(5)). */
final class ProcessFacts {
    /** USER_HZ, which is 100 on every Linux architecture that a JDK runs on. */
    private static final long MICROS_PER_TICK = 10_000;

    private ProcessFacts() {}

    /** Microseconds of CPU, user and system, that a process and its children have taken, those included that have ended. */
    static long cpuMicros(ProcessHandle process) {
        long ticks = ticks(process.pid());
        ticks += process.children().mapToLong(child -> ticks(child.pid())).sum();
        return ticks * MICROS_PER_TICK;
    }

    private static long ticks(long pid) {
        String stat = read(Path.of("/proc/" + pid + "/stat"));
        // The name in the second field may hold spaces, so fields are counted behind its bracket.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long sum = 0;
        for (int field = 11; field <= 14; field++) {
            sum += Long.parseLong(fields[field]);
        }
        return sum;
    }

    /** Resident memory in megabytes. */
    static double residentMegabytes(ProcessHandle process) {
        for (String line : read(Path.of("/proc/" + process.pid() + "/status")).split("\n")) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
            }
        }
        return 0;
    }

    /** Files, sockets and the like that the process has open. */
    static int openFiles(ProcessHandle process) {
        String[] open = Path.of("/proc/" + process.pid() + "/fd").toFile().list();
        return open == null ? 0 : open.length;
    }

    /** Bytes of the objects that a full collection leaves on the heap of a JVM (jcmd(1)). */
    static long liveHeapBytes(ProcessHandle process) {
        Path jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd");
        try {
            Process asked = new ProcessBuilder(jcmd.toString(), Long.toString(process.pid()), "GC.class_histogram")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String total = "";
            for (String line : new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
                total = line.startsWith("Total") ? line : total;
            }
            return Long.parseLong(total.trim().replaceAll(".*\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The processor's name and how many of them this process may use. */
    static String cpu() {
        for (String line : read(Path.of("/proc/cpuinfo")).split("\n")) {
            if (line.toLowerCase(Locale.ROOT).startsWith("model name")) {
                return line.substring(line.indexOf(':') + 2) + ", "
                        + Runtime.getRuntime().availableProcessors() + " processors";
            }
        }
        return "unknown processor";
    }

    /** The load average over a minute. */
    static String load() {
        return read(Path.of("/proc/loadavg")).split(" ")[0];
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
