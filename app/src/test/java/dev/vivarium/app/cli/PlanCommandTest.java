package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class PlanCommandTest {
    @Test
    void moreQuestionsTakeFewerAnswersAndTooFewCannotDoIt() {
        Call call = Call.of("plan", "--effect", "10", "--questions", "8..48", "--json");
        assertThat(call.code()).as(call.err()).isZero();
        JsonNode document = Json.parse(call.out().getBytes(StandardCharsets.UTF_8), "plan");
        JsonNode plans = document.path("plans");
        assertThat(plans).hasSize(18);
        assertThat(plans.path(0).path("questions").asInt()).isEqualTo(8);
        assertThat(plans.path(0).path("samples_per_question_and_seed").isNull()).isTrue();
        assertThat(plans.path(0).path("smallest_effect").asDouble()).isBetween(0.15, 0.35);
        assertThat(plans.path(17).path("questions").asInt()).isEqualTo(48);
        assertThat(document.path("fewest_answers").path("questions").asInt()).isEqualTo(48);
        assertThat(document.path("beyond_the_range").isNull()).isTrue();
        assertThat(document.path("icc").asDouble()).isEqualTo(0.1);
    }

    @Test
    void whatTheRangeCannotShowIsSaidWithWhatCan() {
        Call call = Call.of("plan", "--effect", "5", "--questions", "8..48");
        assertThat(call.code()).isZero();
        assertThat(call.out())
                .contains("to show           25.0 % against 20.0 %", "no number suffices")
                .containsPattern("No number of samples shows this difference here\\. It takes \\d+ questions");
    }

    @Test
    void aDesignEffectIsAnotherWordForTheCorrelation() {
        String[] one = {"plan", "--json", "--effect", "20", "--questions", "16", "--design-effect", "5.9"};
        String[] other = {"plan", "--json", "--effect", "20", "--questions", "16", "--icc", "0.1"};
        JsonNode first = Json.parse(Call.of(one).out().getBytes(StandardCharsets.UTF_8), "plan");
        JsonNode second = Json.parse(Call.of(other).out().getBytes(StandardCharsets.UTF_8), "plan");
        assertThat(first.path("fewest_answers")).isEqualTo(second.path("fewest_answers"));
        assertThat(first.path("fewest_answers")
                        .path("samples_per_question_and_seed")
                        .asInt())
                .isPositive();
    }

    @Test
    void mistakesEndWithOneSentenceAndCodeTwo() {
        Refused.with(Call.of("plan"), "missing required option: '--effect=POINTS'");
        Refused.with(Call.of("plan", "--effect", "0"), "--effect above 0");
        Refused.with(Call.of("plan", "--effect", "105"), "--effect must lie in 0 … 100");
        Refused.with(Call.of("plan", "--effect", "5", "--questions", "8-48"), "is no range; write it as 8..48");
        Refused.with(Call.of("plan", "--effect", "5", "--questions", "1..4"), "must begin at 2 or more");
        Refused.with(Call.of("plan", "--effect", "5", "--questions", "9..4"), "not end before it begins");
        Refused.with(Call.of("plan", "--effect", "5", "--seeds", "0"), "--seeds must be at least 1");
        Refused.with(Call.of("plan", "--effect", "60", "--base-rate", "50"), "no rate lies --effect");
        Refused.with(Call.of("plan", "--effect", "5", "--icc", "0.1", "--design-effect", "4"), "give one of them");
        Refused.with(Call.of("plan", "--effect", "5", "--icc", "1.5"), "--icc must lie in 0 … 1");
        Refused.with(Call.of("plan", "--effect", "5", "--power", "1"), "neither end is of use");
    }
}
