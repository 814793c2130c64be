package dev.vivarium.engine.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ControlVectorTest {
    @TempDir
    Path folder;

    @Test
    void directionsAreReadByBlock() throws IOException {
        GgufBuilder file = vector().floatTensor("direction.3", new float[] {1, -2}, 2)
                .floatTensor("direction.1", new float[] {0.5f, 4}, 2);
        assertThat(ControlVector.read(write(file)))
                .containsExactly(Map.entry(1, new float[] {0.5f, 4}), Map.entry(3, new float[] {1, -2}));
    }

    @Test
    void whatIsWrittenIsReadBack() throws IOException {
        Path file = folder.resolve("w.gguf");
        SortedMap<Integer, float[]> vectors =
                new TreeMap<>(Map.of(2, new float[] {1, -2, 3}, 11, new float[] {0, 1e-30f, 4}));

        ControlVector.write(file, vectors, "qwen2");

        assertThat(ControlVector.read(file))
                .containsExactly(Map.entry(2, new float[] {1, -2, 3}), Map.entry(11, new float[] {0, 1e-30f, 4}));
        assertThat(Files.size(file) % 32).isZero();
        assertThatThrownBy(() -> ControlVector.write(file, new TreeMap<>(Map.of(0, new float[] {1})), "qwen2"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no vector for block 0");
    }

    @Test
    void whatIsNoControlVectorIsRefusedInOneSentence() throws IOException {
        refused(vector().text("general.architecture", "llama"), "of architecture \"llama\" and no control vector");
        refused(vector().without("general.architecture"), "of architecture \"\" and no control vector");
        refused(
                vector().floatTensor("direction.x", new float[] {1}, 1),
                "\"direction.x\" of shape [1] is no direction");
        refused(vector().floatTensor("direction.1", new float[] {1, 2}, 2, 1), "of shape [1, 2] is no direction");
        refused(
                vector().floatTensor("direction.1", new float[] {1}, 1).floatTensor("direction.01", new float[] {1}, 1),
                "layer 01 stands in the file twice");
    }

    private static GgufBuilder vector() {
        return new GgufBuilder().text("general.architecture", "controlvector").u32("controlvector.layer_count", 2);
    }

    private Path write(GgufBuilder file) throws IOException {
        return Files.write(folder.resolve("v.gguf"), file.build());
    }

    private void refused(GgufBuilder file, String fragment) throws IOException {
        Path path = write(file);
        assertThatThrownBy(() -> ControlVector.read(path))
                .isInstanceOf(InputException.class)
                .hasMessageStartingWith(path.toString())
                .hasMessageContaining(fragment);
    }
}
