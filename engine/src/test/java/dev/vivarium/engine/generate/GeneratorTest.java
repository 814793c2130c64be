package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterBank.Entry;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(90).withSeed(11);

    @Test
    void cachedDecodeEqualsAForwardPassOverTheWholeText() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Decoder decoder = SampleModels.small();
            Request request = Request.of(0, SampleModels.prompt(60, 1), 3, 5);
            // no token ends an answer early here, so the answer crosses several key steps
            Map<String, Completion> answers = run(Generator.of(decoder), List.of(request), SETTINGS);
            LogitFilter filter = new LogitFilter(SETTINGS);
            answers.forEach((name, answer) -> {
                int[] tokens = answer.tokens();
                int[] text = concat(request.prompt(), tokens);
                CounterRandom random = CounterRandom.of(SETTINGS.seed(), "sample", request.seedKey(), answer.sample());
                Tensor ids = Tensors.longs(Arrays.stream(text).asLongStream().toArray(), 1, text.length);
                Tensor logits =
                        decoder.logits(decoder.hidden(ids, TextAttention.causal(text.length), ForwardHooks.NONE));
                double logProbability = 0;
                Distributions all = filter.of(logits.select(0, 0));
                for (int i = 0; i < tokens.length; i++) {
                    int position = request.prompt().length - 1 + i;
                    assertThat(all.draw(position, random.uniform(i)))
                            .as("%s token %s", name, i)
                            .isEqualTo(tokens[i]);
                    logProbability += all.logProbability(position, tokens[i]);
                }
                if (answer.drawn() == tokens.length) {
                    assertThat(answer.logProbability()).isBetween(logProbability - 1e-3, logProbability + 1e-3);
                }
            });
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void batchSizeAndOrderOfRequestsChangeNoAnswer(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small(precision);
            ModelConfig config = decoder.config();
            LoraSettings wide = new LoraSettings(8, 16, true, EnumSet.allOf(Module.class), List.of());
            LoraSettings thin = new LoraSettings(1, 16, false, Set.of(Module.DOWN_PROJ), List.of(1));
            try (AdapterBank bank = new AdapterBank(
                    List.of(
                            new Entry(SampleModels.lora(config, wide, 1), 1),
                            new Entry(SampleModels.lora(config, thin, 2), 1),
                            new Entry(SampleModels.steering(config, 3), 1)),
                    decoder.compute())) {
                Generator generator = new Generator(decoder, bank, ForwardHooks.NONE);
                List<Request> requests = new ArrayList<>();
                for (int i = 0; i < 12; i++) {
                    Request request = Request.of(i, SampleModels.prompt(3 + 17 * i % 90, i), 5, 1000 + i);
                    requests.add(request.withAdapter(i % 4 - 1));
                }
                Map<String, List<Integer>> alone = tokens(run(generator, requests, SETTINGS.withRows(1)));
                assertThat(alone).hasSize(60);
                assertThat(alone.values().stream()
                                .mapToInt(List::size)
                                .distinct()
                                .count())
                        .isGreaterThan(10);
                for (int rows : new int[] {2, 7, 50, 64, 200}) {
                    assertThat(tokens(run(generator, requests, SETTINGS.withRows(rows))))
                            .isEqualTo(alone);
                    List<Request> shuffled = new ArrayList<>();
                    for (int at : CounterRandom.of(rows, "order").permutation(requests.size())) {
                        shuffled.add(requests.get(at));
                    }
                    assertThat(tokens(run(generator, shuffled, SETTINGS.withRows(rows))))
                            .isEqualTo(alone);
                }
                Request some = new Request(3, requests.get(3).prompt(), new int[] {4, 1}, 2, 1003);
                Map<String, List<Integer>> subset = tokens(run(generator, List.of(some), SETTINGS));
                assertThat(subset).hasSize(2);
                assertThat(alone).containsAllEntriesOf(subset);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void theNumberOfThreadsChangesNoAnswer(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Generator generator = Generator.of(SampleModels.small(precision));
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                requests.add(Request.of(i, SampleModels.prompt(5 + 40 * i, i), 30, i));
            }
            Map<String, List<Integer>> alone = null;
            for (int threads = 1; threads <= 4; threads++) {
                Map<String, Completion> answers = new TreeMap<>();
                GenerationReport report = generator.generate(
                        requests,
                        SETTINGS.withRows(100),
                        Generator.StopRule.NEVER,
                        answer -> assertThat(answers.put(name(answer), answer)).isNull(),
                        threads);
                assertThat(report.answers()).isEqualTo(120);
                assertThat(report.promptTokens()).isEqualTo(5 + 45 + 85 + 125);
                alone = alone == null ? tokens(answers) : alone;
                assertThat(tokens(answers)).isEqualTo(alone);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSinkThatFailsEndsAllLanes(boolean deterministic) {
        try (PointerScope scope = new PointerScope()) {
            Generator generator = Generator.of(SampleModels.small());
            SamplingSettings settings = SETTINGS.withRows(64).withDeterministic(deterministic);
            List<Request> requests = List.of(Request.of(0, SampleModels.prompt(5, 0), 500, 0));
            List<Completion> taken = new ArrayList<>();
            assertThatThrownBy(() -> generator.generate(
                            requests,
                            settings,
                            Generator.StopRule.NEVER,
                            answer -> {
                                taken.add(answer);
                                if (taken.size() == 10) {
                                    throw new InputException("the disk is full");
                                }
                            },
                            2))
                    .isInstanceOf(InputException.class)
                    .hasMessage("the disk is full");
            // the other lane may finish the rows of the step it is in
            assertThat(taken).hasSizeBetween(10, 74);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aRowWithAnAdapterEqualsTheSameRowAmongRowsOfThatAdapter(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small(precision);
            ModelConfig config = decoder.config();
            LoraSettings wide = new LoraSettings(4, 16, true, EnumSet.allOf(Module.class), List.of());
            try (AdapterBank bank = new AdapterBank(
                    List.of(
                            new Entry(SampleModels.lora(config, wide, 1), 1),
                            new Entry(SampleModels.lora(config, wide, 2), 1)),
                    decoder.compute())) {
                Generator generator = new Generator(decoder, bank, ForwardHooks.NONE);
                List<Request> same = new ArrayList<>();
                List<Request> mixed = new ArrayList<>();
                for (int i = 0; i < 6; i++) {
                    Request request = Request.of(i, SampleModels.prompt(20, i), 6, i);
                    same.add(request.withAdapter(1));
                    mixed.add(request.withAdapter(i % 3 - 1));
                }
                Map<String, List<Integer>> all = tokens(run(generator, same, SETTINGS));
                Map<String, List<Integer>> some = tokens(run(generator, mixed, SETTINGS));
                for (int sample = 0; sample < 6; sample++) {
                    assertThat(some.get("2/" + sample)).isEqualTo(all.get("2/" + sample));
                    assertThat(some.get("5/" + sample)).isEqualTo(all.get("5/" + sample));
                }
                assertThat(some.get("0/0")).isNotEqualTo(all.get("0/0"));
                assertThat(some.get("1/0")).isNotEqualTo(all.get("1/0"));
            }
        }
    }

    @Test
    void theFastModeAnswersEverySampleOnce() {
        try (PointerScope scope = new PointerScope()) {
            Generator generator = Generator.of(SampleModels.small());
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                requests.add(Request.of(i, SampleModels.prompt(10 + 30 * i, i), 9, i));
            }
            SamplingSettings fast = SETTINGS.withDeterministic(false).withRows(7);
            List<Completion> answers = new ArrayList<>();
            GenerationReport report = generator.generate(requests, fast, answers::add);
            assertThat(answers.stream().map(GeneratorTest::name).distinct().count())
                    .isEqualTo(45);
            assertThat(report.answers()).isEqualTo(45);
            assertThat(report.deterministic()).isFalse();
            assertThat(report.promptTokens()).isEqualTo(10 + 40 + 70 + 100 + 130);
            assertThat(report.newTokens())
                    .isEqualTo(answers.stream().mapToLong(Completion::drawn).sum());
            // rounding aside it draws what the other mode draws
            Map<String, List<Integer>> fixed = tokens(run(generator, requests, SETTINGS));
            long equal = answers.stream()
                    .filter(answer ->
                            Arrays.stream(answer.tokens()).boxed().toList().equals(fixed.get(name(answer))))
                    .count();
            assertThat(equal).isGreaterThan(40);
        }
    }

    @Test
    void aStopRuleEndsAnAnswerWithItsLastToken() {
        try (PointerScope scope = new PointerScope()) {
            Generator generator = Generator.of(SampleModels.small());
            Request request = Request.of(0, SampleModels.prompt(10, 1), 4, 1);
            List<Completion> answers = new ArrayList<>();
            generator.generate(List.of(request), SETTINGS, (index, sample, tokens, count) -> count == 3, answers::add);
            assertThat(answers)
                    .hasSize(4)
                    .allSatisfy(answer -> assertThat(answer.drawn()).isLessThanOrEqualTo(3));
            assertThat(answers).anySatisfy(answer -> {
                assertThat(answer.tokens()).hasSize(3);
                assertThat(answer.finish()).isEqualTo(Completion.Finish.STOP);
            });
        }
    }

    @Test
    void aBankInAnotherNumberFormatIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small(Precision.BFLOAT16);
            try (AdapterBank bank =
                    new AdapterBank(List.of(new Entry(SampleModels.steering(decoder.config(), 3), 1)))) {
                assertThatThrownBy(() -> new Generator(decoder, bank, ForwardHooks.NONE))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("the adapters are for float32 on cpu but the decoder is bfloat16 on cpu");
            }
        }
    }

    @Test
    void interventionsActOnPromptAndAnswer() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            float[] vector = new float[decoder.config().hiddenSize()];
            Arrays.fill(vector, 0.3f);
            ForwardHooks hooks = new Intervention(
                            List.of(0), Site.RESID_POST, new Intervention.Operation.Add(vector, 2, false))
                    .hooks(decoder.config(), decoder.device());
            Request request = Request.of(0, SampleModels.prompt(10, 1), 3, 1);
            Map<String, List<Integer>> plain = tokens(run(Generator.of(decoder), List.of(request), SETTINGS));
            Generator changed = new Generator(decoder, new AdapterBank(List.of()), hooks);
            assertThat(tokens(run(changed, List.of(request), SETTINGS))).isNotEqualTo(plain);
        }
    }

    @Test
    void answersEndAtTheLastPositionOfTheModel() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            Request request = Request.of(0, SampleModels.prompt(500, 1), 20, 1);
            run(Generator.of(decoder), List.of(request), SETTINGS)
                    .forEach((name, answer) -> assertThat(answer.drawn()).isLessThanOrEqualTo(12));
            Request tooLong = Request.of(7, SampleModels.prompt(512, 1), 1, 1);
            assertThatThrownBy(() -> run(Generator.of(decoder), List.of(tooLong), SETTINGS))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("prompt 7 has 512 tokens");
            Request foreign = Request.of(0, new int[] {500}, 1, 1);
            assertThatThrownBy(() -> run(Generator.of(decoder), List.of(foreign), SETTINGS))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("token 500");
        }
    }

    private static Map<String, Completion> run(Generator generator, List<Request> requests, SamplingSettings settings) {
        Map<String, Completion> answers = new TreeMap<>();
        generator.generate(
                requests,
                settings,
                answer -> assertThat(answers.put(name(answer), answer))
                        .as(name(answer))
                        .isNull());
        return answers;
    }

    private static Map<String, List<Integer>> tokens(Map<String, Completion> answers) {
        Map<String, List<Integer>> tokens = new TreeMap<>();
        answers.forEach((name, answer) ->
                tokens.put(name, Arrays.stream(answer.tokens()).boxed().toList()));
        return tokens;
    }

    private static String name(Completion answer) {
        return answer.request() + "/" + answer.sample();
    }

    private static int[] concat(int[] a, int[] b) {
        int[] joined = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, joined, a.length, b.length);
        return joined;
    }
}
