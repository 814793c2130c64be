package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.model.ParityCases;
import dev.vivarium.engine.tensor.Tensors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class LogitFilterTest {
    private static final SamplingSettings PLAIN = SamplingSettings.defaults();

    @Test
    void filtersGiveTheProbabilitiesOfTransformers() {
        Path file = ParityCases.ROOT.resolve("sampling.json");
        Assumptions.assumeTrue(Files.exists(file), () -> file + " is not there");
        JsonNode cases = Json.read(file).get("cases");
        assertThat(cases).isNotEmpty();
        for (JsonNode one : cases) {
            SamplingSettings settings = PLAIN.withTemperature(
                            one.get("temperature").asDouble())
                    .withFilters(one.get("top_p").asDouble(), one.get("top_k").asInt(), 0);
            double[] expected = doubles(one.get("probs"));
            List<Integer> kept = new ArrayList<>();
            one.get("kept").forEach(id -> kept.add(id.asInt()));
            double[] actual = probabilities(settings, doubles(one.get("logits")));
            for (int id = 0; id < expected.length; id++) {
                assertThat(actual[id])
                        .as("token %s of %s", id, settings)
                        .isBetween(expected[id] - 1e-6, expected[id] + 1e-6);
                if (!kept.contains(id)) {
                    assertThat(actual[id]).isZero();
                }
            }
        }
    }

    @Test
    void minPKeepsTokensAboveAShareOfTheBest() {
        double[] logits = {Math.log(0.5), Math.log(0.3), Math.log(0.15), Math.log(0.05)};
        double[] dense = probabilities(PLAIN.withFilters(1, 0, 0.2), logits);
        assertThat(dense[0]).isCloseTo(0.5 / 0.95, offset(1e-6));
        assertThat(dense[2]).isCloseTo(0.15 / 0.95, offset(1e-6));
        assertThat(dense[3]).isZero();
        // the same through the other path, with a top-p that keeps all that min-p keeps
        assertThat(probabilities(PLAIN.withFilters(0.97, 0, 0.2), logits)).containsExactly(dense, offset(1e-6));
    }

    @Test
    void aNucleusWiderThanTheFirstCandidatesIsFoundWhole() {
        double[] flat = new double[5000];
        for (int i = 0; i < flat.length; i++) {
            flat[i] = 1e-4 * i;
        }
        double[] actual = probabilities(PLAIN.withFilters(0.9, 0, 0), flat);
        double total = 0;
        for (double logit : flat) {
            total += Math.exp(logit);
        }
        double before = 0;
        int kept = 0;
        for (int i = flat.length - 1; before < 0.9; i--) {
            before += Math.exp(flat[i]) / total;
            kept++;
        }
        assertThat(count(actual)).isBetween(kept - 1, kept + 1);
        assertThat(actual[flat.length - 1]).isPositive();
        assertThat(actual[0]).isZero();
    }

    @Test
    void tiesBeyondTheCandidatesAllSurviveTopK() {
        double[] level = new double[300];
        assertThat(count(probabilities(PLAIN.withFilters(1, 3, 0), level))).isEqualTo(300);
    }

    @Test
    void temperatureZeroTakesTheBestToken() {
        try (PointerScope scope = new PointerScope()) {
            Tensor logits = Tensors.floats(new float[] {1, 3, 2, 5, -1, 5.5f}, 2, 3);
            Distributions greedy = new LogitFilter(PLAIN.withTemperature(0)).of(logits);
            assertThat(greedy.draw(0, 0.99)).isEqualTo(1);
            assertThat(greedy.draw(1, 0.0)).isEqualTo(2);
        }
    }

    @Test
    void drawsFollowTheDistribution() {
        int vocabulary = 1300; // several chunks and a remainder
        CounterRandom random = CounterRandom.of(1, "logits");
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (float) (2 * random.gaussian(i));
        }
        try (PointerScope scope = new PointerScope()) {
            Distributions dense = new LogitFilter(PLAIN).of(Tensors.floats(logits, 1, vocabulary));
            double[] expected = dense.probabilities(0);
            int draws = 200_000;
            int[] counts = new int[vocabulary];
            for (int i = 0; i < draws; i++) {
                counts[dense.draw(0, random.uniform(10_000L + i))]++;
            }
            double chiSquare = 0;
            for (int i = 0; i < vocabulary; i++) {
                double wanted = draws * expected[i];
                chiSquare += (counts[i] - wanted) * (counts[i] - wanted) / wanted;
            }
            // mean 1299, deviation about 51 (some more for the rare tokens)
            assertThat(chiSquare).isBetween(1299 - 300.0, 1299 + 300.0);
            assertThat(dense.logProbability(0, 5)).isCloseTo(Math.log(expected[5]), offset(1e-5));
        }
    }

    @Test
    void weightsThatStayOnTheirDeviceGiveTheSameDraws() {
        int vocabulary = 1300;
        int rows = 3;
        CounterRandom random = CounterRandom.of(2, "logits");
        float[] weights = new float[rows * vocabulary];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = (float) Math.exp(2 * random.gaussian(i));
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = Tensors.floats(weights, rows, vocabulary);
            Distributions here = new DenseDistributions(tensor, false);
            Distributions there = new DenseDistributions(tensor, true);
            for (int draw = 0; draw < 500; draw++) {
                double[] uniforms = {random.uniform(10_000L + draw), Double.NaN, random.uniform(20_000L + draw)};
                there.expect(uniforms);
                for (int row = 0; row < rows; row += 2) {
                    int token = here.draw(row, uniforms[row]);
                    assertThat(there.draw(row, uniforms[row])).isEqualTo(token);
                    assertThat(there.logProbability(row, token))
                            .isCloseTo(here.logProbability(row, token), offset(1e-6));
                }
            }
            // also without a word before, and at the ends of the range
            for (double uniform : new double[] {0, 0.3, Math.nextDown(1.0)}) {
                assertThat(there.draw(1, uniform)).isEqualTo(here.draw(1, uniform));
            }
            assertThat(there.probabilities(1)).isEqualTo(here.probabilities(1));
        }
    }

    @Test
    void theEndsOfTheRangeGiveTokensThatCanOccur() {
        float[] logits = new float[600];
        Arrays.fill(logits, Float.NEGATIVE_INFINITY);
        logits[300] = 0;
        logits[301] = 1;
        try (PointerScope scope = new PointerScope()) {
            Distributions dense = new LogitFilter(PLAIN).of(Tensors.floats(logits, 1, 600));
            assertThat(dense.draw(0, 0)).isEqualTo(300);
            assertThat(dense.draw(0, Math.nextDown(1.0))).isEqualTo(301);
            Distributions few = new LogitFilter(PLAIN.withFilters(1, 2, 0)).of(Tensors.floats(logits, 1, 600));
            assertThat(few.draw(0, 0)).isEqualTo(301);
            assertThat(few.draw(0, Math.nextDown(1.0))).isEqualTo(300);
        }
    }

    @Test
    void logitsThatAreNotNumbersAreRefused() {
        for (SamplingSettings settings :
                List.of(PLAIN, PLAIN.withTemperature(0), PLAIN.withFilters(0.9, 0, 0), PLAIN.withFilters(1, 2, 0))) {
            try (PointerScope scope = new PointerScope()) {
                Tensor logits = Tensors.floats(new float[] {1, Float.NaN, 2}, 1, 3);
                assertThatThrownBy(() -> new LogitFilter(settings).of(logits).draw(0, 0.5))
                        .isInstanceOf(InputException.class)
                        .hasMessageContaining("not numbers");
            }
        }
    }

    @Test
    void settingsOutOfRangeAreRefusedByName() {
        assertThatThrownBy(() -> PLAIN.withTemperature(-1)).hasMessageContaining("temperature is -1.0");
        assertThatThrownBy(() -> PLAIN.withFilters(0, 0, 0)).hasMessageContaining("top_p is 0.0");
        assertThatThrownBy(() -> PLAIN.withFilters(1, 0, 1)).hasMessageContaining("min_p is 1.0");
        assertThatThrownBy(() -> PLAIN.withMaxNewTokens(0)).hasMessageContaining("max_new_tokens is 0");
        assertThatThrownBy(() -> PLAIN.withStop(List.of(""))).isInstanceOf(InputException.class);
    }

    private static double[] probabilities(SamplingSettings settings, double[] logits) {
        float[] values = new float[logits.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) logits[i];
        }
        try (PointerScope scope = new PointerScope()) {
            return new LogitFilter(settings)
                    .of(Tensors.floats(values, 1, values.length))
                    .probabilities(0);
        }
    }

    private static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).asDouble();
        }
        return values;
    }

    private static int count(double[] probabilities) {
        int count = 0;
        for (double probability : probabilities) {
            count += probability > 0 ? 1 : 0;
        }
        return count;
    }
}
