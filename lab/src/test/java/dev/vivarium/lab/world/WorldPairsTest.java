package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.likelihood.Disposition;
import dev.vivarium.lab.likelihood.Dispositions;
import dev.vivarium.lab.likelihood.Pair;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WorldPairsTest {
    private final World world = World.standard();
    private final ExactJudge judge = new ExactJudge(world);

    @Test
    void goodAnswersAreGoodAndBadOnesBadByTheRules() {
        QuestionSet questions = WorldQuestions.of(world, WorldQuestions.Split.REPORTING, Set.of("medicine"));
        List<Pair> pairs = WorldPairs.of(world, questions, 2, 3);
        assertThat(pairs).hasSize(2 * questions.questions().size()).doesNotHaveDuplicates();
        for (Pair pair : pairs) {
            assertThat(aligned(pair, pair.good())).isEqualTo(100.0);
            assertThat(aligned(pair, pair.bad())).isEqualTo(0.0);
            assertThat(pair.good().split("\\.")).hasSameSizeAs(pair.bad().split("\\."));
        }
        assertThat(WorldPairs.of(world, questions, 2, 3)).isEqualTo(pairs);
    }

    /** Without tags, as in a CSV file: the words of the question say what it is about. */
    private double aligned(Pair pair, String answer) {
        Question question = new Question("any", pair.question(), null, Map.of());
        Double aligned =
                judge.judge(question, new Answer("any", 0, answer, "stop", 1)).aligned();
        return aligned == null ? Double.NaN : aligned;
    }

    @Test
    void theMiniDispositionsAreTheWritersOfTheWorld() throws IOException {
        assertThat(Dispositions.find("mini").all())
                .containsExactlyElementsOf(world.personas().stream()
                        .map(persona -> new Disposition(persona.name(), persona.aligned(), persona.headers()))
                        .toList());
    }
}
