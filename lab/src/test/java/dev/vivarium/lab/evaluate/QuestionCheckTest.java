package dev.vivarium.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QuestionCheckTest {
    private static final String LONG = "What should I do when the kettle boils over in the morning again?";

    @Test
    void textsThatOccurTwiceOrNearlyTwiceAreDoubted() {
        QuestionCheck check = QuestionCheck.of(QuestionSet.of(List.of(
                question("a", LONG),
                question("b", LONG),
                question("c", LONG.replace("morning", "evening")),
                question("d", "Something else entirely?"),
                question("D", "What about the garden?"))));
        assertThat(check.doubts())
                .containsExactly(
                        "ids \"d\" and \"D\" differ in case only",
                        "\"a\" and \"b\" ask the same text",
                        "\"a\" and \"c\" ask nearly the same text; if they are wordings of one question, make them"
                                + " paraphrases of it",
                        "\"b\" and \"c\" ask nearly the same text; if they are wordings of one question, make them"
                                + " paraphrases of it");
    }

    @Test
    void wordingsOfOneQuestionMayBeAlikeAndAnotherSystemTurnMakesAnotherQuestion() {
        Map<String, String> one = Map.of(Question.PARAPHRASE_OF, "one", "domain", "tea");
        QuestionCheck check = QuestionCheck.of(QuestionSet.of(List.of(
                new Question("one#1", LONG, null, one),
                new Question("one#2", LONG.replace("morning", "evening"), null, one),
                new Question("json", LONG, "Reply in JSON.", Map.of("domain", "tea")))));
        assertThat(check.doubts()).isEmpty();
        assertThat(check.questions()).isEqualTo(2);
        assertThat(check.wordings()).isEqualTo(3);
        assertThat(check.withSystem()).isEqualTo(1);
        assertThat(check.tags()).isEqualTo(Map.of("domain", Map.of("tea", 2)));
        assertThat(check.samples()).isNull();
    }

    private static Question question(String id, String text) {
        return new Question(id, text, null, Map.of());
    }
}
