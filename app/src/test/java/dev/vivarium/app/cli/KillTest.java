package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.CounterRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A training in a process of its own, killed without warning and resumed. */
final class KillTest {
    private static final int STEPS = 60;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"mini-lora32, adapter/adapter_model.safetensors", "mini-full, model/model.safetensors"})
    void aTrainingThatIsKilledAndResumedEndsWithTheSameBytes(String preset, String weights) throws Exception {
        Path model = TinyModel.write(folder);
        Path data = TinyModel.data(folder, 24);
        Process whole = start(preset, "whole", model, data);
        assertThat(whole.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(whole.exitValue()).as(log("whole")).isZero();

        CounterRandom random = CounterRandom.of(20, "kills");
        int killed = 0;
        for (int i = 0; i < RealProgram.KILLS; i++) {
            int step = 1 + random.below(STEPS * (i + 1) / RealProgram.KILLS, 2 * i);
            Process process = start(preset, "broken", model, data);
            Path metrics = run("broken").resolve("metrics.jsonl");
            killed += RealProgram.killAtLine(process, metrics, step, random.below(30, 2 * i + 1)) ? 1 : 0;
        }
        Process last = start(preset, "broken", model, data);
        assertThat(last.waitFor(5, TimeUnit.MINUTES)).isTrue();

        assertThat(last.exitValue()).as(log("broken")).isZero();
        assertThat(killed)
                .as("processes that were still alive when they were killed")
                .isPositive();
        assertThat(run("broken").resolve(weights))
                .hasSameBinaryContentAs(run("whole").resolve(weights));
        assertThat(run("broken").resolve("checkpoints/step-000060/trainer.safetensors"))
                .hasSameBinaryContentAs(run("whole").resolve("checkpoints/step-000060/trainer.safetensors"));
        assertThat(Files.readAllLines(run("broken").resolve("metrics.jsonl"))).hasSize(STEPS);
    }

    private Process start(String preset, String name, Path model, Path data) throws IOException {
        List<String> command = new ArrayList<>(List.of("train", "--preset", preset, "--name", name, "--resume"));
        command.addAll(List.of("model=" + model, "data.train=" + data, "training.max_steps=" + STEPS));
        command.addAll(List.of(
                "training.learning_rate=1e-3",
                "training.per_device_train_batch_size=2",
                "training.gradient_accumulation_steps=2",
                "checkpoints.dense_until=4",
                "checkpoints.every=7",
                "checkpoints.keep=3"));
        return new RealProgram(folder).start(name, command);
    }

    private Path run(String name) {
        return folder.resolve("runs").resolve(name);
    }

    private String log(String name) throws IOException {
        return new RealProgram(folder).log(name);
    }
}
