// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules that can be read off the text of a source file; CONTRIBUTING.md gives the reasons. */
class SourceRulesTest {
    private static final String LICENCE = "// SPDX-License-Identifier: Apache-2.0";
    private static final int MOST_LINES = 500;
    private static final int MOST_LINES_OF_A_STAGE = 300;
    // Written in pieces, so that this file does not break its own rule.
    private static final Pattern UNFINISHED = Pattern.compile("\\b(TO" + "DO|FIX" + "ME|XX" + "X)\\b");
    private static final Pattern WILDCARD_IMPORT = Pattern.compile("^import\\s.*\\*;");
    private static final Pattern SWITCHED_OFF = Pattern.compile("@Dis" + "abled\\b|@Dis" + "abledIf|@Ign" + "ore\\b");

    @Test
    void every_file_names_its_licence_in_the_first_line() {
        assertThat(files(file -> !Sources.lines(file).getFirst().equals(LICENCE)))
                .isEmpty();
    }

    @Test
    void no_file_is_longer_than_can_be_read_in_one_go() {
        assertThat(files(file -> Sources.lines(file).size() > MOST_LINES)).isEmpty();
    }

    @Test
    void a_stage_stays_under_300_lines() {
        assertThat(files(file -> file.toString().endsWith("Stage.java")
                        && Sources.lines(file).size() >= MOST_LINES_OF_A_STAGE))
                .isEmpty();
    }

    @Test
    void nothing_is_left_for_later_in_a_comment() {
        assertThat(linesWith(UNFINISHED)).isEmpty();
    }

    @Test
    void imports_name_every_type() {
        assertThat(linesWith(WILDCARD_IMPORT)).isEmpty();
    }

    @Test
    void no_test_is_switched_off() {
        assertThat(linesWith(SWITCHED_OFF)).isEmpty();
    }

    @Test
    void every_package_is_null_marked_and_says_what_it_is_for() {
        List<Path> packages = Sources.java(Sources.MAIN).stream()
                .map(Path::getParent)
                .distinct()
                .toList();
        assertThat(packages).isNotEmpty();
        assertThat(packages).allSatisfy(folder -> {
            Path info = folder.resolve("package-info.java");
            assertThat(info).exists();
            assertThat(Sources.lines(info)).contains("@NullMarked");
            assertThat(Sources.text(info)).contains("/**");
        });
    }

    @Test
    void test_names_say_whether_they_do_io() {
        assertThat(Sources.java(Sources.TEST).stream()
                        .filter(file -> Sources.text(file).contains("@Test"))
                        .map(file -> file.getFileName().toString())
                        .filter(name -> !name.matches("\\w+(Test|IT|Contract)\\.java")))
                .isEmpty();
    }

    private static List<Path> files(Predicate<Path> broken) {
        List<Path> all = all().toList();
        assertThat(all).hasSizeGreaterThan(100);
        return all.stream().filter(broken).toList();
    }

    private static List<String> linesWith(Pattern pattern) {
        return all().flatMap(file -> Sources.lines(file).stream()
                        .filter(line -> pattern.matcher(line).find())
                        .map(line -> file + ": " + line.strip()))
                .toList();
    }

    private static Stream<Path> all() {
        return Stream.of(Sources.MAIN, Sources.TEST, Path.of("src/bench/java"))
                .filter(Files::exists)
                .flatMap(root -> Sources.java(root).stream());
    }
}
