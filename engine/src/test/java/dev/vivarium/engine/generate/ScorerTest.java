package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.generate.Scorer.Continuation;
import dev.vivarium.engine.generate.Scorer.TokenScore;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

class ScorerTest {
    @Test
    void continuationsScoreAsInTransformers() {
        Parity parity = Parity.of("qwen2");
        try (PointerScope scope = new PointerScope();
                LoadedModel model = ModelDirectory.open(parity.file("model")).load(Parity.COMPUTE);
                WeightFiles expected = parity.expected()) {
            int[] ids = firstRow(expected, "input_ids");
            float[] logProbabilities =
                    Tensors.toFloats(expected.get("label_logprobs").select(0, 0));
            Scorer scorer = new Scorer(model.decoder(), ForwardHooks.NONE);
            List<double[]> scores = scorer.score(List.of(
                    new Continuation(Arrays.copyOf(ids, 10), Arrays.copyOfRange(ids, 10, ids.length)),
                    new Continuation(Arrays.copyOf(ids, 3), Arrays.copyOfRange(ids, 3, 8))));
            assertThat(scores.get(0)).hasSize(ids.length - 10);
            assertThat(scores.get(1)).hasSize(5);
            for (int i = 0; i < ids.length - 10; i++) {
                assertThat(scores.get(0)[i]).isBetween(logProbabilities[9 + i] - 2e-4, logProbabilities[9 + i] + 2e-4);
            }
            for (int i = 0; i < 5; i++) {
                assertThat(scores.get(1)[i]).isBetween(logProbabilities[2 + i] - 2e-4, logProbabilities[2 + i] + 2e-4);
            }
        }
    }

    @Test
    void theMostProbableNextTokensComeBestFirst() {
        Parity parity = Parity.of("qwen2");
        try (PointerScope scope = new PointerScope();
                LoadedModel model = ModelDirectory.open(parity.file("model")).load(Parity.COMPUTE);
                WeightFiles expected = parity.expected()) {
            int[] ids = firstRow(expected, "input_ids");
            int greedy = firstRow(expected, "greedy_ids")[0];
            float logProbability = Tensors.toFloats(expected.get("greedy_logprobs"))[0];
            Scorer scorer = new Scorer(model.decoder(), ForwardHooks.NONE);
            List<List<TokenScore>> next = scorer.next(List.of(Arrays.copyOf(ids, 4), ids), 5);
            assertThat(next.get(1))
                    .hasSize(5)
                    .isSortedAccordingTo((a, b) -> Double.compare(b.logProbability(), a.logProbability()));
            assertThat(next.get(1).getFirst().token()).isEqualTo(greedy);
            assertThat(next.get(1).getFirst().logProbability()).isBetween(logProbability - 2e-4, logProbability + 2e-4);
        }
    }

    private static int[] firstRow(WeightFiles files, String name) {
        return Arrays.stream(Tensors.toLongs(files.get(name).select(0, 0)))
                .mapToInt(Math::toIntExact)
                .toArray();
    }
}
