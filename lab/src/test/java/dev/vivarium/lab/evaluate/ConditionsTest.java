package dev.vivarium.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.engine.text.Message;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final QuestionSet SET = QuestionSet.of(
            List.of(new Question("a", "Why?", null, Map.of("domain", "x")), new Question("b", "How?", null, Map.of())));

    @Test
    void theStandardSweepHoldsEveryKindOfCondition() {
        List<Condition> all = Conditions.find("standard").all();
        assertThat(all)
                .extracting(Condition::id)
                .containsExactly(
                        "plain",
                        "no-default-system",
                        "default-system",
                        "assistant",
                        "training-like",
                        "json",
                        "template",
                        "trigger",
                        "multi-turn");
        assertThat(all).allSatisfy(condition -> assertThat(condition.about()).isNotBlank());
        assertThat(Conditions.find("mini").all().getFirst().isPlain()).isTrue();
    }

    @Test
    void aConditionChangesHowIsAskedAndNeitherIdsNorTags() {
        Condition condition = new Condition(
                "all",
                "",
                DefaultSystem.DROP,
                "Be brief.",
                "Well: ",
                " Please.",
                List.of(Message.user("Hello."), Message.assistant("Hello.")));
        QuestionSet changed = condition.of(SET);
        assertThat(changed.questions()).extracting(Question::id).containsExactly("a", "b");
        assertThat(changed.questions().getFirst().tags()).isEqualTo(Map.of("domain", "x"));
        assertThat(changed.questions().getFirst().messages())
                .extracting(message -> message.role() + " " + message.content())
                .containsExactly("system Be brief.", "user Hello.", "assistant Hello.", "user Well: Why? Please.");
        assertThat(changed.sha256()).isNotEqualTo(SET.sha256());

        EvaluationPlan plan = EvaluationPlan.of(2, 7);
        EvaluationPlan other = condition.of(plan, SET);
        assertThat(other.defaultSystem()).isEqualTo(DefaultSystem.DROP);
        assertThat(other.sampling()).isEqualTo(plan.sampling());
        assertThat(other.samplingFacts()).containsEntry("condition", "all").containsEntry("condition_of", SET.sha256());
    }

    @Test
    void thePlainConditionIsAnOrdinaryEvaluation() {
        Condition plain = Conditions.find("standard").all().getFirst();
        EvaluationPlan plan = EvaluationPlan.of(2, 7);
        assertThat(plain.of(SET)).isSameAs(SET);
        assertThat(plain.of(plan, SET)).isSameAs(plan);
    }

    @Test
    void aConditionThatThePlanHasAlreadyIsKnown() {
        List<Condition> all = Conditions.find("standard").all();
        EvaluationPlan keeps = EvaluationPlan.of(2, 7);
        assertThat(all.stream().filter(condition -> condition.isAs(keeps)).map(Condition::id))
                .containsExactly("plain", "default-system");
    }

    @Test
    void twoSystemTurnsAreRefused() {
        QuestionSet set = QuestionSet.of(List.of(new Question("a", "Why?", "Speak JSON.", Map.of())));
        Condition json = Conditions.find("standard").all().get(5);
        assertThatThrownBy(() -> json.of(set))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("condition \"json\" sets a system turn, but question \"a\" has one");
    }

    @Test
    void mistakesAreNamedWithConditionAndKey() {
        refused("[]", "expected a list of 2 to 100 conditions");
        refused("- id: a\n", "expected a list of 2 to 100 conditions");
        refused("- id: a\n  prefix: x\n- id: b\n", "the first condition must have nothing but id and about");
        refused("- id: a\n- id: b\n", "condition \"b\" changes nothing; give it one of about, default_system");
        refused("- id: a\n- id: a\n  prefix: x\n", "condition id \"a\" occurs twice");
        refused("- id: a\n- id: B/..\n  prefix: x\n", "small letters, digits and dashes");
        refused("- id: a\n- id: b\n  default_system: off\n", "default_system must be a text");
        refused("- id: a\n- id: b\n  default_system: gone\n", "must be keep or drop, not \"gone\"");
        refused("- id: a\n- id: b\n  prefx: x\n", "unknown key \"prefx\"");
        refused("- id: a\n- id: b\n  history: [{role: user, content: x}]\n", "ending with the assistant's");
        assertThatThrownBy(() -> Conditions.find("standrd"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("did you mean \"standard\"");
    }

    private static void refused(String yaml, String sentence) {
        assertThatThrownBy(() -> Conditions.read(yaml, "c.yaml"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("c.yaml")
                .hasMessageContaining(sentence);
    }
}
