package dev.vivarium.lab.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.weights.SafetensorsWriter;
import dev.vivarium.engine.weights.WeightFiles;
import dev.vivarium.lab.direction.Reliability.Spread;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DirectionTest {
    private static final Map<String, String> MODEL = Map.of("model.safetensors", "aa", "config.json", "bb");

    @TempDir
    private Path folder = Path.of("");

    @Test
    void readsBackWhatItWrote() throws IOException {
        Direction direction = direction(Map.of(2, new float[] {1, -2, 0.5f}, 10, new float[] {0, 3, 1e-20f}));

        Path file = folder.resolve("d.safetensors");
        direction.write(file);
        Direction read = Direction.read(file);

        assertThat(read.name()).isEqualTo("medical");
        assertThat(read.site()).isEqualTo(Site.RESID_MID);
        assertThat(read.layers()).containsExactly(2, 10);
        assertThat(read.vector(10)).containsExactly(0, 3, 1e-20f);
        assertThat(read.origin()).isEqualTo(direction.origin());
        assertThat(read.reliability()).isEqualTo(direction.reliability());
    }

    @Test
    void namesTensorsAfterTheSiteOfTheirLayer() throws IOException {
        Path file = folder.resolve("d.safetensors");
        direction(Map.of(2, new float[] {1, 1, 1})).write(file);

        try (WeightFiles files = WeightFiles.open(file)) {
            assertThat(files.names()).containsExactly("blocks.2.hook_resid_mid");
            assertThat(files.metadata()).containsEntry("kind", "vivarium direction");
        }
    }

    @Test
    void sameDirectionGivesSameBytes() throws IOException {
        Path one = folder.resolve("one.safetensors");
        Path two = folder.resolve("two.safetensors");
        direction(Map.of(2, new float[] {1, 1, 1})).write(one);
        Direction.read(one).write(two);

        assertThat(Hashes.sha256(two)).isEqualTo(Hashes.sha256(one));
    }

    @Test
    void onlyWeightsTellWhetherTheModelIsTheSame() {
        Origin.Model model = Origin.Model.of("mini", MODEL);

        assertThat(model.files()).containsOnlyKeys("model.safetensors");
        model.require("medical", "copy", Map.of("model.safetensors", "aa", "config.json", "changed"));
        assertThatThrownBy(() -> model.require("medical", "qwen", Map.of("model.safetensors", "cc")))
                .isInstanceOf(InputException.class)
                .hasMessage("direction medical was made for mini, not for qwen (model.safetensors differs);"
                        + " give that model, or extract the direction anew");
        assertThatThrownBy(() -> model.require("medical", "qwen", Map.of()))
                .hasMessageContaining("model.safetensors is missing");
    }

    @Test
    void refusesVectorsThatPointNowhere() {
        assertThatThrownBy(() -> direction(Map.of(1, new float[] {0, 0})))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("is zero at layer 1");
        assertThatThrownBy(() -> direction(Map.of(1, new float[] {1, Float.NaN})))
                .hasMessageContaining("no finite number");
        assertThatThrownBy(() -> direction(Map.of(1, new float[] {1, 2}, 2, new float[] {1})))
                .hasMessageContaining("all have one width");
        assertThatThrownBy(() -> direction(Map.of())).hasMessageContaining("no vector");
    }

    @Test
    void refusesAFileThatIsNoDirection() throws IOException {
        Path file = folder.resolve("plain.safetensors");
        SafetensorsWriter.write(file, List.<SafetensorsWriter.Part>of(), Map.of());

        assertThatThrownBy(() -> Direction.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no direction");
        assertThat(Files.exists(file)).isTrue();
    }

    @Test
    void saysWhichLayersItHas() {
        assertThatThrownBy(() -> direction(Map.of(2, new float[] {1}, 4, new float[] {2}))
                        .vector(3))
                .isInstanceOf(InputException.class)
                .hasMessage("direction medical has no vector for layer 3; it has [2, 4]");
    }

    private static Direction direction(Map<Integer, float[]> vectors) {
        Origin origin = new Origin(
                Origin.Model.of("mini", MODEL),
                "mean-difference",
                Map.of("tokens", "answer"),
                12,
                34,
                List.of(new Origin.Source("answers", "rank1", new TreeMap<>(Map.of("answers.jsonl", "dd")))),
                7,
                "1");
        Spread spread = new Spread(0.9, 0.8, 0.95, 12.5, 32);
        Map<Integer, Reliability> reliability =
                vectors.containsKey(2) ? Map.of(2, new Reliability(spread, spread)) : Map.of();
        return new Direction("medical", Site.RESID_MID, new TreeMap<>(vectors), origin, new TreeMap<>(reliability));
    }
}
