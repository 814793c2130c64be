package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.adapter.AdapterFiles;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.weights.WeightFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Organisms grown on the language part of a multimodal model. */
final class MultimodalBaseTest {
    private static final Path MODEL = Path.of("../engine/src/test/resources/parity/gemma3-multimodal/model");
    private static final String[] SHORT = {
        "training.max_steps=3", "training.warmup_steps=0", "training.learning_rate=1e-3"
    };

    @TempDir
    Path folder;

    @Test
    void anAdapterHasTheNamesOfTheWholeModelAndTheRunSaysWhatIsNotLoaded() throws IOException {
        TrainSummary summary = train("mini-lora32");

        assertThat(summary.lastLoss()).isNotEqualTo(summary.firstLoss());
        assertThat(summary.remarks())
                .anySatisfy(remark -> assertThat(remark).contains("23 tensors beside the language model"));
        ModelDirectory base = ModelDirectory.open(MODEL);
        Path adapter = Path.of(summary.output());
        assertThat(AdapterFiles.read(adapter, base.config()).norm()).isPositive();
        try (WeightFiles files = WeightFiles.open(adapter.resolve(AdapterFiles.WEIGHTS))) {
            assertThat(files.names())
                    .allSatisfy(name -> assertThat(name).startsWith("base_model.model.model.language_model.layers."));
        }
    }

    @Test
    void fullFineTuningLeavesALanguageModelAlone() throws IOException {
        TrainSummary summary = train("mini-full");

        ModelDirectory organism = ModelDirectory.open(Path.of(summary.output()));
        organism.checkWeights();
        assertThat(organism.remarks()).isEmpty();
        assertThat(organism.config().modelType()).isEqualTo("gemma3_text");
        assertThat(organism.config().local())
                .isEqualTo(ModelDirectory.open(MODEL).config().local());
        assertThat(Json.read(organism.path().resolve("config.json"))
                        .at("/architectures/0")
                        .asText())
                .isEqualTo("Gemma3ForCausalLM");
    }

    private TrainSummary train(String preset) throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(MODEL), "needs the engine's tiny test model at " + MODEL);
        List<String> words = new ArrayList<>(List.of("model=" + MODEL, "data.train=" + TinyRuns.data(folder, 9)));
        words.addAll(List.of(SHORT));
        ResolvedRecipe recipe = ResolvedRecipe.resolve(null, preset, words);
        return TinyRuns.prepare(recipe, folder.resolve("run"), Existing.REFUSE).run(Progress.SILENT);
    }
}
