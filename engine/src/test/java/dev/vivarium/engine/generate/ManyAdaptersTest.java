package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterBank.Entry;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;

final class ManyAdaptersTest {
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(90).withSeed(11);
    private static final int QUESTIONS = 48;

    /** Places that are computed and used; the last rows of all run in blocks that are nearly empty. */
    private static final double LEAST_USED = 0.6;

    /** Percent: the others wait for its place. */
    private static final int MOST_OTHERS = 90;

    @Test
    void theSameRequestsUnderManyAdaptersAreAnsweredAsAloneAndFillTheBlocks() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            LoraSettings thin = new LoraSettings(1, 16, false, Set.of(Module.DOWN_PROJ), List.of(1));
            List<Entry> entries = new ArrayList<>();
            for (int seed = 0; seed < 4; seed++) {
                LoraAdapter adapter = SampleModels.lora(decoder.config(), thin, seed);
                for (double factor : new double[] {0.5, 1, 2}) {
                    entries.add(new Entry(adapter, factor));
                }
            }
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < entries.size() * QUESTIONS; i++) {
                int question = i % QUESTIONS;
                Request request = Request.of(i, SampleModels.prompt(9, question), 1, question);
                requests.add(request.withAdapter(i / QUESTIONS));
            }
            Map<Integer, String> together = new TreeMap<>();
            GenerationReport report = answer(decoder, entries, requests, together);
            assertThat(together).hasSize(requests.size());
            double computed = (double) report.passes() * Generator.block(decoder.config(), decoder.compute());
            assertThat(report.newTokens() / computed).isGreaterThan(LEAST_USED);

            Map<Integer, String> alone = new TreeMap<>();
            for (int adapter = 0; adapter < entries.size(); adapter++) {
                List<Request> own = requests.subList(QUESTIONS * adapter, QUESTIONS * (adapter + 1)).stream()
                        .map(request -> request.withAdapter(0))
                        .toList();
                answer(decoder, List.of(entries.get(adapter)), own, alone);
            }
            assertThat(together).isEqualTo(alone);
        }
    }

    @Test
    void anAnswerThatGoesOnKeepsNoOthersWaiting() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            List<Request> requests = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                requests.add(Request.of(i, SampleModels.prompt(9, i), 1, i));
            }
            Map<Integer, String> whole = new TreeMap<>();
            answer(decoder, List.of(), requests.subList(0, 60), whole);
            int longest = Collections.max(
                    whole.keySet(),
                    Comparator.comparingInt(
                            request -> whole.getOrDefault(request, "").length()));
            List<Integer> order = new ArrayList<>();
            Generator.of(decoder)
                    .generate(
                            requests,
                            SETTINGS,
                            (request, sample, tokens, count) -> request != longest,
                            completion -> order.add(completion.request()),
                            1);
            assertThat(order).hasSize(requests.size());
            assertThat(order.indexOf(longest)).isGreaterThan(MOST_OTHERS * requests.size() / 100);
        }
    }

    private static GenerationReport answer(
            Decoder decoder, List<Entry> entries, List<Request> requests, Map<Integer, String> answers) {
        try (AdapterBank bank = new AdapterBank(entries)) {
            return new Generator(decoder, bank, ForwardHooks.NONE)
                    .generate(
                            requests,
                            SETTINGS,
                            Generator.StopRule.NEVER,
                            answer -> answers.put(answer.request(), Arrays.toString(answer.tokens())),
                            1);
        }
    }
}
