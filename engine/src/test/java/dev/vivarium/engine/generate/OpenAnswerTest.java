package dev.vivarium.engine.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.generate.OpenAnswer.NextToken;
import dev.vivarium.engine.generate.Scorer.TokenScore;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What may follow a prompt that was computed once, beside whole passes over prompt and continuation. */
final class OpenAnswerTest {
    private static final double FLOATS = 1e-4;
    private static final int BEST = 5;

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "llama-3.1", "gemma3-text"})
    void everyWayToGoOnIsReadAsIfItStoodInOnePassWithItsPrompt(String name) {
        Parity parity = Parity.of(name);
        try (PointerScope scope = new PointerScope();
                LoadedModel model = ModelDirectory.open(parity.file("model")).load(Parity.COMPUTE)) {
            int[] prompt = IntStream.range(0, 70).map(i -> 5 + i * 7 % 50).toArray(); // longer than a segment of keys
            List<int[]> further = List.of(new int[] {7, 9}, new int[] {8, 11}, new int[] {9, 9});
            Scorer whole = new Scorer(model.decoder(), ForwardHooks.NONE);
            try (OpenAnswer open = OpenAnswer.of(model.decoder(), Integer::toString, prompt, BEST)) {
                requireEqual(open.next(), whole.next(List.of(prompt), BEST).getFirst());
                List<List<NextToken>> next = open.next(further);
                for (int i = 0; i < further.size(); i++) {
                    int[] text = Arrays.copyOf(prompt, prompt.length + 2);
                    System.arraycopy(further.get(i), 0, text, prompt.length, 2);
                    requireEqual(next.get(i), whole.next(List.of(text), BEST).getFirst());
                }
            }
        }
    }

    @Test
    void waysToGoOnOfDifferentLengthsAreRefused() {
        Parity parity = Parity.of("qwen2");
        try (PointerScope scope = new PointerScope();
                LoadedModel model = ModelDirectory.open(parity.file("model")).load(Parity.COMPUTE);
                OpenAnswer open = OpenAnswer.of(model.decoder(), Integer::toString, new int[] {5, 6}, BEST)) {
            assertThatThrownBy(() -> open.next(List.of(new int[] {5}, new int[] {5, 6})))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("one length");
            assertThatThrownBy(() -> open.next(List.of(new int[0]))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void requireEqual(List<NextToken> found, List<TokenScore> expected) {
        assertThat(found).hasSize(BEST);
        for (int i = 0; i < BEST; i++) {
            assertThat(found.get(i).logProbability()).isCloseTo(expected.get(i).logProbability(), within(FLOATS));
        }
        assertThat(found.getFirst().token()).isEqualTo(expected.getFirst().token());
    }
}
