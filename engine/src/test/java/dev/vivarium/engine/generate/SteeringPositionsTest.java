package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterBank.Entry;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.Intervention.Operation.Add;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** Steering vectors that act at some tokens do there what an intervention does that adds the same. */
class SteeringPositionsTest {
    private static final int LAYER = 1;
    private static final double ALPHA = 3;
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(20).withSeed(11);
    private static final List<Positions> ALL =
            List.of(Positions.ALL, Positions.PROMPT, Positions.LAST_PROMPT, Positions.ANSWER, Positions.first(4));

    @Test
    void answersAreThoseUnderAnInterventionThatAddsTheSame() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            try (AdapterBank adapters = adapters(decoder)) {
                List<Request> requests = new ArrayList<>();
                for (int i = 0; i < ALL.size(); i++) {
                    requests.add(Request.of(i, SampleModels.prompt(8, 1), 3, 5));
                }
                Map<String, List<Integer>> steered = InterventionSamplingTest.run(
                        new Generator(decoder, adapters, InterventionBank.none(), ForwardHooks.NONE),
                        requests.stream()
                                .map(request -> request.withAdapter(request.index()))
                                .toList(),
                        SETTINGS);
                Map<String, List<Integer>> added = InterventionSamplingTest.run(
                        new Generator(decoder, new AdapterBank(List.of()), interventions(decoder), ForwardHooks.NONE),
                        requests.stream()
                                .map(request -> request.withIntervention(request.index()))
                                .toList(),
                        SETTINGS);
                assertThat(steered).isEqualTo(added);
                assertThat(steered.values().stream().distinct().count()).isGreaterThan(10);
            }
        }
    }

    @Test
    void scoredTextsFeelItAtTheSameTokens() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Decoder decoder = SampleModels.small();
            InterventionBank interventions = interventions(decoder);
            try (AdapterBank adapters = adapters(decoder)) {
                List<Scorer.Continuation> texts = new ArrayList<>();
                for (int i = 0; i < ALL.size(); i++) {
                    texts.add(new Scorer.Continuation(SampleModels.prompt(5 + i, 2), SampleModels.prompt(7, 3)));
                }
                int[] which = IntStream.range(0, texts.size()).toArray();
                List<double[]> steered = new ArrayList<>();
                new BatchScorer(decoder, adapters)
                        .score(List.of(new BatchScorer.Batch(texts, which)), (batch, scores) -> steered.addAll(scores));
                for (int i = 0; i < texts.size(); i++) {
                    int context = 5 + i;
                    int[][] offsets = {IntStream.range(-context, 7).toArray()};
                    ForwardHooks hooks = interventions.forRows(new int[] {i}, offsets, decoder.device());
                    double[] expected = new Scorer(decoder, hooks)
                            .score(List.of(texts.get(i)))
                            .getFirst();
                    assertThat(steered.get(i)).as("at %s", ALL.get(i)).containsExactly(expected, within(1e-4));
                }
            }
        }
    }

    @Test
    void aTextWithoutAnAnswerIsAllPrompt() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            try (AdapterBank adapters = adapters(decoder)) {
                double[] sums = new Divergence(decoder, adapters).sums(SampleModels.prompt(9, 4));
                assertThat(sums[ALL.indexOf(Positions.PROMPT)]).isPositive().isCloseTo(sums[0], within(1e-5));
                assertThat(sums[ALL.indexOf(Positions.ANSWER)]).isZero();
            }
        }
    }

    @Test
    void aPassThatDoesNotSayWhereAnswersBeginIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            try (AdapterBank adapters = adapters(decoder)) {
                assertThatThrownBy(() -> adapters.forRows(new int[] {0, 1}))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("say where answers begin");
                Tensor ids = Tensors.longs(new long[] {1, 2}, 1, 2);
                assertThatThrownBy(
                                () -> decoder.hidden(ids, TextAttention.causal(2), steering(decoder, Positions.PROMPT)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("use forRows");
            }
        }
    }

    private static AdapterBank adapters(Decoder decoder) {
        return new AdapterBank(
                ALL.stream()
                        .map(positions -> new Entry(steering(decoder, positions), 1))
                        .toList(),
                decoder.compute());
    }

    private static SteeringVector steering(Decoder decoder, Positions positions) {
        float[] vector = vector(decoder);
        return SteeringVector.of(decoder.config(), LAYER, ALPHA, positions, Tensors.floats(vector, vector.length));
    }

    private static InterventionBank interventions(Decoder decoder) {
        Add add = new Add(vector(decoder), ALPHA, false);
        return InterventionBank.of(
                decoder.config(),
                ALL.stream()
                        .map(positions -> List.of(new Intervention(List.of(LAYER), Site.RESID_POST, positions, add)))
                        .toList());
    }

    private static float[] vector(Decoder decoder) {
        CounterRandom random = CounterRandom.of(3, "v");
        float[] vector = new float[decoder.config().hiddenSize()];
        for (int i = 0; i < vector.length; i++) {
            vector[i] = (float) random.uniform(i) - 0.5f;
        }
        return vector;
    }
}
