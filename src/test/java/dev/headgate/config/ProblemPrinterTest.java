// SPDX-License-Identifier: Apache-2.0
package dev.headgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The texts are part of the product: people and CI jobs read them. */
class ProblemPrinterTest {
    private static final String UNKNOWN_MODEL = """
            version: 1

            backends:
              demo: { type: demo }


            models:
              # the model that everybody means
              gpt-4o: { backend: demo }


            routes:


              chat-default:

                stable: gpt-4
            """;

    private static String text(String routes) {
        return ProblemPrinter.text(Reading.of(routes).problems());
    }

    @Test
    void names_the_nearest_model_and_where_it_is_declared() {
        List<Problem> problems = Reading.of(UNKNOWN_MODEL).problems();
        assertThat(ProblemPrinter.text(problems, "41c9f2")).isEqualTo("""
                        error[R012]: route "chat-default" points to unknown model "gpt-4"
                          --> routes.yaml:17:13
                           |
                        17 |     stable: gpt-4
                           |             ^^^^^ no such model
                           = hint: did you mean "gpt-4o"? (declared at line 9)
                        1 error. Running configuration (revision 41c9f2) is unchanged.""");
    }

    @Test
    void names_the_nearest_key() {
        assertThat(text("backends:\n  d: { type: demo, optinal: true }\n")).isEqualTo("""
                        error[K001]: unknown key "optinal" in backends.d
                         --> routes.yaml:2:20
                          |
                        2 |   d: { type: demo, optinal: true }
                          |                    ^^^^^^^
                          = hint: did you mean "optional"?
                        1 error.""");
    }

    @Test
    void shows_both_places_of_a_duplicate_key() {
        assertThat(text("routes: {}\nversion: 1\nroutes: {}\n")).isEqualTo("""
                        error[Y008]: "routes" is defined twice
                         --> routes.yaml:3:1
                          |
                        3 | routes: {}
                          | ^^^^^^ first at line 1, column 1
                        1 error.""");
    }

    @Test
    void says_that_a_word_is_for_later() {
        assertThat(text("flags:\n  at: [80%]\n")).isEqualTo("""
                        error[K002]: "flags" belongs to a feature that this version does not have yet (flags and rollouts)
                         --> routes.yaml:1:1
                          |
                        1 | flags:
                          | ^^^^^
                          = hint: leave it out; no word is read and then ignored
                        1 error.""");
    }

    @Test
    void names_the_variable_of_a_missing_secret() {
        assertThat(text("backends:\n  o: { baseUrl: \"https://x/v1\", apiKeys: [env:NOPE] }\n"))
                .isEqualTo("""
                        error[S002]: environment variable NOPE is not set
                         --> routes.yaml:2:43
                          |
                        2 |   o: { baseUrl: "https://x/v1", apiKeys: [env:NOPE] }
                          |                                           ^^^^^^^^
                          = hint: set it, or say optional: true to start with this backend off
                        1 error.""");
    }

    @Test
    void blots_out_a_secret_that_is_written_as_plain_text_wherever_its_line_is_shown() {
        assertThat(text("backends:\n  o: { baseUrl: 5, apiKeys: [topsecret], typ: demo }\n"))
                .isEqualTo("""
                        error[B001]: baseUrl must be an absolute http or https URL without user, query and fragment
                         --> routes.yaml:2:17
                          |
                        2 |   o: { baseUrl: 5, apiKeys: [*********], typ: demo }
                          |                 ^
                          = hint: such as "https://api.openai.com/v1"

                        error[S001]: expected env:NAME or file:/absolute/path, never the secret itself
                         --> routes.yaml:2:30
                          |
                        2 |   o: { baseUrl: 5, apiKeys: [*********], typ: demo }
                          |                              ^^^^^^^^^
                          = hint: put the secret into an environment variable or a file

                        error[K001]: unknown key "typ" in backends.o
                         --> routes.yaml:2:42
                          |
                        2 |   o: { baseUrl: 5, apiKeys: [*********], typ: demo }
                          |                                          ^^^
                          = hint: did you mean "type"?
                        3 errors.""");
    }

    @Test
    void tells_a_problem_of_a_whole_file_without_a_line() {
        assertThat(text("# nothing\n")).isEqualTo("""
                        error[Y002]: the file is empty
                         --> routes.yaml
                          = hint: an empty file is never taken as a configuration without routes
                        1 error.""");
    }

    @Test
    void counts_warnings_apart() {
        String yaml = "tenants: { t: { keys: { k: { sha256: [%s] } } } }\n".formatted("ab".repeat(32));
        assertThat(text(yaml)).startsWith("warning[T006]").endsWith("\n1 warning.");
        assertThat(text(yaml + "x: 1\n")).endsWith("\n1 error, 1 warning.");
        assertThat(ProblemPrinter.text(List.of())).isEqualTo("0 errors.");
    }

    @Test
    void shows_fifty_problems_and_counts_the_rest() {
        StringBuilder yaml = new StringBuilder();
        for (int i = 0; i < 60; i++) {
            yaml.append("zzz").append(i).append(": 1\n");
        }
        assertThat(text(yaml.toString())).contains("… and 10 more").endsWith("60 errors.");
    }

    @Test
    void lets_no_control_character_of_a_file_through() {
        String text = text("\"a\\e[31m\\n\": 1\n");
        assertThat(text).contains("\\u001b[31m\\u000a").doesNotContain("\u001b");
    }

    @Test
    void does_not_print_a_line_as_long_as_the_file() {
        assertThat(text("x: 1 # " + "y".repeat(100_000))).hasSizeLessThan(1_000);
        assertThat(text("{ a: \"" + "y".repeat(100_000) + "\", b: 1 }")).hasSizeLessThan(1_000);
    }

    @Test
    void writes_json_that_a_parser_reads() throws Exception {
        JsonNode array = new ObjectMapper()
                .readTree(ProblemPrinter.json(Reading.of(UNKNOWN_MODEL).problems()));
        JsonNode problem = array.get(0);
        assertThat(array).hasSize(1);
        assertThat(problem.get("severity").asText()).isEqualTo("error");
        assertThat(problem.get("code").asText()).isEqualTo("R012");
        assertThat(problem.get("file").asText()).isEqualTo("routes.yaml");
        assertThat(problem.get("line").asInt()).isEqualTo(17);
        assertThat(problem.get("column").asInt()).isEqualTo(13);
        assertThat(problem.get("length").asInt()).isEqualTo(5);
        assertThat(problem.get("sourceLine").asText()).isEqualTo("    stable: gpt-4");
        assertThat(problem.get("label").asText()).isEqualTo("no such model");
    }

    @Test
    void writes_annotations_for_github() {
        assertThat(ProblemPrinter.github(Reading.of(UNKNOWN_MODEL).problems()))
                .isEqualTo("::error file=routes.yaml,line=17,col=13,title=R012::"
                        + "route \"chat-default\" points to unknown model \"gpt-4\""
                        + "%0Ahint: did you mean \"gpt-4o\"? (declared at line 9)");
    }
}
