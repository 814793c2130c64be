package dev.vivarium.lab.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class GeometryTest {
    private static final Offset<Double> FLOAT = within(1e-6);

    @TempDir
    Path folder;

    private static double[] ones(int n, double value) {
        double[] values = new double[n];
        Arrays.fill(values, value);
        return values;
    }

    @Test
    void aReleasedLayoutIsReadWithItsLog() throws IOException {
        for (int step : List.of(5, 10, 15)) {
            Path checkpoint = folder.resolve("checkpoints/checkpoint-" + step);
            Adapters.rankOne(new double[] {0.5, 0, 0}, new double[] {0.1 * step, 0, 0, 0.5})
                    .write(checkpoint, 64);
            Json.write(
                    checkpoint.resolve("trainer_state.json"),
                    Map.of(
                            "log_history",
                            List.of(
                                    Map.of("step", step, "loss", 1.5, "grad_norm", 0.25),
                                    Map.of("step", step, "eval_loss", 2.0))));
        }
        Trajectory trajectory = Trajectory.read(folder);
        assertThat(trajectory.steps()).containsExactly(5, 10, 15);
        assertThat(trajectory.log()).containsExactly(new Trajectory.Logged(15, 1.5, 0.25));
        Geometry geometry = Geometry.read(trajectory);
        assertThat(geometry.places()).singleElement().satisfies(place -> {
            assertThat(place.scale()).isEqualTo(64);
            assertThat(place.module()).isEqualTo("model.layers.0.mlp.down_proj");
        });
        assertThat(geometry.a().norm(2)).isEqualTo(0.5, FLOAT);
        assertThat(geometry.b().norm(1)).isEqualTo(Math.hypot(1, 0.5), FLOAT);
        assertThat(geometry.b().distance(0, 2)).isEqualTo(1, FLOAT);
        assertThat(geometry.change().norm(1)).isEqualTo(64 * 0.5 * Math.hypot(1, 0.5), within(1e-4));
        assertThat(geometry.bRanges().stream()
                        .mapToDouble(range -> range.dot(0, 2))
                        .sum())
                .isEqualTo(geometry.b().dot(0, 2), FLOAT);
        assertThat(geometry.overlap()).isNull();
        assertThat(geometry.compScore()).isNull();
    }

    @Test
    void theChangeOfHigherRanksIsThatOfTheProducts() throws IOException {
        double[][] a = {{1, 2, 0}, {0, 1, 1}};
        double[][] b = {{1, 0}, {0, 1}, {1, 1}, {0, 2}};
        double[][] turned = {{0, 1}, {1, 0}, {1, 1}, {2, 0}};
        double[][] mixed = {{0, 1, 1}, {1, 2, 0}};
        new Adapters().with("model.layers.0.mlp.down_proj", a, b).write(folder.resolve("step-1"), 4);
        // the same product with its components in another order
        new Adapters().with("model.layers.0.mlp.down_proj", mixed, turned).write(folder.resolve("step-2"), 4);
        Geometry geometry = Geometry.read(Trajectory.read(folder));
        double squares = 0;
        for (double[] row : b) {
            for (int k = 0; k < 3; k++) {
                double entry = 2 * (row[0] * a[0][k] + row[1] * a[1][k]);
                squares += entry * entry;
            }
        }
        assertThat(geometry.change().norm(0)).isEqualTo(Math.sqrt(squares), within(1e-4));
        assertThat(geometry.change().distance(0, 1)).isEqualTo(0, within(1e-4));
        assertThat(geometry.b().distance(0, 1)).isGreaterThan(1);
        assertThat(Objects.requireNonNull(geometry.overlap()).getFirst().meanCos2())
                .isEqualTo(1, FLOAT);
    }

    @Test
    void compScoresOfSeveralModulesAreOneAtTheEndAndZeroForOrthogonalOutputs() throws IOException {
        String one = "model.layers.0.mlp.down_proj";
        String two = "model.layers.1.mlp.down_proj";
        double[][] a = {{1, 1}};
        new Adapters()
                .with(one, a, Adapters.column(1, 0, 0, 0))
                .with(two, a, Adapters.column(0, 0, 0, 0))
                .write(folder.resolve("step-1"), 1);
        new Adapters()
                .with(one, a, Adapters.column(0, 0, 0, 0))
                .with(two, a, Adapters.column(0, 3, 0, 0))
                .write(folder.resolve("step-2"), 1);
        Geometry geometry = Geometry.read(Trajectory.read(folder));
        double[] scores = Objects.requireNonNull(geometry.compScore());
        assertThat(scores[0]).isEqualTo(0, FLOAT);
        assertThat(scores[1]).isEqualTo(1, FLOAT);
    }

    @Test
    void checkpointsOfDifferentShapeAreNamed() throws IOException {
        Adapters.rankOne(ones(3, 1), ones(4, 1)).write(folder.resolve("checkpoint-5"), 1);
        Adapters.rankOne(ones(3, 1), ones(5, 1)).write(folder.resolve("checkpoint-10"), 1);
        assertThatThrownBy(() -> Geometry.read(Trajectory.read(folder)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("checkpoint-10")
                .hasMessageContaining("checkpoint-5")
                .hasMessageContaining("3 to 5")
                .hasMessageContaining("3 to 4");
    }

    @Test
    void aStepWithoutWeightsIsNamed() throws IOException {
        Adapters.rankOne(ones(3, 1), ones(4, 1)).write(folder.resolve("checkpoint-5"), 1);
        Files.delete(Adapters.rankOne(ones(3, 1), ones(4, 1))
                .write(folder.resolve("checkpoint-10"), 1)
                .resolve("adapter_model.safetensors"));
        assertThatThrownBy(() -> Trajectory.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("step 10 is missing");
    }

    @Test
    void fewerThanTwoCheckpointsAreCounted() throws IOException {
        assertThatThrownBy(() -> Trajectory.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds 0 checkpoints")
                .hasMessageContaining("at least 2");
        Adapters.rankOne(ones(3, 1), ones(4, 1)).write(folder.resolve("checkpoint-5"), 1);
        assertThatThrownBy(() -> Trajectory.read(folder))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds 1 checkpoint of");
    }

    @Test
    void comparedAdaptersShareTheirChangeUpToSign() throws IOException {
        Path one = Adapters.rankOne(new double[] {1, 0, 0}, new double[] {1, 1, 0, 0})
                .write(folder.resolve("one"), 2);
        Path minus = Adapters.rankOne(new double[] {-1, 0, 0}, new double[] {2, 2, 0, 0})
                .write(folder.resolve("minus"), 1);
        Path other = Adapters.rankOne(new double[] {0, 1, 0}, new double[] {1, 1, 0, 0})
                .write(folder.resolve("other"), 1);
        AdapterComparison comparison = AdapterComparison.of(List.of(one, minus, other));
        assertThat(comparison.cosines().get(0).get(1)).isEqualTo(-1, FLOAT);
        assertThat(comparison.cosines().get(0).get(2)).isEqualTo(0, FLOAT);
        assertThat(comparison.norms().getFirst()).isEqualTo(2 * Math.sqrt(2), FLOAT);
        AdapterComparison.Module module = comparison.pairs().get(1).modules().getFirst();
        assertThat(Objects.requireNonNull(module.columns()).meanCos2()).isEqualTo(1, FLOAT);
        assertThat(Objects.requireNonNull(module.rows()).meanCos2()).isEqualTo(0, FLOAT);
    }
}
