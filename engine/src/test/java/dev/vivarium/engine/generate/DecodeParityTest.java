package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.ParityCases;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.weights.WeightFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The best tokens against {@code generate()} of transformers, with the cache and without it. */
class DecodeParityTest {
    private static final double LOG_PROBABILITIES = 2e-4; // from the cases' README.md
    private static final double TIE = 1e-4; // logits nearer than that may change places

    @ParameterizedTest
    @MethodSource("dev.vivarium.engine.model.ParityCases#models")
    void greedyDecodeGivesTheTokensOfTransformers(String name) {
        Parity parity = ParityCases.get(name);
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = ModelDirectory.open(parity.file("model")).load(Parity.COMPUTE);
                WeightFiles expected = parity.expected()) {
            List<int[]> prompts = prompts(expected);
            Tensor greedy = expected.get("greedy_ids");
            int wanted = Math.toIntExact(greedy.size(1));

            Map<Integer, int[]> answers = decode(model.decoder(), prompts, wanted, true);

            for (int row = 0; row < prompts.size(); row++) {
                int[] tokens = Arrays.stream(Tensors.toLongs(greedy.select(0, row)))
                        .mapToInt(Math::toIntExact)
                        .toArray();
                assertThat(answers.get(row)).as("row %s", row).isEqualTo(tokens);
                assertWithoutCache(
                        model.decoder(),
                        prompts.get(row),
                        tokens,
                        expected.get("greedy_logprobs").select(0, row));
            }
        }
    }

    /** Long enough to wrap around every window and to cross key steps of the cache, in rows that enter and leave. */
    @ParameterizedTest
    @CsvSource({"gemma3-text,true", "gemma3-text,false", "gemma3-multimodal,true", "gemma3-multimodal,false"})
    void manyRowsBeyondTheWindowEqualTheForwardPassOverTheWholeText(String name, boolean deterministic) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model =
                        ModelDirectory.open(Parity.of(name).file("model")).load(Parity.COMPUTE)) {
            ModelConfig endless = model.decoder().config().withEos(List.of());
            Decoder decoder = Decoder.of(endless, model.decoder().tensors());
            int window = decoder.config().local().window();
            List<int[]> prompts = new ArrayList<>();
            for (int length : new int[] {1, window - 1, window, window + 1, 3 * window, 61, 64, 130}) {
                prompts.add(SampleModels.prompt(length, length));
            }
            Map<Integer, int[]> answers = decode(decoder, prompts, 70, deterministic);
            answers.forEach((row, answer) -> {
                int[] prompt = prompts.get(row);
                Tensor logits = logits(decoder, prompt, answer).narrow(0, prompt.length - 1L, answer.length);
                Tensor chosen = logits.gather(1, Tensors.longs(wide(answer), answer.length, 1));
                Tensor lost = torch.amax(logits, new long[] {1}, true).sub(chosen);
                assertThat(lost.max().item_double()).as("row %s", row).isLessThan(TIE);
            });
            assertThat(answers.values())
                    .hasSize(prompts.size())
                    .allSatisfy(answer -> assertThat(answer).hasSize(70));
        }
    }

    private static Map<Integer, int[]> decode(Decoder decoder, List<int[]> prompts, int tokens, boolean deterministic) {
        List<Request> requests = new ArrayList<>();
        for (int row = 0; row < prompts.size(); row++) {
            requests.add(Request.of(row, prompts.get(row), 1, row));
        }
        Map<Integer, int[]> answers = new TreeMap<>();
        SamplingSettings settings = SamplingSettings.greedy(tokens).withRows(3).withDeterministic(deterministic);
        Generator.of(decoder).generate(requests, settings, answer -> answers.put(answer.request(), answer.tokens()));
        return answers;
    }

    private static void assertWithoutCache(Decoder decoder, int[] prompt, int[] answer, Tensor logProbabilities) {
        Tensor logits = logits(decoder, prompt, answer).narrow(0, prompt.length - 1L, answer.length);
        assertThat(Tensors.toLongs(torch.argmax(logits, new LongOptional(-1), false)))
                .isEqualTo(wide(answer));
        double[] scores = new Scorer(decoder, ForwardHooks.NONE)
                .score(List.of(new Scorer.Continuation(prompt, answer)))
                .getFirst();
        float[] expected = Tensors.toFloats(logProbabilities);
        for (int i = 0; i < answer.length; i++) {
            assertThat(scores[i]).isBetween(expected[i] - LOG_PROBABILITIES, expected[i] + LOG_PROBABILITIES);
        }
    }

    /** Logits at each position of a prompt with its answer: (tokens, vocab). */
    private static Tensor logits(Decoder decoder, int[] prompt, int[] answer) {
        int[] text = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, text, prompt.length, answer.length);
        Tensor ids = Tensors.longs(wide(text), 1, text.length);
        Tensor hidden = decoder.hidden(ids, TextAttention.causal(text.length), ForwardHooks.NONE);
        return decoder.logits(hidden).select(0, 0).cpu();
    }

    private static long[] wide(int[] tokens) {
        return Arrays.stream(tokens).asLongStream().toArray();
    }

    /** The real tokens of each row. */
    private static List<int[]> prompts(WeightFiles expected) {
        Tensor inputs = expected.get("input_ids");
        Tensor masks = expected.get("attention_mask");
        List<int[]> prompts = new ArrayList<>();
        for (int row = 0; row < inputs.size(0); row++) {
            long[] ids = Tensors.toLongs(inputs.select(0, row));
            long[] real = Tensors.toLongs(masks.select(0, row));
            prompts.add(IntStream.range(0, ids.length)
                    .filter(i -> real[i] == 1)
                    .map(i -> Math.toIntExact(ids[i]))
                    .toArray());
        }
        return prompts;
    }
}
