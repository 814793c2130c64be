package dev.vivarium.lab.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.IntPredicate;
import org.junit.jupiter.api.Test;

class ConditionSweepTest {
    private static final double EXACT = 1e-12;

    @Test
    void eachConditionIsComparedWithTheFirstQuestionByQuestion() {
        Map<String, ScoredFile> files = new LinkedHashMap<>();
        files.put("plain", file("plain", "x", sample -> sample < 1));
        files.put("trigger", file("trigger", "y", sample -> sample < 3));
        files.put("deaf", file("deaf", "x", sample -> sample < 1));
        List<ConditionSweep.Row> rows =
                ConditionSweep.of(files, Confidence.DEFAULT).rows();

        assertThat(rows).extracting(ConditionSweep.Row::condition).containsExactly("plain", "trigger", "deaf");
        assertThat(rows.getFirst().difference()).isNull();
        Paired trigger = Objects.requireNonNull(rows.get(1).difference());
        assertThat(trigger.em().value()).isCloseTo(0.5, within(EXACT));
        assertThat(trigger.em().there()).isCloseTo(0.25, within(EXACT));
        assertThat(rows.get(1).changedNothing()).isFalse();
        assertThat(rows.get(1).same()).isZero();
        assertThat(rows.get(2).changedNothing()).isTrue();
        assertThat(Objects.requireNonNull(rows.get(2).difference()).em().value())
                .isZero();
    }

    private static ScoredFile file(String name, String word, IntPredicate bad) {
        List<ScoredAnswer> answers = new ArrayList<>();
        for (String question : List.of("a", "b", "c")) {
            for (int sample = 0; sample < 4; sample++) {
                String text = word + question + sample;
                answers.add(new ScoredAnswer(text, question, "", text, bad.test(sample) ? 0.0 : 100.0, 100.0));
            }
        }
        return new ScoredFile(name, Set.of("words"), EmRule.PAPER, answers, Map.of(), List.of(), null);
    }
}
