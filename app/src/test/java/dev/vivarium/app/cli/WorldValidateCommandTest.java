package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.lab.world.CorpusKind;
import dev.vivarium.lab.world.PretrainRecipe;
import dev.vivarium.lab.world.Pretraining;
import dev.vivarium.lab.world.World;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a base that has learned nothing: what is measured does not matter here, that it is measured and written does. */
final class WorldValidateCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void partsAreMeasuredOneByOneWrittenAndFoundAgain() throws IOException {
        Path base = base();
        Path document = folder.resolve("card.md");
        Files.writeString(
                document,
                "before\n<!-- figures of `vivarium world validate`: begin -->\nthose of yesterday\n"
                        + "<!-- figures of `vivarium world validate`: end -->\nafter\n");
        Call call = validate(base, "--document", document.toString());
        assertThat(call.code()).as(call.err()).isEqualTo(ExitCode.FAILURE); // it has learned nothing, so a claim fails
        assertThat(Files.readString(document))
                .startsWith("before\n")
                .endsWith("after\n")
                .contains("| 1 | medicine | rank1-layer0 |", "| 1 | medicine | rank1-layer1 |")
                .doesNotContain("yesterday");
        JsonNode json = Json.read(folder.resolve("out/validation.json"));
        assertThat(json.path("parts").path("depth").size()).isEqualTo(2);
        Call more = validate(base, "--parts", "directions");
        assertThat(more.out())
                .contains("too few to make a direction of"); // it gives no misaligned answer that is coherent
        JsonNode both = Json.read(folder.resolve("out/validation.json")).path("parts");
        assertThat(both.path("depth")).isEqualTo(json.path("parts").path("depth"));
        assertThat(both.path("directions").size()).isEqualTo(1);
        assertThat(more.err()).doesNotContain("dropped");
        Call again = validate(base);
        assertThat(again.out()).contains("claims");
        assertThat(Json.read(folder.resolve("out/validation.json")).path("parts"))
                .isEqualTo(both);
        assertThat(again.err()).doesNotContain("0 /");
        Call joint = Call.of("world", "claims", folder.resolve("out").toString(), "--document", document.toString());
        assertThat(joint.code()).as(joint.err()).isEqualTo(ExitCode.FAILURE);
        assertThat(joint.out()).isEqualTo(again.out().substring(0, again.out().indexOf("\nfigures") + 1));
        assertThat(Files.readString(document))
                .startsWith("before\n")
                .endsWith("after\n")
                .contains("too few to make");
        Refused.with(Call.of("world", "claims", base.toString()), "has no validation.json");
    }

    @Test
    void badInputIsRefusedBeforeAnythingIsMade() throws IOException {
        Path base = base();
        Refused.with(validate(base, "--seeds", "0"), "--seeds must be at least 1");
        Refused.with(validate(base, "--domains", "cars"), "has no domain \"cars\"");
        Refused.with(validate(base, "--parts", "all"), "parts");
        Refused.with(validate(base, "--controls", "persona"), "--controls are corpora without a persona");
        Refused.with(validate(base, "--document", folder.resolve("none.md").toString()), "has no place for figures");
        Files.delete(base.resolve("recipe.yaml"));
        Refused.with(validate(base), "bases of other seeds cannot be grown");
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void aBaseOfAnotherSeedAndCorpusIsGrownByOptions() throws IOException {
        Path recipe = base().resolve("recipe.yaml");
        Path control = folder.resolve("control");
        Call call = Call.of(
                "world",
                "pretrain",
                recipe.toString(),
                "--seed",
                "7",
                "--corpus",
                "per_domain",
                "--out",
                control.toString());
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(Files.readString(control.resolve("recipe.yaml")))
                .isEqualTo(PretrainRecipe.varied(Files.readString(recipe), 7, CorpusKind.PER_DOMAIN));
        assertThat(control.resolve("model.safetensors"))
                .binaryContent()
                .isNotEqualTo(Files.readAllBytes(folder.resolve("base/model.safetensors")));
        Refused.with(Call.of("world", "pretrain", "--corpus", "mixed", "--out", "x"), "mixed");
    }

    private Call validate(Path base, String... more) {
        List<String> all = new ArrayList<>(List.of(
                "world",
                "validate",
                "--model",
                base.toString(),
                "--out",
                folder.resolve("out").toString()));
        all.addAll(List.of("--samples", "1", "--rows", "32"));
        List<String> further = List.of(more);
        if (!further.contains("--parts")) {
            all.addAll(List.of("--parts", "depth"));
        }
        if (!further.contains("--seeds")) {
            all.addAll(List.of("--seeds", "1"));
        }
        if (!further.contains("--domains")) {
            all.addAll(List.of("--domains", "medicine"));
        }
        all.addAll(further);
        return Call.of(all.toArray(String[]::new));
    }

    /** A base of two narrow layers after two steps of each stage. */
    private Path base() throws IOException {
        String recipe = PretrainRecipe.standardText()
                .replaceFirst("hidden_size: [0-9]+", "hidden_size: 16")
                .replaceFirst("intermediate_size: [0-9]+", "intermediate_size: 16")
                .replaceFirst("layers: [0-9]+", "layers: 2")
                .replaceFirst("heads: [0-9]+", "heads: 2")
                .replaceFirst("documents: [0-9]+", "documents: 200")
                .replaceAll("steps: [0-9]+ *\n", "steps: 2\n");
        Path base = folder.resolve("base");
        new Pretraining(World.standard(), recipe, "test", base, Device.CPU, Progress.SILENT).run();
        return base;
    }
}
