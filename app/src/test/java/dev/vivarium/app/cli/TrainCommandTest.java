package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TrainCommandTest {
    @TempDir
    Path folder;

    @Test
    void aDryRunShowsRecipeSizesAndSteps() throws IOException {
        String model = "model=" + TinyModel.write(folder);
        String data = "data.train=" + TinyModel.data(folder, 50);

        Call text = Call.of("train", "--dry-run", "--preset", "mini-rank1", model, data, "lora.r=2");
        Call json = Call.of("train", "--dry-run", "--json", "--preset", "mini-rank1", model, data);

        assertThat(text.code()).as(text.err()).isZero();
        assertThat(text.out())
                .contains("# preset mini-rank1")
                .containsPattern("r: 2 +# command line")
                .contains("50 to learn from")
                .containsPattern("trained +352 of");
        assertThat(Json.mapper()
                        .readTree(json.out())
                        .path("plan")
                        .path("trained_parameters")
                        .asInt())
                .isEqualTo(176);
    }

    @Test
    void whatDoesNotFitTheMemoryIsRefusedBeforeAnythingIsWritten() throws IOException {
        try (RunPlace place = new RunPlace()) {
            String[] words = {
                "train",
                "--preset",
                "mini-rank1",
                "--name",
                place.name(),
                "model=" + TinyModel.write(folder),
                "data.train=" + TinyModel.data(folder, 50)
            };

            Call refused = Call.with(Map.of("VIVARIUM_MEMORY", "20m"), words);
            Call wrong = Call.with(Map.of("VIVARIUM_MEMORY", "much"), words);

            assertThat(refused.code()).isEqualTo(ExitCode.USAGE);
            assertThat(refused.err())
                    .contains("but 20 MiB are allowed by VIVARIUM_MEMORY; try dtype=bfloat16, a smaller max_seq_length")
                    .doesNotContain("stands for no option")
                    .doesNotContain("\tat ");
            assertThat(refused.out()).isEmpty();
            assertThat(wrong.code()).isEqualTo(ExitCode.USAGE);
            assertThat(wrong.err()).contains("VIVARIUM_MEMORY is \"much\"; write a size");
            assertThat(place.directory()).doesNotExist();
        }
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() {
        assertRefused("unknown preset \"rank\"", "train", "--preset", "rank", "model=m");
        assertRefused("did you mean \"training.learning_rate\"", "train", "--preset", "rank1", "learning_rate=1");
        assertRefused("nothing to train", "train");
        assertRefused("two recipe files", "train", "a.yaml", "b.yaml");
        assertRefused("run name \"../x\" is not usable", "train", "--preset", "rank1", "--name", "../x", "model=m");
        assertRefused("no such recipe file", "train", "missing.yaml");
        assertRefused("--resume", "train", "--resume", "--force", "--preset", "rank1");
    }

    private static void assertRefused(String sentence, String... arguments) {
        Call call = Call.of(arguments);
        assertThat(call.code()).isEqualTo(ExitCode.USAGE);
        assertThat(call.err()).contains(sentence).doesNotContain("\tat ");
    }
}
