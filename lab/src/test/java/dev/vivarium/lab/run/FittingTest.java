package dev.vivarium.lab.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.AvailableMemory;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FittingTest {
    /** 100 for what is there anyway, 10 for each row, 2 for a row whose activations are computed again. */
    private static final Fitting.Estimate ESTIMATE = (rows, checkpointing) -> 100 + (checkpointing ? 2L : 10L) * rows;

    private static final AvailableMemory PLENTY = new AvailableMemory(1L << 40, "free");

    @TempDir
    Path folder;

    @Test
    void allRowsGoAtOnceWhereTheyFit() {
        assertThat(choose(8, 180)).isEqualTo(new Fitting(8, false, 180));
        assertThat(choose(8, 1 << 20)).isEqualTo(new Fitting(8, false, 180));
    }

    @Test
    void fewerRowsComeBeforeActivationsAreComputedAgain() {
        assertThat(choose(8, 179)).isEqualTo(new Fitting(4, false, 140));
        assertThat(choose(8, 119)).isEqualTo(new Fitting(1, false, 110));
        assertThat(choose(8, 109)).isEqualTo(new Fitting(4, true, 108));
        assertThat(choose(6, 125)).isEqualTo(new Fitting(1, false, 110));
    }

    @Test
    void severalRowsDoNotTakeMuchMoreThanOne() {
        assertThat(ofMegabytes(null, 73)).isEqualTo(new Fitting(8, false, 8L * 73 << 20));
        assertThat(ofMegabytes(null, 74)).isEqualTo(new Fitting(4, false, 4L * 74 << 20));
        assertThat(ofMegabytes(null, 1000)).isEqualTo(new Fitting(1, false, 1000L << 20));
        assertThat(ofMegabytes(8, 1000)).isEqualTo(new Fitting(8, false, 8000L << 20));
    }

    @Test
    void whatFitsInNoWayIsTheLeast() {
        assertThat(choose(8, 101)).isEqualTo(new Fitting(1, true, 102));
    }

    @Test
    void whatIsGivenIsKept() {
        assertThat(Fitting.choose(8, 8, null, ESTIMATE, 120)).isEqualTo(new Fitting(8, true, 116));
        assertThat(Fitting.choose(8, null, false, ESTIMATE, 101)).isEqualTo(new Fitting(1, false, 110));
        assertThat(Fitting.choose(8, 4, false, ESTIMATE, 1)).isEqualTo(new Fitting(4, false, 140));
        assertThat(Fitting.choose(8, null, true, ESTIMATE, 1000)).isEqualTo(new Fitting(8, true, 116));
    }

    @Test
    void theChoiceIsWrittenDownAndKeptWhereTheRunGoesOn() throws IOException {
        ResolvedRecipe recipe = recipe();
        long all = TinyRuns.prepare(recipe, folder.resolve("all"), Existing.REFUSE, PLENTY)
                .plan()
                .memoryBytes();
        AvailableMemory scarce = new AvailableMemory(all - 1, "free");
        Path directory = folder.resolve("run");

        TrainRun tight = TinyRuns.prepare(recipe, directory, Existing.REFUSE, scarce);
        Recipe.Training chosen = tight.recipe().recipe().training();
        assertThat(chosen.microBatchRows()).isLessThan(8);
        assertThat(tight.plan().memoryBytes()).isLessThan(all);
        tight.run(Progress.SILENT);

        assertThat(Files.readString(directory.resolve("recipe.yaml")))
                .containsPattern("micro_batch_rows: " + chosen.microBatchRows() + " +# chosen by the memory it takes")
                .containsPattern("gradient_checkpointing: (true|false) +# chosen by the memory it takes");
        TrainRun resumed = TinyRuns.prepare(recipe, directory, Existing.RESUME, PLENTY);
        assertThat(resumed.recipe().recipe().training()).isEqualTo(chosen);
        resumed.run(Progress.SILENT); // the recipe is that of the run
        assertThat(TinyRuns.prepare(recipe, folder.resolve("wide"), Existing.REFUSE, PLENTY)
                        .recipe()
                        .recipe()
                        .training()
                        .microBatchRows())
                .isEqualTo(8);
    }

    @Test
    void aRunOfBeforeTheChoiceGoesOnAsItBegan() throws IOException {
        ResolvedRecipe recipe = recipe();
        Path directory = folder.resolve("run");
        TinyRuns.prepare(recipe, directory, Existing.REFUSE, PLENTY).run(Progress.SILENT);
        Path file = directory.resolve("recipe.yaml");
        Files.writeString(
                file,
                Files.readString(file)
                        .replaceAll("(?m)^ *micro_batch_rows.*\n", "")
                        .replaceAll("(?m)^( *gradient_checkpointing:).*$", "$1 false"));

        TrainRun resumed = TinyRuns.prepare(recipe, directory, Existing.RESUME, PLENTY);

        assertThat(resumed.recipe().recipe().training().microBatchRows()).isEqualTo(8);
        assertThat(resumed.run(Progress.SILENT).steps()).isEqualTo(2);
    }

    @Test
    void whatCannotFitIsRefusedWithAdviceBeforeAnythingIsWritten() throws IOException {
        ResolvedRecipe recipe = recipe("training.micro_batch_rows=8", "training.gradient_checkpointing=false");
        Path directory = folder.resolve("run");

        assertThatThrownBy(() -> TinyRuns.prepare(
                        recipe, directory, Existing.REFUSE, new AvailableMemory(1 << 20, "free on this machine")))
                .isInstanceOf(InputException.class)
                .hasMessageMatching(
                        "training needs about \\d+ MiB of memory, but 1 MiB are free on this machine; try .*")
                .hasMessageContaining("training.micro_batch_rows=1")
                .hasMessageContaining("training.gradient_checkpointing=true")
                .hasMessageContaining("dtype=bfloat16");
        assertThat(directory).doesNotExist();
    }

    private static Fitting choose(int most, long available) {
        return Fitting.choose(most, null, null, ESTIMATE, available);
    }

    /** Where a row takes so much. */
    private static Fitting ofMegabytes(@Nullable Integer rows, long each) {
        return Fitting.choose(8, rows, false, (count, checkpointing) -> count * each << 20, Long.MAX_VALUE);
    }

    private ResolvedRecipe recipe(String... more) throws IOException {
        String[] words = new String[more.length + 3];
        words[0] = "training.max_steps=2";
        words[1] = "training.warmup_steps=0";
        words[2] = "training.per_device_train_batch_size=8";
        System.arraycopy(more, 0, words, 3, more.length);
        return TinyRuns.recipe(TinyRuns.data(folder, 20), "mini-lora32", words);
    }
}
