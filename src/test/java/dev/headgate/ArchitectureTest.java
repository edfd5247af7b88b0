// SPDX-License-Identifier: Apache-2.0
package dev.headgate;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.nameMatching;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noFields;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.JavaParameterizedType;
import com.tngtech.archunit.core.domain.JavaType;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.headgate.pipeline.Stage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The boundaries inside the one module; CONTRIBUTING.md has them as a table, with what each package is for. */
class ArchitectureTest {
    private static final String BASE = "dev.headgate";

    /** Everything that {@code main} holds; read once, because it takes a second. */
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages(BASE);

    /**
     * Which packages a package may use besides itself, {@code call} and {@code pipeline}. The root and {@code config} may use
     * all: the root joins everything, and {@code config} compiles words into each feature's own types.
     */
    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("call", Set.of()),
            Map.entry("pipeline", Set.of()),
            Map.entry("auth", Set.of()),
            Map.entry("http", Set.of()),
            Map.entry("routing", Set.of()),
            Map.entry("metering", Set.of()),
            Map.entry("audit", Set.of()),
            Map.entry("telemetry", Set.of()),
            Map.entry("upstream", Set.of()),
            // Walks the targets that a route gives it.
            Map.entry("resilience", Set.of("routing")),
            // Notes in a journal what it grants.
            Map.entry("quota", Set.of("metering")),
            // Hears where limits stand.
            Map.entry("alert", Set.of("quota")),
            // Keeps, behind ports, who owns which object, what was used, what calls took, which alerts are told, and
            // what operators
            // changed.
            Map.entry("store", Set.of("alert", "audit", "auth", "metering", "quota")),
            // Shows what is running: routes, backends, keys, usage, limits; changes limits and keys, and notes it.
            Map.entry("admin", Set.of("audit", "auth", "config", "metering", "quota", "routing")),
            // Checks files, explains routes and makes keys; the root package is the door to the server.
            Map.entry("cli", Set.of("", "alert", "auth", "config", "quota", "routing")));

    private static final List<String> STRING_TO_OBJECT = List.of(String.class.getName(), Object.class.getName());

    private static final Set<String> SEE_ALL = Set.of("", "config");

    @Test
    void the_vocabulary_depends_on_nothing_else_in_the_project() {
        check(noClasses().that(resideInAPackage(BASE + ".call")).should().dependOnClassesThat(projectOutside("call")));
    }

    @Test
    void packages_depend_only_on_what_their_row_of_the_table_allows() {
        Map<String, Set<String>> surplus = new TreeMap<>();
        uses().forEach((from, uses) -> {
            if (!SEE_ALL.contains(from)) {
                assertThat(ALLOWED).as("a row for every package").containsKey(from);
                Set<String> more = new TreeSet<>(uses);
                more.removeAll(ALLOWED.getOrDefault(from, Set.of()));
                if (!from.equals("call")) {
                    more.removeAll(Set.of("call", "pipeline"));
                }
                if (!more.isEmpty()) {
                    surplus.put(from, more);
                }
            }
        });
        assertThat(surplus).isEmpty();
    }

    @Test
    void the_table_allows_nothing_that_is_not_used() {
        Map<String, Set<String>> uses = uses();
        ALLOWED.forEach((from, allowed) -> {
            if (uses.containsKey(from)) {
                assertThat(uses.get(from)).as("what %s uses", from).containsAll(allowed);
            }
        });
    }

    @Test
    void configuration_depends_on_no_package_that_talks_to_the_network() {
        check(noClasses()
                .that(resideInAPackage(BASE + ".config.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        BASE + ".http..", BASE + ".upstream..", BASE + ".admin..", BASE + ".cli..", BASE)));
    }

    @Test
    void packages_form_no_cycle() {
        check(slices().matching(BASE + ".(*)..").should().beFreeOfCycles());
    }

    @Test
    void backends_are_reached_only_from_upstream() {
        check(noClasses()
                .that(resideInAPackage(BASE + "..").and(not(resideInAPackage(BASE + ".upstream.."))))
                .should()
                .dependOnClassesThat(
                        nameMatching("io\\.vertx\\.core\\.http\\.HttpClient.*|io\\.vertx\\.ext\\.web\\.client\\..*")));
    }

    @Test
    void servers_are_spoken_of_only_in_http_and_admin() {
        // The root hands the listener's options from the settings to the server; it handles no request.
        check(
                noClasses()
                        .that(resideInAPackage(BASE + "..")
                                .and(not(resideInAnyPackage(BASE + ".http..", BASE + ".admin..", BASE))))
                        .should()
                        .dependOnClassesThat(
                                nameMatching(
                                        "io\\.vertx\\.core\\.http\\.HttpServer.*|io\\.vertx\\.ext\\.web\\.[A-Z].*|io\\.vertx\\.ext\\.web\\.handler\\..*")));
        check(noClasses()
                .that(resideInAPackage(BASE))
                .should()
                .dependOnClassesThat(nameMatching(
                        "io\\.vertx\\.core\\.http\\.HttpServer(Request|Response)?|io\\.vertx\\.ext\\.web\\..*")));
    }

    @Test
    void drivers_are_known_only_to_stores() {
        check(noClasses()
                .that(not(resideInAPackage(BASE + ".store..")))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "java.sql..", "javax.sql..", "io.vertx.redis..", "org.sqlite..", "org.postgresql..")));
    }

    @Test
    void the_command_starts_without_loading_the_server() {
        check(noClasses()
                .that(resideInAPackage(BASE + ".cli.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx..", "io.netty..")));
    }

    @Test
    void nobody_waits_on_an_event_loop() {
        check(noClasses()
                .should()
                .callMethodWhere(named("sleep on a thread", Thread.class, "sleep"))
                .orShould()
                .callMethodWhere(named("await a future", io.vertx.core.Future.class, "await"))
                .orShould()
                .callMethodWhere(named("run an event loop's turn to its end", io.vertx.core.Vertx.class, "await")));
    }

    @Test
    void only_the_command_and_the_start_print() {
        check(noClasses()
                .that(not(resideInAPackage(BASE + ".cli..").or(belongToAnyOf(Main.class))))
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err"));
    }

    @Test
    void no_static_field_can_be_assigned_again() {
        check(noFields().that().areStatic().and(notMadeByTheCompiler()).should().notBeFinal());
    }

    @Test
    void no_static_field_holds_what_changes() {
        check(
                noFields()
                        .that()
                        .areStatic()
                        .should()
                        .haveRawType(
                                nameMatching(
                                        "java\\.util\\.concurrent\\..*|java\\.util\\.(Hash|Linked|Tree|Array|Identity|Weak|Enum)\\w*(Map|Set|List|Deque)|java\\.util\\.BitSet|java\\.lang\\.StringBuilder|java\\.lang\\.ThreadLocal")));
    }

    @Test
    void stages_have_typed_facts_and_no_state_of_a_call() {
        Set<JavaClass> stages = CLASSES.stream()
                .filter(c -> c.isAssignableTo(Stage.class) || c.isAssignableTo(Stage.Next.class))
                .filter(c -> !c.isInterface())
                .collect(Collectors.toSet());
        assertThat(stages).hasSizeGreaterThan(3);
        for (JavaClass stage : stages) {
            assertThat(stage.getFields().stream().filter(f -> !f.getModifiers().contains(JavaModifier.FINAL)))
                    .as("fields of %s that can be assigned again", stage.getSimpleName())
                    .isEmpty();
            assertThat(typesIn(stage).filter(ArchitectureTest::isStringMap))
                    .as("untyped maps in %s", stage.getSimpleName())
                    .isEmpty();
        }
    }

    private static Stream<JavaType> typesIn(JavaClass owner) {
        return Stream.concat(
                owner.getFields().stream().map(JavaField::getType),
                owner.getMethods().stream()
                        .flatMap(m -> Stream.concat(Stream.of(m.getReturnType()), m.getParameterTypes().stream())));
    }

    private static boolean isStringMap(JavaType type) {
        if (!(type instanceof JavaParameterizedType generic)) {
            return false;
        }
        List<JavaType> arguments = generic.getActualTypeArguments();
        return (type.toErasure().isAssignableTo(Map.class)
                        && arguments.stream().map(JavaType::getName).toList().equals(STRING_TO_OBJECT))
                || arguments.stream().anyMatch(ArchitectureTest::isStringMap);
    }

    /** For each package below the base, which others its classes use; {@code ""} is the base itself. */
    private static Map<String, Set<String>> uses() {
        Map<String, Set<String>> uses = new TreeMap<>();
        for (JavaClass c : CLASSES) {
            Set<String> to = uses.computeIfAbsent(slice(c), s -> new TreeSet<>());
            c.getDirectDependenciesFromSelf().stream()
                    .map(d -> d.getTargetClass().getBaseComponentType())
                    .filter(target -> isProject(target) && !slice(target).equals(slice(c)))
                    .forEach(target -> to.add(slice(target)));
        }
        return uses;
    }

    private static boolean isProject(JavaClass c) {
        return c.getPackageName().equals(BASE) || c.getPackageName().startsWith(BASE + ".");
    }

    private static String slice(JavaClass c) {
        String name = c.getPackageName();
        return name.equals(BASE) ? "" : name.substring(BASE.length() + 1).split("\\.", 2)[0];
    }

    private static DescribedPredicate<JavaClass> projectOutside(String slice) {
        return DescribedPredicate.describe(
                "are in another package of the project", c -> isProject(c) && !slice(c).equals(slice));
    }

    private static DescribedPredicate<JavaMethodCall> named(String what, Class<?> owner, String method) {
        return DescribedPredicate.describe(
                what,
                call -> call.getTargetOwner().isAssignableTo(owner)
                        && call.getName().equals(method));
    }

    /** {@code assert} and enums make fields of their own. */
    private static DescribedPredicate<JavaField> notMadeByTheCompiler() {
        return DescribedPredicate.describe("written by hand", f -> !f.getName().contains("$"));
    }

    private static void check(ArchRule rule) {
        rule.check(CLASSES);
    }
}
