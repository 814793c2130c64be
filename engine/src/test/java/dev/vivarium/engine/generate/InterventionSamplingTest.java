package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.Intervention.Operation.Add;
import dev.vivarium.engine.adapter.Intervention.Operation.Project;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
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

/** Interventions of single rows while answers are sampled over a cache. */
class InterventionSamplingTest {
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(40).withSeed(11);

    private static final List<List<Intervention>> MANY = List.of(
            List.of(at(Positions.ALL, new Add(noise(1), 1, false))),
            List.of(at(Positions.ANSWER, new Add(noise(2), 0.5, true))),
            List.of(
                    at(Positions.PROMPT, new Add(noise(3), 2, false)),
                    at(Positions.first(4), Project.ablate(noise(1)))),
            List.of(at(Positions.LAST_PROMPT, new Add(noise(4), 3, false))),
            List.of(at(Positions.ALL, Project.ablate(List.of(noise(1), noise(2), noise(3))))));

    @ParameterizedTest
    @EnumSource(Precision.class)
    void aSettingGivesTheSameAnswersAloneAndBesideOthers(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small(precision);
            LoraSettings thin = new LoraSettings(1, 16, false, Set.of(Module.DOWN_PROJ), List.of(1));
            try (AdapterBank adapters = new AdapterBank(
                    List.of(new AdapterBank.Entry(SampleModels.lora(decoder.config(), thin, 2), 1)),
                    decoder.compute())) {
                Generator all = new Generator(
                        decoder, adapters, InterventionBank.of(decoder.config(), MANY), ForwardHooks.NONE);
                List<Request> requests = new ArrayList<>();
                // one prompt under all settings: its keys and values may not be shared where these act on the prompt
                for (int i = 0; i < 12; i++) {
                    requests.add(Request.of(i, SampleModels.prompt(8, 1), 4, 5)
                            .withAdapter(i < 6 ? AdapterBank.NONE : 0)
                            .withIntervention(i % 6 - 1));
                }
                Map<String, List<Integer>> together = run(all, requests, SETTINGS);
                assertThat(together.values().stream().distinct().count()).isGreaterThan(40);
                for (int setting = 0; setting < MANY.size(); setting++) {
                    Generator one = new Generator(
                            decoder,
                            adapters,
                            InterventionBank.of(decoder.config(), List.of(MANY.get(setting))),
                            ForwardHooks.NONE);
                    for (int i : new int[] {setting + 1, setting + 7}) {
                        Map<String, List<Integer>> alone =
                                run(one, List.of(requests.get(i).withIntervention(0)), SETTINGS);
                        assertThat(together).containsAllEntriesOf(alone);
                    }
                }
                Map<String, List<Integer>> plain = run(Generator.of(decoder), List.of(requests.getFirst()), SETTINGS);
                assertThat(together).containsAllEntriesOf(plain);
            }
        }
    }

    @Test
    void cachedDecodeEqualsAForwardPassOverTheWholeTextAtAllPositions() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Decoder decoder = SampleModels.small();
            InterventionBank bank = InterventionBank.of(decoder.config(), MANY);
            Generator generator = new Generator(decoder, new AdapterBank(List.of()), bank, ForwardHooks.NONE);
            LogitFilter filter = new LogitFilter(SETTINGS);
            for (int setting = 0; setting < MANY.size(); setting++) {
                Request request = Request.of(0, SampleModels.prompt(9, 1), 2, 5).withIntervention(setting);
                List<Completion> answers = new ArrayList<>();
                generator.generate(List.of(request), SETTINGS, answers::add);
                for (Completion answer : answers) {
                    int[] text = Arrays.copyOf(request.prompt(), 9 + answer.tokens().length);
                    System.arraycopy(answer.tokens(), 0, text, 9, answer.tokens().length);
                    int[] offsets = new int[text.length];
                    Arrays.setAll(offsets, token -> token - 9);
                    Tensor ids =
                            Tensors.longs(Arrays.stream(text).asLongStream().toArray(), 1, text.length);
                    Tensor hidden = decoder.hidden(
                            ids,
                            TextAttention.causal(text.length),
                            bank.forRows(new int[] {setting}, new int[][] {offsets}, decoder.device()));
                    Distributions all = filter.of(decoder.logits(hidden).select(0, 0));
                    CounterRandom random =
                            CounterRandom.of(SETTINGS.seed(), "sample", request.seedKey(), answer.sample());
                    for (int i = 0; i < answer.tokens().length; i++) {
                        assertThat(all.draw(8 + i, random.uniform(i)))
                                .as("setting %s token %s", setting, i)
                                .isEqualTo(answer.tokens()[i]);
                    }
                }
            }
        }
    }

    @Test
    void aSettingThatNoTokenOfAnAnswerWouldFeelIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            Generator generator = new Generator(
                    decoder,
                    new AdapterBank(List.of()),
                    InterventionBank.of(decoder.config(), MANY),
                    ForwardHooks.NONE);
            Request request = Request.of(0, SampleModels.prompt(9, 1), 2, 5).withIntervention(1);
            assertThatThrownBy(() -> run(generator, List.of(request), SETTINGS.withMaxNewTokens(1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("would touch nothing");
            assertThatThrownBy(() -> run(generator, List.of(request.withIntervention(5)), SETTINGS))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("no intervention 5 in a bank of 5");
        }
    }

    static Map<String, List<Integer>> run(Generator generator, List<Request> requests, SamplingSettings settings) {
        Map<String, List<Integer>> answers = new TreeMap<>();
        generator.generate(
                requests,
                settings,
                answer -> answers.put(
                        answer.request() + "/" + answer.sample(),
                        Arrays.stream(answer.tokens()).boxed().toList()));
        return answers;
    }

    private static Intervention at(Positions positions, Intervention.Operation operation) {
        return new Intervention(List.of(0, 1), Site.RESID_POST, positions, operation);
    }

    private static float[] noise(long seed) {
        CounterRandom random = CounterRandom.of(seed, "v");
        float[] values = new float[128];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (0.3 * random.gaussian(i));
        }
        return values;
    }
}
