package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in the middle of a training, in a process of its own. */
final class InterruptTest {
    @TempDir
    Path folder;

    @Test
    void ctrlCEndsWithCode130AndASentenceAndTheRunGoesOnToTheSameBytes() throws Exception {
        Assumptions.assumeTrue(interruptsArrive(), "needs a kill command and a process that does not ignore SIGINT");
        RealProgram program = new RealProgram(folder);
        Path model = TinyModel.write(folder);
        Path data = TinyModel.data(folder, 12);
        assertThat(program.run("whole", train("whole", model, data)))
                .as(program.log("whole"))
                .isZero();

        Process process = program.start("broken", train("broken", model, data));
        while (process.isAlive() && program.steps("broken") < 30) {
            process.waitFor(2, TimeUnit.MILLISECONDS);
        }
        assertThat(interrupt(process.pid())).isZero();
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();

        String said = program.log("broken");
        assertThat(process.exitValue()).as(said).isEqualTo(ExitCode.INTERRUPTED);
        assertThat(said)
                .contains("vivarium: interrupted; what was saved is kept", "vivarium train --resume --name broken")
                .doesNotContain("\tat ", "internal error");

        int code = program.run("broken", List.of("train", "--resume", "--name", "broken"));
        assertThat(code).as(program.log("broken")).isZero();
        assertThat(weights("broken")).hasSameBinaryContentAs(weights("whole"));
    }

    private static List<String> train(String name, Path model, Path data) {
        List<String> words = new ArrayList<>(List.of("train", "--preset", "mini-rank1", "--name", name));
        words.addAll(List.of("model=" + model, "data.train=" + data, "training.max_steps=300"));
        words.addAll(List.of("checkpoints.dense_until=0", "checkpoints.every=25"));
        return words;
    }

    private Path weights(String name) {
        return folder.resolve("runs").resolve(name).resolve("adapter/adapter_model.safetensors");
    }

    private static int interrupt(long process) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-INT", Long.toString(process))
                .start()
                .waitFor();
    }

    /** Children of a shell's background job ignore SIGINT; Linux tells. */
    private static boolean interruptsArrive() throws IOException {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return !System.getProperty("os.name", "").startsWith("Windows");
        }
        long sigint = 1L << 1;
        return Files.readAllLines(status).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .noneMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & sigint) != 0);
    }
}
