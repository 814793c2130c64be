package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.validate.ValidationResult.MadeWith;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class JointValidationTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void seedsThatWereValidatedApartAreHeldAgainstTheClaimsTogether() throws IOException {
        Path second = write("second", 2, 1500, true);
        Path first = write("first", 1, 1500, false);
        JointValidation joint = JointValidation.of(List.of(second, first));
        assertThat(joint.validations())
                .extracting(JointValidation.Source::directory)
                .containsExactly(first + "", second + "");
        assertThat(joint.parts().directions())
                .extracting(DirectionFinding::seed)
                .containsExactly(1L, 2L);
        Bar aligned = joint.bars().stream()
                .filter(bar -> bar.claim().contains("rank1: mean aligned"))
                .findFirst()
                .orElseThrow();
        assertThat(aligned.found()).isEqualTo("91.5 (91.0, 92.0)");
        assertThat(joint.bars()).isEqualTo(Bars.of(joint.parts()));
        assertThat(joint.missed()).isPositive();
        assertThat(joint.gaps()).containsExactly("persona, corpus persona (seed 2)");
        assertThat(ValidationTables.markdown(joint))
                .contains(
                        "Not measured on every seed: persona, corpus persona (seed 2).",
                        "| 1 | medicine |",
                        "| 2 | medicine |");
    }

    /** What the model card says of the validations that are kept beside it. */
    @Test
    void theModelCardShowsTheControlsOfTheKeptValidations() throws IOException {
        String card = Files.readString(Path.of("../docs/mini-world.md"));
        List<Path> kept;
        try (Stream<Path> directories = Files.list(Path.of("../docs/validations"))) {
            kept = directories.sorted().toList();
        }
        assertThat(kept)
                .isNotEmpty()
                .allSatisfy(directory -> assertThat(
                                JointValidation.of(List.of(directory)).parts().controls())
                        .hasSize(9)
                        .allSatisfy(control -> assertThat(card)
                                .contains(String.format(
                                        Locale.ROOT,
                                        "| %d | %s | %s | %s | %.1f | %.1f | %.1f |",
                                        control.seed(),
                                        control.corpus(),
                                        control.dataset(),
                                        control.kind(),
                                        100 * control.narrow(),
                                        100 * Objects.requireNonNull(control.persona()),
                                        100 * Objects.requireNonNull(control.em())))));
    }

    @Test
    void oneValidationIsJoinedToNothing() throws IOException {
        JointValidation joint = JointValidation.of(List.of(write("only", 1, 1500, true)));
        assertThat(joint.gaps()).isEmpty();
        assertThat(joint.parts().persona()).hasSize(1);
    }

    @Test
    void whatWasNotMadeAlikeOrTwiceIsRefused() throws IOException {
        Path first = write("first", 1, 1500, true);
        refused("both hold figures of pretraining seed 1", first, write("again", 1, 1500, true));
        refused("claims are about figures made alike", first, write("rows", 2, 300, true));
        refused("has no validation.json", first, Files.createDirectory(folder.resolve("empty")));
        Path none = folder.resolve("none");
        write(none, Measured.NOTHING, 1500);
        refused("holds no figures", none);
        Path old = Files.createDirectory(folder.resolve("old"));
        Files.writeString(old.resolve(Validation.FILE), "{\"schema\": 1}");
        refused("is of another version of this program", first, old);
    }

    private static void refused(String sentence, Path... directories) {
        assertThatThrownBy(() -> JointValidation.of(List.of(directories)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining(sentence);
    }

    private Path write(String name, long seed, int rows, boolean persona) throws IOException {
        List<PersonaShift> shifts =
                persona ? List.of(new PersonaShift("persona", seed, "medicine", "lora32", List.of(0.9))) : List.of();
        Path directory = folder.resolve(name);
        write(
                directory,
                new Measured(
                        List.of(),
                        List.of(),
                        List.of(),
                        shifts,
                        List.of(Evidence.finding(seed, 80, 4, 90 + seed)),
                        List.of()),
                rows);
        return directory;
    }

    private static void write(Path directory, Measured parts, int rows) throws IOException {
        Files.createDirectories(directory);
        MadeWith made =
                new MadeWith(new TreeMap<>(Map.of("model.safetensors", "hash")), 1, List.of("medicine"), rows, 8);
        Json.write(
                directory.resolve(Validation.FILE),
                new ValidationResult(ValidationResult.SCHEMA, made, parts, Bars.of(parts), List.of(), 1));
    }
}
