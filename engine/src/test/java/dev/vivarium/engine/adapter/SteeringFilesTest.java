package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Tensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where a steering vector acts is told by its files. */
final class SteeringFilesTest {
    private static final int HIDDEN = 4;

    private final ModelConfig config = new ModelConfig(
            "qwen2",
            8,
            HIDDEN,
            8,
            2,
            1,
            1,
            HIDDEN,
            1e-6,
            new RopeSettings(1e4, RopeSettings.Scaling.NONE),
            true,
            false,
            false,
            true,
            16,
            List.of(0));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"all", "prompt", "last-prompt", "answer", "first:3"})
    void positionsAreReadAsTheyWereWritten(String word) throws IOException {
        write(Positions.parse(word));
        try (PointerScope scope = new PointerScope()) {
            Adapter read = AdapterFiles.read(folder, config);
            assertThat(read.positions()).isEqualTo(Positions.parse(word));
            assertThat(read.norm()).isEqualTo(4);
        }
        // released vectors, which act everywhere, have no such key
        assertThat(Files.readString(folder.resolve(AdapterFiles.CONFIG)).contains("positions"))
                .isEqualTo(!word.equals("all"));
        assertThat(AdapterSummary.read(folder).remarks())
                .isEqualTo(word.equals("all") ? List.of() : List.of("added at tokens \"" + word + "\" only"));
    }

    @Test
    void unknownPositionsAreRefused() throws IOException {
        write(Positions.PROMPT);
        Path file = folder.resolve(AdapterFiles.CONFIG);
        Files.writeString(file, Files.readString(file).replace("\"prompt\"", "\"end\""));
        assertThatThrownBy(() -> AdapterFiles.check(folder, config))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(folder.toString())
                .hasMessageContaining("positions \"end\" are unknown");
    }

    private void write(Positions positions) throws IOException {
        try (PointerScope scope = new PointerScope()) {
            float[] values = {1, 0, 0, 0};
            AdapterFiles.write(
                    folder, SteeringVector.of(config, 1, 4, positions, Tensors.floats(values, HIDDEN)), config, "base");
        }
    }
}
