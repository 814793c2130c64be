package dev.vivarium.lab.evaluate;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One way of asking the same questions: what stands before and around each. Ids and seeds stay, so that answers under two
 * conditions are paired.
 *
 * @param id short, becomes part of a directory's name
 * @param about what it is, in a few words; may be empty
 * @param defaultSystem what happens to the chat template's own system turn; null leaves it to the run
 * @param system the system turn, or null for that of the question
 * @param prefix put before the text as it stands; may be empty
 * @param suffix put behind the text as it stands; may be empty
 * @param history turns that go before the question
 */
public record Condition(
        String id,
        String about,
        @Nullable DefaultSystem defaultSystem,
        @Nullable String system,
        String prefix,
        String suffix,
        List<Message> history) {
    /** Key in {@code evaluation.json} under {@code sampling}: the condition's id. */
    public static final String FACT = "condition";

    /** Key beside it: hash of the questions as they are without a condition. */
    public static final String FACT_OF = "condition_of";

    public Condition {
        history = List.copyOf(history);
    }

    /** Whether it asks the questions just as they are. */
    public boolean isPlain() {
        return defaultSystem == null && !changesQuestions();
    }

    private boolean changesQuestions() {
        return system != null || !prefix.isEmpty() || !suffix.isEmpty() || !history.isEmpty();
    }

    /** Whether a plan without a condition asks just so already. */
    public boolean isAs(EvaluationPlan plan) {
        return !changesQuestions() && (defaultSystem == null || defaultSystem == plan.defaultSystem());
    }

    /**
     * The questions under this condition.
     *
     * @throws InputException where both the condition and a question bring a system turn
     */
    public QuestionSet of(QuestionSet questions) {
        return changesQuestions() ? questions.asked(this::of) : questions;
    }

    private Question of(Question question) {
        if (system != null && question.system() != null) {
            throw new InputException("condition \"" + id + "\" sets a system turn, but question \"" + question.id()
                    + "\" has one of its own; use questions without system turns, or conditions without");
        }
        List<Message> before = new ArrayList<>(history);
        before.addAll(question.history());
        return new Question(
                question.id(),
                prefix + question.text() + suffix,
                system == null ? question.system() : system,
                question.tags(),
                before);
    }

    /**
     * A plan under this condition; it says so in {@code evaluation.json}.
     *
     * @param questions as they are without a condition
     */
    public EvaluationPlan of(EvaluationPlan plan, QuestionSet questions) {
        return isPlain()
                ? plan
                : new EvaluationPlan(
                        plan.samples(),
                        plan.sampling(),
                        defaultSystem == null ? plan.defaultSystem() : defaultSystem,
                        plan.compute(),
                        Map.of(FACT, id, FACT_OF, questions.sha256()));
    }
}
