// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a copy of the repository whose Maven and whose JVM are scripts that tell how they were called. */
class LauncherIT {
    private static final String MAVEN = "#!/bin/sh\necho \"$@\" >> builds\necho noise\n: > target/headgate.jar\n";
    private static final String JAVA =
            "#!/bin/sh\necho \"pid=$$\"\nfor a in \"$@\"; do echo \"arg=$a\"; done\nexit 7\n";

    @TempDir
    private Path folder;

    private Path home;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void copyTheLauncher() throws IOException {
        folder = folder.toRealPath();
        home = Files.createDirectories(folder.resolve("head gate"));
        Files.createDirectories(home.resolve("src/main/java"));
        Files.createDirectories(home.resolve(".mvn"));
        Files.copy(Path.of("headgate"), home.resolve("headgate"));
        Files.copy(Path.of(".mvn/jdk.sh"), home.resolve(".mvn/jdk.sh"));
        Files.writeString(home.resolve("pom.xml"), "<project/>");
        script(home.resolve("mvnw"), MAVEN);
        Path jdk = folder.resolve("jdk");
        Files.createDirectories(jdk.resolve("bin"));
        script(jdk.resolve("bin/java"), JAVA);
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        environment.put("JAVA_HOME", jdk.toString());
    }

    @Test
    void builds_at_the_first_call_and_not_again() throws Exception {
        Result first = launch("version");
        Result second = launch("version");

        assertThat(first.err()).isEqualTo("Building Headgate (first run)...\n");
        assertThat(first.out()).doesNotContain("noise").contains("arg=version");
        assertThat(second.err()).isEmpty();
        assertThat(home.resolve("builds")).content().hasLineCount(1).contains("-Dmaven.test.skip=true");
    }

    @Test
    void builds_again_when_a_source_is_newer_than_the_jar() throws Exception {
        launch("version");
        age("target/headgate.jar");
        Files.writeString(home.resolve("src/main/java/New.java"), "class New {}");

        assertThat(launch("version").err()).isEqualTo("Building Headgate (sources changed)...\n");
        assertThat(launch("version").err()).isEmpty();
    }

    @Test
    void shows_only_the_errors_of_a_failed_build() throws Exception {
        script(home.resolve("mvnw"), """
                #!/bin/sh
                echo WARNING: noise
                echo '[ERROR] Foo.java:[3,1] no'
                echo '[ERROR] -> [Help 1]'
                echo '[ERROR] Re-run Maven'
                exit 1
                """);

        Result result = launch("version");

        assertThat(result.exit()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("[ERROR] Foo.java:[3,1] no\n", "target/launcher-build.log")
                .doesNotContain("noise", "Help", "Re-run");
        assertThat(home.resolve("target/launcher.lock")).doesNotExist();
    }

    @Test
    void takes_over_the_lock_of_a_builder_that_died() throws Exception {
        Files.createDirectories(home.resolve("target/launcher.lock"));
        Files.writeString(home.resolve("target/launcher.lock/pid"), deadPid() + "\n");

        assertThat(launch("version").out()).contains("arg=version");
        assertThat(home.resolve("target/launcher.lock")).doesNotExist();
    }

    @Test
    void becomes_the_jvm_so_that_signals_and_exit_codes_are_its_own() throws Exception {
        launch("version");
        Result result = launch("version");

        assertThat(result.out()).contains("pid=" + result.pid() + "\n");
        assertThat(result.exit()).isEqualTo(7);
    }

    @Test
    void works_through_links_and_leaves_arguments_to_the_callers_folder() throws Exception {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.createSymbolicLink(folder.resolve("first"), home.resolve("headgate"));
        Files.createSymbolicLink(bin.resolve("headgate"), Path.of("../first"));

        Result result = Shell.run(bin, environment, bin.resolve("headgate"), "check", "my routes.yaml");

        assertThat(result.out())
                .contains("arg=-Dheadgate.home=" + home + "\n")
                .contains("arg=" + home + "/target/headgate.jar\narg=check\narg=my routes.yaml\n");
    }

    @Test
    void gives_small_verbs_a_jvm_that_starts_fast() throws Exception {
        assertThat(launch("keys", "create", "a", "b").out())
                .contains("arg=-XX:TieredStopAtLevel=1", "arg=-XX:+UseSerialGC")
                .doesNotContain("SharedArchiveFile");
        assertThat(launch("--help").out()).contains("arg=-XX:TieredStopAtLevel=1");
    }

    @Test
    void gives_run_a_jvm_for_a_server_also_without_the_word() throws Exception {
        for (String[] arguments : new String[][] {{}, {"run"}, {"--port", "0"}}) {
            assertThat(launch(arguments).out())
                    .contains("arg=-XX:SharedArchiveFile=" + home + "/target/headgate-25.jsa")
                    .contains("arg=-XX:+ExitOnOutOfMemoryError")
                    .contains("arg=-Dheadgate.terminal=false")
                    .doesNotContain("TieredStopAtLevel");
        }
    }

    @Test
    void drops_a_class_archive_that_is_older_than_the_jar() throws Exception {
        launch("version");
        Path archive = Files.createFile(home.resolve("target/headgate-25.jsa"));

        launch("run");
        assertThat(archive).exists();

        age("target/headgate-25.jsa");
        Files.setLastModifiedTime(home.resolve("target/headgate.jar"), FileTime.from(Instant.now()));
        launch("run");
        assertThat(archive).doesNotExist();
    }

    @Test
    void hands_the_users_options_to_the_jvm() throws Exception {
        environment.put("JAVA_OPTS", "-Xmx1g -Da=1");
        environment.put("HEADGATE_OPTS", "-Xmx256m");

        assertThat(launch("run").out()).containsSubsequence("arg=-Xmx1g\narg=-Da=1\n", "arg=-Xmx256m\n", "arg=-jar");
    }

    @Test
    void knows_no_log_tag_that_an_older_jvm_would_refuse() throws Exception {
        assertThat(launch("version").out()).contains("arg=-Xlog:aot*=off:stderr");
        Files.writeString(folder.resolve("jdk/release"), "JAVA_VERSION=\"21.0.5\"\n");
        assertThat(launch("version").out()).contains("headgate.jar").doesNotContain("aot");
    }

    private Result launch(String... arguments) throws IOException, InterruptedException {
        return Shell.run(folder, environment, home.resolve("headgate"), arguments);
    }

    private void age(String file) throws IOException {
        Files.setLastModifiedTime(
                home.resolve(file), FileTime.from(Instant.now().minusSeconds(3_600)));
    }

    private long deadPid() throws IOException, InterruptedException {
        return Shell.run(folder, Map.of(), Path.of("/bin/true")).pid();
    }

    private static void script(Path file, String text) throws IOException {
        Files.writeString(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
