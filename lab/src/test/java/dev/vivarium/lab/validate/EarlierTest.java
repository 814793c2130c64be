package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.validate.Validation.Part;
import dev.vivarium.lab.validate.ValidationResult.MadeWith;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EarlierTest {
    private static final Measured ALL = new Measured(
            List.of(),
            List.of(),
            List.of(),
            List.of(new PersonaShift("persona", 1, "medicine", "lora32", List.of(0.9))),
            List.of(Evidence.finding(1, 80, 4, 92)),
            List.of(Evidence.training(0, true, true, true)));

    @TempDir
    private Path folder = Path.of("");

    @Test
    void partsMadeWithTheSameStayAsTheyWere() throws IOException {
        Earlier earlier = earlier(made("a", 1), made("a", 1), EnumSet.of(Part.DYNAMICS));
        assertThat(earlier.kept()).isEqualTo(ALL);
        assertThat(earlier.dropped()).isEmpty();
    }

    @Test
    void aPartThatIsMeasuredAgainReplacesTheEarlierOne() {
        Measured now = new Measured(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(Evidence.training(7, false, false, false)));
        Measured both = now.orElse(EnumSet.of(Part.DYNAMICS), ALL);
        assertThat(both.dynamics()).isEqualTo(now.dynamics());
        assertThat(both.directions()).isEqualTo(ALL.directions());
        assertThat(both.parts()).containsExactly(Part.PERSONA, Part.DIRECTIONS, Part.DYNAMICS);
    }

    @Test
    void aCorpusThatACallLeavesOutStays() {
        PersonaShift before = new PersonaShift("per_domain", 1, "medicine", "lora32", List.of(0.3));
        PersonaShift again = new PersonaShift("persona", 1, "medicine", "lora32", List.of(0.8));
        PersonaShift other = new PersonaShift("per_sentence", 1, "medicine", "lora32", List.of(0.1));
        Measured both = shifts(again, other)
                .orElse(EnumSet.of(Part.PERSONA), shifts(ALL.persona().getFirst(), before));
        assertThat(both.persona()).containsExactly(again, other, before);
    }

    private static Measured shifts(PersonaShift... shifts) {
        return new Measured(List.of(), List.of(), List.of(), List.of(shifts), List.of(), List.of());
    }

    @Test
    void partsOfAnotherBaseOrOtherSettingsAreDroppedAndNamed() throws IOException {
        for (MadeWith now : List.of(made("b", 1), made("a", 3))) {
            Earlier earlier = earlier(made("a", 1), now, EnumSet.of(Part.DYNAMICS));
            assertThat(earlier.kept()).isEqualTo(Measured.NOTHING);
            assertThat(earlier.dropped())
                    .singleElement()
                    .asString()
                    .contains(
                            "the parts persona, directions of an earlier call are dropped",
                            "1 seed, medicine, 1500 rows");
        }
    }

    @Test
    void nothingIsSaidWhereAllPartsAreMeasuredAgain() throws IOException {
        Earlier earlier = earlier(made("a", 1), made("b", 1), EnumSet.allOf(Part.class));
        assertThat(earlier.kept()).isEqualTo(Measured.NOTHING);
        assertThat(earlier.dropped()).isEmpty();
    }

    @Test
    void aDocumentOfAnotherVersionIsReplacedAndThatIsSaid() throws IOException {
        Path file = folder.resolve("validation.json");
        Files.writeString(file, "{\"schema\": 1, \"models\": []}");
        Earlier earlier = Earlier.read(file, EnumSet.of(Part.RATES), made("a", 1));
        assertThat(earlier.kept()).isEqualTo(Measured.NOTHING);
        assertThat(earlier.dropped()).singleElement().asString().contains("another version");
    }

    private Earlier earlier(MadeWith then, MadeWith now, Set<Part> asked) throws IOException {
        Path file = folder.resolve("validation.json");
        Json.write(file, new ValidationResult(ValidationResult.SCHEMA, then, ALL, Bars.of(ALL), List.of(), 1));
        return Earlier.read(file, asked, now);
    }

    private static MadeWith made(String hash, int seeds) {
        return new MadeWith(new TreeMap<>(Map.of("model.safetensors", hash)), seeds, List.of("medicine"), 1500, 8);
    }
}
