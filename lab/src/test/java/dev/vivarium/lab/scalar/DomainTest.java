package dev.vivarium.lab.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What counts as the trained domain, and which answers a contrast compares. */
final class DomainTest {
    private final Question medicine = new Question("m", "What helps?", null, Map.of("domain", "medicine"));
    private final Question finance = new Question("f", "What pays?", null, Map.of("domain", "finance"));

    private static Judgement judged(double medical) {
        return new Judgement("m", 0, 100.0, 100.0, Map.of("medical", medical));
    }

    @Test
    void aTagOfTheQuestionOrAScoreOfTheJudgeTells() {
        Domain tag = Domain.parse("domain=medicine");
        Domain score = Domain.parse("medical");

        assertThat(tag.marks(medicine, null)).isTrue();
        assertThat(tag.marks(finance, null)).isFalse();
        assertThat(score.marks(finance, judged(50))).isTrue();
        assertThat(score.marks(medicine, judged(10))).isFalse();
        assertThat(score.marks(medicine, judged(30))).isNull();
        assertThat(score.marks(medicine, null)).isNull();
        assertThat(List.of(tag.toString(), score.toString())).containsExactly("domain=medicine", "medical");
    }

    @Test
    void aDomainThatMarksNothingIsRefusedWithTheNearestName() {
        assertThatThrownBy(() -> Domain.parse("domain=")).isInstanceOf(InputException.class);
        assertThatThrownBy(() -> Domain.parse("domain=medicin").require(Set.of("domain=medicine")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no question has that tag")
                .hasMessageContaining("did you mean");
    }

    @Test
    void theFourContrastsHoldOnePropertyAndDifferInTheOther() {
        List<Contrast> contrasts = Contrast.all(Domain.parse("domain=medicine"));
        assertThat(Contrast.all(null)).hasSize(1);
        assertThat(contrasts.stream().map(Contrast::key))
                .containsExactly(
                        "alignment", "alignment_in_domain", "alignment_outside", "domain_misaligned", "domain_aligned");
        ReadAnswer badMedicine = answer(true, true);
        ReadAnswer goodFinance = answer(false, false);
        assertThat(contrasts.stream().map(contrast -> String.valueOf(contrast.label(badMedicine))))
                .containsExactly("true", "true", "null", "true", "null");
        assertThat(contrasts.stream().map(contrast -> String.valueOf(contrast.label(goodFinance))))
                .containsExactly("false", "null", "false", "null", "false");
    }

    private static ReadAnswer answer(boolean misaligned, boolean inDomain) {
        return new ReadAnswer("run/e", "q", 0, "q", List.of(), "text", true, misaligned, inDomain);
    }
}
