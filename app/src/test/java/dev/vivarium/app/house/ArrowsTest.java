package dev.vivarium.app.house;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.ObjectInputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The arrows of docs/architecture.md, and what no class of the program may do. */
final class ArrowsTest {
    private static final String ROOT = "dev.vivarium.";

    /** Each package and those it may use; a new package is a new line here and in the picture. */
    private static final Map<String, Set<String>> ARROWS = Map.ofEntries(
            Map.entry("engine.base", Set.of()),
            Map.entry("engine.tensor", Set.of("engine.base")),
            Map.entry("engine.weights", Set.of("engine.tensor", "engine.base")),
            Map.entry("engine.text", Set.of("engine.base")),
            Map.entry("engine.gguf", Set.of("engine.text", "engine.weights", "engine.base")),
            Map.entry("engine.model", Set.of("engine.weights", "engine.tensor", "engine.base")),
            Map.entry("engine.adapter", Set.of("engine.model", "engine.weights", "engine.tensor", "engine.base")),
            Map.entry(
                    "engine.train",
                    Set.of(
                            "engine.adapter",
                            "engine.model",
                            "engine.text",
                            "engine.weights",
                            "engine.tensor",
                            "engine.base")),
            Map.entry("engine.capture", Set.of("engine.adapter", "engine.model", "engine.tensor", "engine.base")),
            Map.entry(
                    "engine.generate",
                    Set.of(
                            "engine.capture",
                            "engine.adapter",
                            "engine.model",
                            "engine.text",
                            "engine.tensor",
                            "engine.base")),
            Map.entry("lab.data", Set.of("engine")),
            Map.entry("lab.net", Set.of("engine.base")),
            Map.entry("lab.hub", Set.of("lab.net", "engine")),
            Map.entry("lab.run", Set.of("lab.hub", "lab.data", "engine")),
            Map.entry("lab.inspect", Set.of("engine")),
            Map.entry("lab.talk", Set.of("lab.run", "lab.data", "engine")),
            Map.entry("lab.statistics", Set.of("engine.base")),
            Map.entry("lab.likelihood", Set.of("lab.statistics", "lab.data", "engine")),
            Map.entry("lab.evaluate", Set.of("lab.statistics", "lab.run", "lab.data", "engine")),
            Map.entry("lab.score", Set.of("lab.evaluate", "lab.statistics", "lab.data", "engine.base")),
            Map.entry(
                    "lab.results",
                    Set.of("lab.score", "lab.evaluate", "lab.statistics", "lab.run", "lab.data", "engine.base")),
            Map.entry(
                    "lab.report",
                    Set.of(
                            "lab.results",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.data",
                            "engine.text",
                            "engine.base")),
            Map.entry(
                    "lab.judge",
                    Set.of(
                            "lab.likelihood",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.net",
                            "lab.data",
                            "engine")),
            Map.entry(
                    "lab.query",
                    Set.of("lab.results", "lab.score", "lab.evaluate", "lab.statistics", "lab.run", "engine.base")),
            Map.entry(
                    "lab.export",
                    Set.of("lab.results", "lab.score", "lab.evaluate", "lab.statistics", "lab.run", "engine.base")),
            Map.entry("lab.trajectory", Set.of("lab.run", "engine")),
            Map.entry(
                    "lab.direction",
                    Set.of(
                            "lab.report",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.hub",
                            "lab.data",
                            "engine")),
            Map.entry(
                    "lab.scalar",
                    Set.of(
                            "lab.direction",
                            "lab.results",
                            "lab.report",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "engine")),
            Map.entry(
                    "lab.twin",
                    Set.of(
                            "lab.phase",
                            "lab.scalar",
                            "lab.trajectory",
                            "lab.report",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.data",
                            "engine")),
            Map.entry(
                    "lab.steering",
                    Set.of(
                            "lab.direction",
                            "lab.report",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.hub",
                            "lab.data",
                            "engine")),
            Map.entry(
                    "lab.phase",
                    Set.of(
                            "lab.trajectory",
                            "lab.report",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.data",
                            "engine")),
            Map.entry("lab.world", Set.of("lab.likelihood", "lab.evaluate", "lab.run", "lab.data", "engine")),
            Map.entry(
                    "lab.demo",
                    Set.of(
                            "lab.world",
                            "lab.report",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.hub",
                            "lab.data",
                            "engine")),
            Map.entry(
                    "lab.validate",
                    Set.of(
                            "lab.demo",
                            "lab.phase",
                            "lab.trajectory",
                            "lab.steering",
                            "lab.direction",
                            "lab.world",
                            "lab.score",
                            "lab.evaluate",
                            "lab.statistics",
                            "lab.run",
                            "lab.hub",
                            "lab.data",
                            "engine")),
            Map.entry("app.cli", Set.of("lab", "engine")));

    private static JavaClasses program;

    @BeforeAll
    static void read() {
        program = new ClassFileImporter()
                .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.vivarium");
    }

    @Test
    void everyPackageUsesOnlyThoseBelowIt() {
        ARROWS.forEach((name, allowed) -> {
            List<String> packages = new ArrayList<>(List.of(ROOT + name + ".."));
            allowed.forEach(other -> packages.add(ROOT + other + ".."));
            classes()
                    .that()
                    .resideInAPackage(ROOT + name + "..")
                    .should()
                    .onlyDependOnClassesThat(resideInAnyPackage(packages.toArray(String[]::new))
                            .or(resideOutsideOfPackage("dev.vivarium..")))
                    .because("docs/architecture.md lets " + name + " use " + allowed + " only")
                    .check(program);
        });
    }

    @Test
    void everyPackageIsInTheTableOfArrows() {
        Set<String> found = new TreeSet<>();
        program.forEach(type -> found.add(type.getPackageName().substring(ROOT.length())));
        assertThat(found).isEqualTo(new TreeSet<>(ARROWS.keySet()));
    }

    @Test
    void onlyTheEngineTouchesLibtorch() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + "engine..")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.bytedeco..")
                .check(program);
    }

    @Test
    void nothingLoadsCodeOrPickles() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .belongToAnyOf(ObjectInputStream.class, ClassLoader.class)
                .orShould()
                .dependOnClassesThat()
                .resideInAnyPackage("java.lang.reflect..", "javax.script..", "sun.misc..", "jdk.internal..")
                .check(program);
    }

    @Test
    void randomNumbersAreCountedAndNotDrawn() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "engine.base.CounterRandom")
                .should()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.Random")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.util.SplittableRandom")
                .orShould()
                .callMethod(Math.class, "random")
                .check(program);
    }

    @Test
    void noStateIsStaticAndMutable() {
        fields().that().areStatic().should().beFinal().check(program);
    }

    @Test
    void onlyTheEntryEndsTheProcess() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(ROOT + "app.cli.Main")
                .should()
                .callMethod(System.class, "exit", int.class)
                .check(program);
    }
}
