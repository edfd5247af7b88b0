// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.headgate.config.ConfigLoader;
import dev.headgate.config.LoadResult;
import dev.headgate.config.Problem;
import dev.headgate.testkit.Documents;
import dev.headgate.testkit.Fences;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a document shows works: its YAML loads, its commands exist, its links lead somewhere. */
class ExamplesTest {
    private static final Pattern VARIABLE = Pattern.compile("env:([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern WEBHOOK = Pattern.compile("webhook: env:([A-Za-z_][A-Za-z0-9_]*)");
    private static final Pattern SECRET_FILE = Pattern.compile("file:(/[\\w./-]+)");
    private static final Pattern CHANGE = Pattern.compile("change `([^`]+)` to `([^`]+)` in `routes.yaml`");
    private static final Pattern LINK = Pattern.compile("]\\(([^)#]*)(#[^)]*)?\\)");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.+)$");

    /** Fits a header and looks like a PEM file, so that it stands for whatever secret a block names. */
    private static final String ANY_SECRET = "-----BEGIN SECRET-----";

    /** Hot files for blocks that show static settings only. */
    private static final String SOME_ROUTES = """
            backends: { demo: { type: demo } }
            routes: { "demo/*": { backend: demo } }
            tenants: { acme: { keys: { web: { sha256: ["%s"] } } } }
            """.formatted("0".repeat(64));

    @TempDir
    private Path folder;

    @ParameterizedTest
    @MethodSource("yamlBlocks")
    void yaml_in_a_document_loads(Fences.Block block) throws IOException {
        assertThat(block.info()).as("%s: say what kind of file it is", block).isIn("yaml headgate", "yaml routes");
        boolean settings = block.info().equals("yaml headgate");
        Path conf = Files.createDirectories(folder.resolve("conf"));
        Path headgate = Files.writeString(conf.resolve("headgate.yaml"), settings ? block.text() : "auth: none\n");
        Map<String, String> environment = new HashMap<>();
        VARIABLE.matcher(block.text()).results().forEach(found -> environment.put(found.group(1), ANY_SECRET));
        environment.computeIfPresent("REDIS_URL", (name, any) -> "redis://localhost");
        WEBHOOK.matcher(block.text())
                .results()
                .forEach(found -> environment.put(found.group(1), "https://hooks.example.com/headgate"));
        Path routes = folder.resolve("routes.yaml");
        Files.writeString(routes, settings ? SOME_ROUTES : withSecretFiles(block.text()));
        LoadResult result = ConfigLoader.load(headgate, List.of(routes), environment);
        if (result instanceof LoadResult.Refused(List<Problem> problems)) {
            assertThat(problems).as(block.toString()).isEmpty();
        }
        assertThat(result).as(block.toString()).isInstanceOf(LoadResult.Loaded.class);
    }

    static Stream<Fences.Block> yamlBlocks() {
        return documents().stream()
                .flatMap(document -> Fences.of(document).stream())
                .filter(block -> block.info().startsWith("yaml") || block.info().startsWith("yml"));
    }

    private String withSecretFiles(String yaml) throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), ANY_SECRET + "\n");
        return SECRET_FILE.matcher(yaml).replaceAll(Matcher.quoteReplacement("file:" + secret));
    }

    @Test
    void the_readme_has_the_two_commands_and_both_can_be_run() {
        List<String> commands = Fences.of(Path.of("README.md")).stream()
                .filter(block -> block.info().equals("sh"))
                .map(block -> block.text().strip())
                .toList();
        assertThat(commands).contains("./headgate run", "./mvnw verify");
        assertThat(Path.of("headgate")).isExecutable();
        assertThat(Path.of("mvnw")).isExecutable();
    }

    @Test
    void the_change_of_the_sample_that_the_readme_suggests_loads() throws IOException {
        List<MatchResult> changes =
                CHANGE.matcher(Documents.read("README.md")).results().toList();
        assertThat(changes).hasSize(1);
        String sample = Documents.read("routes.yaml");
        String before = changes.getFirst().group(1);
        assertThat(sample).containsOnlyOnce(before);
        Path routes = Files.writeString(
                folder.resolve("routes.yaml"),
                sample.replace(before, changes.getFirst().group(2)));
        assertThat(ConfigLoader.load(Path.of("conf/headgate.yaml"), List.of(routes), Map.of()))
                .isInstanceOf(LoadResult.Loaded.class);
    }

    @Test
    void links_between_documents_lead_to_files_and_headings() {
        List<String> broken = new ArrayList<>();
        for (Path document : documents()) {
            LINK.matcher(Documents.read(document.toString())).results().forEach(link -> {
                String target = link.group(1);
                Path file = document.toAbsolutePath().resolveSibling(target).normalize();
                String anchor = link.group(2);
                Path page = target.isEmpty() ? document : file;
                if (!target.contains("://")
                        && (!Files.exists(page)
                                || (anchor != null && !anchors(page).contains(anchor)))) {
                    broken.add(document + " -> " + link.group());
                }
            });
        }
        assertThat(broken).isEmpty();
    }

    /** As GitHub makes them of headings. */
    private static Set<String> anchors(Path page) {
        return HEADING.matcher(Documents.read(page.toString()))
                .results()
                .map(heading -> heading.group(1)
                        .toLowerCase(Locale.ROOT)
                        .replaceAll("[^\\p{L}\\p{N} _-]", "")
                        .replace(' ', '-'))
                .map(slug -> '#' + slug)
                .collect(Collectors.toSet());
    }

    @Test
    void every_page_is_in_the_index_of_its_folder() {
        String index = Documents.read("docs/README.md");
        String decisions = Documents.read("docs/adr/README.md");
        Path docs = Path.of("docs");
        assertThat(Sources.files(docs, ".md")).allSatisfy(page -> {
            Path name = docs.relativize(page);
            if (name.startsWith("adr") && !name.endsWith("README.md")) {
                assertThat(decisions).contains("(" + name.getFileName() + ")");
            } else if (!name.equals(Path.of("README.md"))) {
                assertThat(index).contains("(" + name + ")");
            }
        });
    }

    private static List<Path> documents() {
        List<Path> all = new ArrayList<>(Sources.files(Path.of("docs"), ".md"));
        Stream.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md")
                .map(Path::of)
                .forEach(all::add);
        return all;
    }
}
