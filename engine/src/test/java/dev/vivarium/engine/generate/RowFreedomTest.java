package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterBank.Entry;
import dev.vivarium.engine.adapter.InterventionBank;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Device;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RowFreedomTest {
    private static final int QUESTIONS = 12;
    private static final int SAMPLES = 25;
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(70).withSeed(4);

    /** Enough answers to be tried, each then among others and at other places than where it is drawn with few. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void manyAnswersAtOnceAreThoseOfFew(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small(precision);
            LoraSettings wide = new LoraSettings(4, 16, true, EnumSet.allOf(Module.class), List.of());
            Entry entry = new Entry(SampleModels.lora(decoder.config(), wide, 1), 1);
            try (AdapterBank bank = new AdapterBank(List.of(entry), decoder.compute())) {
                Generator generator = new Generator(decoder, bank, ForwardHooks.NONE);
                List<Request> requests = new ArrayList<>();
                for (int i = 0; i < QUESTIONS; i++) {
                    requests.add(Request.of(i, SampleModels.prompt(5 + 15 * i, i), SAMPLES, i)
                            .withAdapter(i % 2 - 1));
                }
                Map<String, String> few = new TreeMap<>();
                requests.forEach(request -> few.putAll(answers(generator, List.of(request), SETTINGS)));
                assertThat(few).hasSize(QUESTIONS * SAMPLES);
                assertThat(few.values().stream().distinct().count()).isGreaterThan(QUESTIONS * SAMPLES * 9 / 10);
                assertThat(answers(generator, requests, SETTINGS)).isEqualTo(few);
                assertThat(answers(generator, requests.reversed(), SETTINGS.withRows(170)))
                        .isEqualTo(few);
            }
        }
    }

    @Test
    void rowsAreComputedInTheFewestThatWereTriedAndNoFewerThanThereAre() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            RowFreedom freedom = RowFreedom.tried(decoder, changes(decoder, ForwardHooks.NONE), requests(1), 72, 64);
            for (int rows = 1; rows <= 72; rows++) {
                assertThat(freedom.count(rows)).isBetween(rows, 72);
            }
            // a machine whose kernels round rows differently gives them places of their own
            if (freedom.any()) {
                assertThat(freedom.count(72)).isEqualTo(72);
                assertThat(List.of(freedom.count(65), freedom.count(64))).isSubsetOf(72, 64);
            }
        }
    }

    @Test
    void nothingIsAssumedUnderManyChangesOrHooksOfACaller() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = SampleModels.small();
            assertThat(RowFreedom.tried(decoder, changes(decoder, ForwardHooks.NONE), requests(5), 16, 16)
                            .any())
                    .isFalse();
            ForwardHooks own = new ForwardHooks() {};
            assertThat(RowFreedom.tried(decoder, changes(decoder, own), requests(1), 16, 16)
                            .any())
                    .isFalse();
            assertThat(RowFreedom.NONE.any()).isFalse();
            assertThat(RowFreedom.NONE.count(3)).isEqualTo(3);
        }
    }

    @Test
    void onlyMuchWorkIsWorthATrial() {
        DecodeRoom room = new DecodeRoom(128, 2, 64);
        assertThat(RowFreedom.worthTrying(room, 64, 400, 64)).isTrue();
        assertThat(RowFreedom.worthTrying(room, 64, 400, 4)).isFalse();
        assertThat(RowFreedom.worthTrying(room, 64, 50, 600)).isFalse();
    }

    @Test
    void aLaneHasOneBlock() {
        Decoder decoder = SampleModels.small();
        assertThat(room(decoder, SETTINGS, 400)).isEqualTo(new DecodeRoom(128, 2, 64));
        assertThat(room(decoder, SETTINGS, 134)).isEqualTo(new DecodeRoom(128, 2, 64));
        assertThat(room(decoder, SETTINGS, 20)).isEqualTo(new DecodeRoom(20, 2, 16));
        assertThat(room(decoder, SETTINGS.withDeterministic(false), 400)).isEqualTo(new DecodeRoom(128, 2, 64));
        assertThat(room(decoder, SETTINGS.withRows(30), 400)).isEqualTo(new DecodeRoom(30, 2, 16));
    }

    /** Where all answers take as long, both lanes end together: the last rows are dealt to both. */
    @ParameterizedTest
    @EnumSource(Precision.class)
    void theLastRowsAreDealtToAllLanes(Precision precision) {
        try (PointerScope scope = new PointerScope()) {
            Generator generator = Generator.of(SampleModels.small(precision));
            SamplingSettings fast = SETTINGS.withDeterministic(false).withRows(64);
            List<Request> requests = List.of(Request.of(0, SampleModels.prompt(9, 1), 96, 1));
            EvenLanes lanes = new EvenLanes();
            generator.generate(
                    requests, fast, (request, sample, tokens, count) -> lanes.drew(count), answer -> lanes.ended(), 2);
            int[] rows = lanes.tokens;
            assertThat(Arrays.stream(rows).min().orElseThrow())
                    .isGreaterThan(Arrays.stream(rows).sum() * 2 / 5);
        }
    }

    /**
     * Two lanes that go on at one pace, whatever else the machine does: none draws more than the other while that has rows,
     * or has not begun.
     */
    private static final class EvenLanes {
        private static final int AHEAD = 64;
        private final Map<Thread, Integer> numbers = new HashMap<>();
        private final int[] tokens = new int[2];
        private final int[] open = {1, 1}; // one until a lane has begun

        /** A stop rule, asked after each token but the last of an answer; of first tokens where rows are dealt. */
        synchronized boolean drew(int count) {
            int lane = lane();
            tokens[lane]++;
            open[lane] += count == 1 ? 1 : 0;
            notifyAll();
            // a lane that deals rows holds what the other would need to go on
            while (count > 1 && open[1 - lane] > 0 && tokens[lane] > tokens[1 - lane] + AHEAD) {
                try {
                    wait();
                } catch (InterruptedException interrupted) {
                    Thread.currentThread().interrupt();
                    return true;
                }
            }
            return false;
        }

        synchronized void ended() {
            open[lane()]--;
            notifyAll();
        }

        private int lane() {
            Integer known = numbers.get(Thread.currentThread());
            if (known == null) {
                known = numbers.size();
                numbers.put(Thread.currentThread(), known);
                open[known]--;
            }
            return known;
        }
    }

    private static DecodeRoom room(Decoder decoder, SamplingSettings settings, long wanted) {
        return DecodeRoom.free(decoder.config(), decoder.compute(), settings, wanted, 2);
    }

    private static List<Request> requests(int kinds) {
        return IntStream.range(0, kinds)
                .mapToObj(i -> Request.of(i, SampleModels.prompt(5, i), 1, i).withAdapter(i - 1))
                .toList();
    }

    private static RowChanges changes(Decoder decoder, ForwardHooks extra) {
        return new RowChanges(new AdapterBank(List.of()), InterventionBank.none(), extra, Device.CPU);
    }

    private static Map<String, String> answers(Generator generator, List<Request> requests, SamplingSettings settings) {
        Map<String, String> answers = new TreeMap<>();
        generator.generate(requests, settings, answer -> {
            String name = answer.request() + "/" + answer.sample();
            assertThat(answers.put(name, Arrays.toString(answer.tokens()))).isNull();
        });
        return answers;
    }
}
