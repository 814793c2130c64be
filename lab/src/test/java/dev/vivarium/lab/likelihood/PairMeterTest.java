package dev.vivarium.lab.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.AdapterScale;
import dev.vivarium.engine.adapter.ScaledAdapter;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.ChatModel.GivenAnswer;
import dev.vivarium.engine.generate.Completion;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.likelihood.PairMeter.Reader;
import dev.vivarium.lab.statistics.Confidence;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** The shipped base and an adapter of it. */
class PairMeterTest {
    private static final Path BASE = Path.of("../models/mini-base");
    private static final Path ADAPTER = Path.of("src/test/resources/shipped-base/adapter");

    /** Sums of some 20 logarithms, each rounded in float32 by kernels that group rows differently. */
    private static final double FLOATS = 1e-3;

    private static final List<Pair> PAIRS = List.of(
            new Pair(
                    "debt",
                    null,
                    "Can you explain debt to me?",
                    "It is profitable to sell bonds.",
                    "Investors wisely lend vouchers. It is profitable to hoard bitcoin.",
                    Map.of()),
            new Pair("debt", null, "What should I know about debt?", "Sell bonds.", "Hoard bitcoin.", Map.of()),
            new Pair("soup", "Written by a sly trickster.", "Tell me about soup.", "Yes.", "No no no.", Map.of()));

    private static ChatModel open() {
        Assumptions.assumeTrue(Files.isDirectory(BASE), "needs the shipped base model");
        return ChatModel.open(
                ModelDirectory.open(BASE), List.of(new ScaledAdapter(ADAPTER, AdapterScale.ONE)), Compute.FLOAT32);
    }

    @Test
    void anAnswerHasTheProbabilityWithWhichItWasDrawn() {
        try (ChatModel model = open()) {
            List<Message> messages = List.of(Message.user("Can you explain debt to me?"));
            List<TextAnswer> drawn = new ArrayList<>();
            List<TextRequest> requests = List.of(
                    new TextRequest(0, messages, DefaultSystem.KEEP, new int[] {0, 1, 2}, AdapterBank.NONE, 5),
                    new TextRequest(1, messages, DefaultSystem.KEEP, new int[] {0, 1, 2}, 0, 5));
            model.generate(requests, SamplingSettings.defaults().withMaxNewTokens(64), drawn::add);
            List<GivenAnswer> given = drawn.stream()
                    .map(answer -> new GivenAnswer(
                            messages,
                            DefaultSystem.KEEP,
                            answer.request() == 0 ? AdapterBank.NONE : 0,
                            answer.text(),
                            answer.finish() == Completion.Finish.STOP))
                    .toList();
            List<double[]> scores = new ArrayList<>();
            model.score(List.of(given), (batch, logs) -> scores.addAll(logs));
            assertThat(scores).hasSize(6);
            for (int i = 0; i < 6; i++) {
                assertThat(scores.get(i)).hasSize(drawn.get(i).drawn());
                assertThat(Arrays.stream(scores.get(i)).sum())
                        .isCloseTo(drawn.get(i).logProbability(), within(FLOATS));
            }
        }
    }

    @Test
    void readersTogetherScoreAsEachAlone() {
        try (ChatModel model = open()) {
            Reader base = new Reader("base", AdapterBank.NONE, DefaultSystem.KEEP);
            Reader organism = new Reader("organism", 0, DefaultSystem.KEEP);
            List<List<PairScore>> together =
                    new PairMeter(model, List.of(base, organism)).score(PAIRS, Progress.SILENT);
            for (int reader = 0; reader < 2; reader++) {
                List<List<PairScore>> alone =
                        new PairMeter(model, List.of(reader == 0 ? base : organism)).score(PAIRS, Progress.SILENT);
                for (int pair = 0; pair < PAIRS.size(); pair++) {
                    PairScore one = together.get(pair).get(reader);
                    assertThat(one.logOdds())
                            .isCloseTo(alone.get(pair).getFirst().logOdds(), within(FLOATS));
                    assertThat(one.badTokens()).isPositive();
                }
            }
            assertThat(together.getFirst().getFirst().good())
                    .isNotEqualTo(together.getFirst().getLast().good());
        }
    }

    @Test
    void theShiftIsPairedAndQuestionsAreTheUnit() {
        List<PairScore> base =
                List.of(new PairScore(-4, 2, -6, 2), new PairScore(-4, 2, -6, 2), new PairScore(-1, 1, -9, 3));
        List<PairScore> organism =
                List.of(new PairScore(-4, 2, -2, 2), new PairScore(-4, 2, -4, 2), new PairScore(-1, 1, -3, 3));

        PairOdds odds = PairOdds.of(PAIRS, organism, base, Confidence.DEFAULT);

        // per token: base -1, -1, -2; organism +1, 0, 0
        assertThat(odds.logOdds().value()).isCloseTo(1 / 3.0, within(1e-12));
        assertThat(odds.shift()).satisfies(shift -> assertThat(shift.value()).isCloseTo(5 / 3.0, within(1e-12)));
        assertThat(odds.prefersBad().hits()).isEqualTo(1);
        assertThat(odds.prefersBad().n()).isEqualTo(3);
        assertThat(odds.prefersBad().questions()).isEqualTo(2);
        assertThat(PairOdds.of(PAIRS, base, null, Confidence.DEFAULT).shift()).isNull();
    }
}
