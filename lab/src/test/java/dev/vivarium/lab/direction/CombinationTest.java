package dev.vivarium.lab.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Site;
import dev.vivarium.lab.direction.Reliability.Spread;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Sums and cosines of directions in files. */
final class CombinationTest {
    private static final int PAIRS = 4000;

    @TempDir
    private Path folder = Path.of("");

    @Test
    void sumsAreReadWithTheirFactors() {
        assertThat(Combination.parse("a + b - 0.5*c").factors())
                .containsExactly(Map.entry("a", 1.0), Map.entry("b", 1.0), Map.entry("c", -0.5));
        assertThat(Combination.parse(" −2×a+a*3 ").factors()).containsExactly(Map.entry("a", 1.0));
        for (String wrong : List.of("", "a +", "2", "a b", "a ** b", "a + (b)", "a * b", "rm -rf; a")) {
            assertThatThrownBy(() -> Combination.parse(wrong)).as(wrong).isInstanceOf(InputException.class);
        }
    }

    @Test
    void vectorsAreAddedAtTheLayersThatAllHave() throws IOException {
        Path a = write("a", "model", Map.of(1, new float[] {1, 2}, 2, new float[] {1, 0}));
        Path b = write("b", "model", Map.of(1, new float[] {4, 0}));

        Extracted sum = Combination.parse("a - 0.5*b").of(Map.of("a", a, "b", b), "sum", "1");

        assertThat(sum.direction().layers()).containsExactly(1);
        assertThat(sum.direction().vector(1)).containsExactly(-1, 2);
        assertThat(sum.remarks()).anyMatch(remark -> remark.contains("layers [2] are left out"));
        assertThat(sum.direction().origin().sources()).hasSize(2);
    }

    @Test
    void whatCannotBeAddedIsRefusedInOneSentence() throws IOException {
        Path a = write("a", "model", Map.of(1, new float[] {1, 2}));
        Path other = write("b", "another", Map.of(1, new float[] {1, 2}));

        assertThatThrownBy(() -> Combination.parse("a + b").of(Map.of("a", a, "b", other), "sum", "1"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("(model.safetensors differs)");
        assertThatThrownBy(() -> Combination.parse("a + b").of(Map.of("a", a), "sum", "1"))
                .hasMessage("no file was given for \"b\"; add b=FILE");
        assertThatThrownBy(() -> Combination.parse("a").of(Map.of("a", a, "b", a), "sum", "1"))
                .hasMessageContaining("does not occur");
        assertThatThrownBy(() -> Combination.parse("a - a").of(Map.of("a", a), "sum", "1"))
                .hasMessageContaining("is zero at layer 1");
    }

    @Test
    void cosinesComeWithIntervalNullBandAndCorrection() throws IOException {
        Path a = write("a", "model", Map.of(1, new float[] {1, 0, 0}));
        Path b = write("b", "model", Map.of(1, new float[] {1, 1, 0}, 3, new float[] {0, 0, 1}));

        DirectionComparison comparison = DirectionComparison.of(List.of(a, b, a));

        assertThat(comparison.directions().stream().map(DirectionComparison.Named::name))
                .containsExactly("a", "b", "a-2");
        DirectionComparison.Layer layer = comparison.layers().getFirst();
        DirectionComparison.Pair pair = layer.pairs().getFirst();
        assertThat(comparison.layers()).hasSize(1);
        assertThat(pair.cosine()).isEqualTo(Math.sqrt(0.5), within(1e-7));
        double[] interval = Objects.requireNonNull(pair.interval());
        assertThat(interval[0]).isLessThan(pair.cosine());
        assertThat(interval[1]).isGreaterThan(pair.cosine());
        // split halves of 0.6 are 0.75 for all texts
        assertThat(pair.corrected()).isEqualTo(pair.cosine() / 0.75, within(1e-9));
        assertThat(layer.pairs().get(1).corrected())
                .as("the same texts have the same errors")
                .isNull();
        assertThat(CosinePicture.svg(comparison)).contains("a · b", "0.71").doesNotContain("NaN");
    }

    @Test
    void theNullBandIsThatOfRandomVectors() {
        // 1.96 / √d for large d
        assertThat(DirectionComparison.band(5120)).isEqualTo(1.96 / Math.sqrt(5120), within(1e-4));
        double band = DirectionComparison.band(16);
        int within = 0;
        for (int pair = 0; pair < PAIRS; pair++) {
            float[][] vectors = new float[2][16];
            for (int i = 0; i < 32; i++) {
                vectors[i / 16][i % 16] = (float) CounterRandom.of(pair, "null").gaussian(i);
            }
            within += Math.abs(Vectors.cosine(vectors[0], vectors[1])) <= band ? 1 : 0;
        }
        assertThat((double) within / PAIRS).isEqualTo(0.95, within(0.015)); // three standard errors are 0.0103
    }

    @Test
    void drawsOfAnotherDirectionAreNoDrawsOfThisOne() throws IOException {
        Path a = write("a", "model", Map.of(1, new float[] {1, 0, 0}));
        Direction changed = direction("a", "model", Map.of(1, new float[] {0, 1, 0}));
        assertThat(DrawsFile.read(a, Direction.read(a))).containsOnlyKeys(1);

        changed.write(a);

        assertThat(DrawsFile.read(a, changed)).isEmpty();
    }

    private Path write(String name, String model, Map<Integer, float[]> vectors) throws IOException {
        Path file = folder.resolve(name + ".safetensors");
        SortedMap<Integer, float[][]> draws = new TreeMap<>();
        vectors.forEach((layer, vector) -> {
            float[][] drawn = new float[10][];
            for (int i = 0; i < drawn.length; i++) {
                drawn[i] = vector.clone();
                drawn[i][i % vector.length] += 0.1f * (i - 4);
            }
            draws.put(layer, drawn);
        });
        new Extracted(direction(name, model, vectors), draws, List.of()).write(file);
        return file;
    }

    private static Direction direction(String name, String model, Map<Integer, float[]> vectors) {
        Spread spread = new Spread(0.6, 0.5, 0.7, 20, 8);
        SortedMap<Integer, Reliability> reliability = new TreeMap<>();
        vectors.keySet().forEach(layer -> reliability.put(layer, new Reliability(null, spread)));
        Origin origin = new Origin(
                Origin.Model.of(model, Map.of("model.safetensors", model)),
                "mean-difference",
                Map.of(),
                12,
                12,
                List.of(new Origin.Source("answers", name, new TreeMap<>(Map.of("answers.jsonl", name)))),
                0,
                "1");
        return new Direction(name, Site.RESID_POST, new TreeMap<>(vectors), origin, reliability);
    }
}
