// SPDX-License-Identifier: Apache-2.0
package dev.headgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.headgate.auth.KeyFormat;
import dev.headgate.cli.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** The real launcher and jar, one process a call, in a folder with a small configuration. */
class CliIT {
    private static final Path LAUNCHER = Path.of("headgate").toAbsolutePath();

    @TempDir
    private Path folder;

    @BeforeEach
    void writeConfiguration() throws IOException {
        Files.createDirectories(folder.resolve("conf"));
        Files.writeString(folder.resolve("conf/headgate.yaml"), "auth: keys\nfiles: [routes.yaml]\n");
        Files.writeString(
                folder.resolve("routes.yaml"), """
                version: 1
                backends:
                  demo: { type: demo }
                models:
                  lorem: { backend: demo, id: demo/lorem, default: { temperature: 0.2 } }
                routes:
                  chat: { stable: lorem }
                  "demo/*": { backend: demo }
                tenants:
                  acme: { keys: { web: { sha256: ["%s"] } } }
                  closed: { mayUse: [chat], keys: { k: { sha256: ["%s"] } } }
                """.formatted(KeyFormat.digest("one"), KeyFormat.digest("two")));
        Files.writeString(
                folder.resolve("broken.yaml"),
                "version: 1\nbackends:\n  demo: { type: demo }\nroutes:\n  chat: { stable: lorm }\n"
                        + "tenants: { acme: { keys: { web: { sha256: [\"%s\"] } } } }\n"
                                .formatted(KeyFormat.digest("one")));
        Files.writeString(folder.resolve("request.json"), "{\"model\":\"chat\",\"messages\":[],\"temperature\":1}");
    }

    @Test
    void version_names_headgate_vertx_and_java() throws Exception {
        Result result = headgate("version");

        assertThat(result.out())
                .containsPattern("headgate \\d+\\.\\d+\\.\\d+")
                .containsPattern("vertx 5\\.\\d+\\.\\d+")
                .containsPattern("java \\d+");
        assertFine(result);
        assertThat(headgate("--version").out()).isEqualTo(result.out());
    }

    @Test
    void a_created_key_is_well_formed_and_its_line_fits_routes_yaml() throws Exception {
        Result result = headgate("keys", "create", "acme", "batch");

        assertFine(result);
        Matcher key = Pattern.compile("hg_\\w+").matcher(result.out());
        assertThat(key.find()).isTrue();
        assertThat(KeyFormat.isWellFormed(key.group())).isTrue();
        assertThat(result.out()).contains("batch: { sha256: [\"" + KeyFormat.digest(key.group()) + "\"] }");
        String pasted = result.out().substring(result.out().indexOf("tenants:"));
        Files.writeString(folder.resolve("tenants.yaml"), pasted);
        Files.writeString(
                folder.resolve("routes.yaml"),
                Files.readString(folder.resolve("routes.yaml")).replaceAll("(?s)tenants:.*", ""));
        assertFine(headgate("check", "conf/headgate.yaml", "routes.yaml", "tenants.yaml"));
    }

    @Test
    void a_rotated_key_shows_how_two_hashes_overlap() throws Exception {
        Result result = headgate("keys", "rotate", "acme", "web");

        assertFine(result);
        assertThat(result.out()).containsPattern("web: \\{ sha256: \\[\"[0-9a-f]{64}\", \"<the present hash>\"\\] }");
    }

    @Test
    void check_passes_good_files_in_every_combination() throws Exception {
        assertThat(headgate("check", "conf/headgate.yaml").out()).containsPattern("Fine: revision [0-9a-f]{6}");
        assertFine(headgate("check", "routes.yaml"));
        assertFine(headgate("check", "conf/headgate.yaml", "routes.yaml", "--format", "github"));
        Result json = headgate("check", "conf/headgate.yaml", "--format", "json");
        assertFine(json);
        assertThat(new ObjectMapper().readTree(json.out()).isArray()).isTrue();
    }

    @Test
    void check_knows_a_file_of_prices() throws Exception {
        Files.writeString(folder.resolve("tariff.yaml"), "version: 1\nprices: [{ model: x, price: { inptu: 1 } }]\n");
        Files.writeString(folder.resolve("prices.yaml"), "version: 1\nprices: [{ model: x, price: { input: 1 } }]\n");

        Result wrong = headgate("check", "tariff.yaml");
        assertThat(wrong.exit()).isEqualTo(1);
        assertThat(wrong.out()).contains("K001").contains("tariff.yaml:2:");
        assertThat(headgate("check", "prices.yaml").out()).isEqualTo("Fine: prices.\n");
        assertThat(headgate("check", "prices.yaml", "routes.yaml").out()).contains("Fine: revision");
    }

    @Test
    void check_points_at_a_problem_in_three_formats() throws Exception {
        Result text = headgate("check", "broken.yaml");
        Result json = headgate("check", "conf/headgate.yaml", "broken.yaml", "--format", "json");
        Result github = headgate("check", "broken.yaml", "--format=github");

        assertThat(List.of(text.exit(), json.exit(), github.exit())).containsOnly(1);
        assertThat(text.out()).contains("--> broken.yaml:5:19", "^^^^", "error");
        JsonNode problem = new ObjectMapper().readTree(json.out()).get(0);
        assertThat(problem.get("file").asText()).isEqualTo("broken.yaml");
        assertThat(problem.get("line").intValue()).isEqualTo(5);
        assertThat(github.out()).contains("::error file=broken.yaml,line=5,col=19");
        assertThat(text.err() + json.err() + github.err()).isEmpty();
    }

    @Test
    void check_refuses_wrong_usage() throws Exception {
        assertRefused(headgate("check"), "Missing required parameter: 'FILE'");
        assertRefused(headgate("check", "conf/headgate.yaml", "conf/headgate.yaml"), "only one settings file");
        assertRefused(headgate("check", "routes.yaml", "--format", "xml"), "'--format'");
    }

    @Test
    void schema_prints_json_schema_of_every_file() throws Exception {
        Map<String, String> members = Map.of("routes", "backends", "headgate", "listen", "prices", "prices");
        for (String file : members.keySet()) {
            Result result = headgate("schema", file);
            assertFine(result);
            JsonNode schema = new ObjectMapper().readTree(result.out());
            assertThat(schema.get("$schema").asText()).contains("json-schema.org");
            assertThat(schema.get("properties").has(members.get(file))).isTrue();
        }
        assertThat(headgate("schema").out())
                .isEqualTo(headgate("schema", "routes").out());
    }

    @Test
    void explain_shows_the_way_of_a_call() throws Exception {
        Result text = headgate("explain", "--model", "chat", "--key-id", "acme/web");
        assertFine(text);
        assertThat(text.out())
                .contains("acme/web: may use it", "chat (exact name)", "demo (demo), on", "unless the client sends it");

        Result body = headgate("explain", "--body", "request.json", "--format", "json");
        assertFine(body);
        JsonNode json = new ObjectMapper().readTree(body.out());
        assertThat(json.at("/targets/0/edits")).hasSize(1);
        assertThat(json.at("/targets/0/edits/0/value").asText()).isEqualTo("demo/lorem");
    }

    @Test
    void explain_fails_for_a_call_that_would_not_be_served() throws Exception {
        Result unknown = headgate("explain", "--model", "chta", "--routes", "routes.yaml");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.out()).contains("404 model_not_found");

        Result foreign = headgate("explain", "--model", "demo/echo", "--key-id", "closed/k");
        assertThat(foreign.exit()).isEqualTo(1);
        assertThat(foreign.out()).contains("refused, not in the tenant's mayUse");

        Result refused = headgate("explain", "--model", "chat", "--routes", "broken.yaml");
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("broken.yaml:5:19", "the configuration is refused");
        assertRefused(headgate("explain"), "--model is missing");
        assertRefused(headgate("explain", "--body", "nowhere.json"), "cannot read nowhere.json");
    }

    @Test
    void a_misspelt_word_is_answered_with_the_nearest() throws Exception {
        assertRefused(headgate("chekc"), "unknown command 'chekc'; did you mean 'check'?");
        assertRefused(headgate("--prot", "0"), "unknown option '--prot'; did you mean '--port'?");
        assertRefused(headgate("keys", "creat"), "did you mean 'create'?");
        assertRefused(headgate("keys"), "Missing required subcommand");
    }

    @Test
    void run_refuses_ports_that_there_are_not() throws Exception {
        assertRefused(headgate("run", "--port", "65536"), "--port must be from 0 to 65535, not 65536");
        assertRefused(headgate("--admin-port", "-1"), "--admin-port must be from 0 to 65535, not -1");
        assertRefused(headgate("run", "--port", "http"), "'--port'");
    }

    @Test
    void the_launchers_own_settings_serve_a_folder_that_has_none() throws Exception {
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));

        Result result = Shell.run(elsewhere, Map.of(), LAUNCHER, "explain", "--model", "demo/echo");

        assertFine(result);
    }

    static Stream<String> examples() {
        return examples(HeadgateCommand.commandLine());
    }

    @ParameterizedTest
    @MethodSource("examples")
    void every_example_of_the_help_works(String example) throws Exception {
        String[] arguments = example.substring("headgate ".length()).split(" ");
        if (asksAGateway(example) || arguments[0].equals("run")) {
            HeadgateCommand.commandLine().parseArgs(arguments);
        } else {
            assertFine(headgate(arguments));
        }
    }

    /** Those need one that runs; AdminCommandsIT has it. */
    private static boolean asksAGateway(String example) {
        return example.matches("headgate (usage|limits|keys revoke).*|.* --live");
    }

    @Test
    void every_command_has_a_description_and_an_example() {
        all(HeadgateCommand.commandLine()).forEach(command -> {
            CommandLine.Help help = command.getHelp();
            assertThat(help.header() + help.description())
                    .as(command.getCommandName())
                    .isNotBlank();
            assertThat(examples(command)).as(command.getCommandName()).isNotEmpty();
        });
    }

    @Test
    void tells_what_cpu_the_verbs_take() throws Exception {
        for (String verb : List.of(
                "version", "keys create acme web", "schema", "check conf/headgate.yaml", "explain --model chat")) {
            Result result =
                    Shell.run(folder, Map.of(), Path.of("/bin/sh"), "-c", LAUNCHER + " " + verb + " >/dev/null; times");
            assertThat(result.out()).matches("(?s)\\d+m.*");
            System.out.println("CPU (user sys) of '" + verb + "': "
                    + result.out().lines().toList().getLast());
        }
    }

    private Result headgate(String... arguments) throws IOException, InterruptedException {
        return Shell.run(folder, Map.of(), LAUNCHER, arguments);
    }

    private static void assertFine(Result result) {
        assertThat(result.err()).isEmpty();
        assertThat(result.exit()).isZero();
    }

    private static void assertRefused(Result result, String message) {
        assertThat(result.err()).contains(message, "--help'");
        assertThat(result.out()).isEmpty();
        assertThat(result.exit()).isEqualTo(2);
    }

    private static Stream<String> examples(CommandLine command) {
        return all(command)
                .flatMap(each ->
                        Arrays.stream(each.getCommandSpec().usageMessage().footer()))
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> line.startsWith("headgate "));
    }

    private static Stream<CommandLine> all(CommandLine command) {
        return Stream.concat(
                Stream.of(command), command.getSubcommands().values().stream().flatMap(CliIT::all));
    }
}
