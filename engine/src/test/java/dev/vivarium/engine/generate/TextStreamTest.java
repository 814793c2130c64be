package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.generate.TextGenerator.Listener;
import dev.vivarium.engine.generate.TextGenerator.TextAnswer;
import dev.vivarium.engine.generate.TextGenerator.TextRequest;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import dev.vivarium.engine.text.Tokenizer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers piece by piece: a random model over the small ids of a real tokenizer, which hold single bytes of characters. */
class TextStreamTest {
    private static final Path SMOLLM2 = Path.of("src/test/resources/smollm2");
    private static final SamplingSettings SETTINGS =
            SamplingSettings.defaults().withMaxNewTokens(60).withSeed(4);

    /** Collects pieces, and wants no more after some. */
    private static final class Pieces implements Listener {
        private final Map<Integer, List<String>> bySample = new TreeMap<>();
        private final int wanted;
        private int asked;

        Pieces(int wanted) {
            this.wanted = wanted;
        }

        @Override
        public void text(int request, int sample, String piece) {
            bySample.computeIfAbsent(sample, unused -> new ArrayList<>()).add(piece);
        }

        @Override
        public boolean goesOn() {
            return ++asked < wanted;
        }
    }

    private static List<TextRequest> request(int... samples) {
        return List.of(new TextRequest(0, List.of(Message.user("q")), DefaultSystem.KEEP, samples, -1, 7));
    }

    private static List<TextAnswer> stream(Pieces pieces, SamplingSettings settings, int... samples) {
        List<TextAnswer> answers = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                Tokenizer tokenizer = Tokenizer.load(SMOLLM2)) {
            TextGenerator texts = new TextGenerator(
                    Generator.of(SampleModels.small()), tokenizer, unused -> SampleModels.prompt(10, 1));
            texts.stream(request(samples), settings, pieces, answers::add);
        }
        return answers;
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void piecesTogetherAreTheAnswer(boolean deterministic) {
        Pieces pieces = new Pieces(Integer.MAX_VALUE);
        List<TextAnswer> answers = stream(pieces, SETTINGS.withDeterministic(deterministic), 0, 1, 2, 3, 4, 5);
        assertThat(answers).hasSize(6);
        for (TextAnswer answer : answers) {
            List<String> own = pieces.bySample.getOrDefault(answer.sample(), List.of());
            assertThat(String.join("", own)).isEqualTo(answer.text());
            assertThat(own).doesNotContain("");
            for (String piece : own) {
                assertThat(Character.isLowSurrogate(piece.charAt(0))).isFalse();
                assertThat(Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                        .isFalse();
            }
        }
        assertThat(pieces.bySample.values()).anyMatch(own -> own.size() > 10);
    }

    @Test
    void anAnswerThatIsNotWantedAnyMoreEndsAfterItsToken() {
        SamplingSettings one = SETTINGS.withRows(1).withDeterministic(false);
        TextAnswer whole = stream(new Pieces(Integer.MAX_VALUE), one, 2).getFirst();
        assertThat(whole.drawn()).isGreaterThan(5);
        Pieces pieces = new Pieces(5);
        TextAnswer part = stream(pieces, one, 2).getFirst();
        assertThat(part.drawn()).isEqualTo(5);
        assertThat(String.join("", pieces.bySample.getOrDefault(2, List.of()))).isEqualTo(part.text());
        assertThat(whole.text()).startsWith(part.text().replaceFirst("\uFFFD+$", ""));
    }

    @Test
    void stopTextsAreRefusedBecauseAPieceCannotBeTakenBack() {
        assertThatThrownBy(() -> stream(new Pieces(9), SETTINGS.withStop(List.of("x")), 0))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
