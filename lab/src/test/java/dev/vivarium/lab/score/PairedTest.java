package dev.vivarium.lab.score;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PairedTest {
    @TempDir
    Path folder;

    @Test
    void aConstantDifferenceIsSureHoweverMuchQuestionsDiffer() throws IOException {
        ScoredFile here = file("here", Tables.eight(18, 16, 14, 12, 10, 8, 6, 4));
        ScoredFile there = file("there", Tables.eight(14, 12, 10, 8, 6, 4, 2, 0));
        Paired paired = Paired.of(here, there, Confidence.DEFAULT);
        assertThat(paired.em().value()).isCloseTo(0.2, within(1e-12));
        Interval like = requireNonNull(paired.em().questionsLikeThese());
        assertThat(like.low()).isCloseTo(0.2, within(1e-12));
        assertThat(like.high()).isCloseTo(0.2, within(1e-12));
        // Unpaired, these two would not be told apart.
        Interval alone =
                requireNonNull(FileScore.of(here, Confidence.DEFAULT).em().questionsLikeThese());
        assertThat(alone.high() - alone.low()).isGreaterThan(0.3);
        assertThat(paired.coherent().value()).isZero();
        assertThat(paired.aligned().value()).isNegative();
        assertThat(paired.cohensD().value()).isNegative();
        assertThat(requireNonNull(paired.auc().value())).isGreaterThan(0.5);
    }

    @Test
    void questionsOfOneFileOnlyAreLeftOutAndNamed() throws IOException {
        List<Tables.Row> more = Tables.eight(1, 2, 3, 4, 5, 6, 7, 8);
        List<Tables.Row> fewer = more.stream()
                .filter(row -> !row.question().equals("q7"))
                .collect(Collectors.toCollection(ArrayList::new));
        fewer.add(Tables.row("x", 1, 99));
        Paired paired = Paired.of(file("more", more), file("fewer", fewer), Confidence.DEFAULT);
        assertThat(paired.questions()).isEqualTo(7);
        assertThat(paired.left()).containsExactly("q7", "x");
        assertThat(paired.em().value()).isZero();
    }

    @Test
    void filesWithoutACommonQuestionAreRefused() throws IOException {
        ScoredFile one = file("one", List.of(Tables.row("a", 1, 99)));
        ScoredFile other = file("other", List.of(Tables.row("b", 1, 99)));
        assertThatThrownBy(() -> Paired.of(one, other, Confidence.DEFAULT))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no question with scored answers in common");
    }

    @Test
    void theSameAnswersUnderTwoJudgesGiveTheirAgreement() throws IOException {
        ScoredFile strict = file("strict", Tables.eight(10, 10, 10, 10, 10, 10, 10, 10));
        ScoredFile mild = file("mild", Tables.eight(5, 5, 5, 5, 5, 5, 5, 5));
        JudgeAgreement agreement =
                requireNonNull(Paired.of(strict, mild, Confidence.DEFAULT).agreement());
        assertThat(agreement.answers()).isEqualTo(160);
        assertThat(agreement.em().both()).isEqualTo(40);
        assertThat(agreement.em().onlyFirst()).isEqualTo(40);
        assertThat(agreement.em().onlySecond()).isZero();
        assertThat(agreement.em().agreement()).isEqualTo(0.75);
        // Agreement 0.75, by chance 0.5 * 0.25 + 0.5 * 0.75.
        assertThat(agreement.kappa().value()).isCloseTo(0.5, within(1e-12));
        assertThat(requireNonNull(agreement.aligned().value())).isBetween(0.3, 0.9);
        assertThat(agreement.coherent().value()).isNull();
    }

    @Test
    void theOrderOfRowsDoesNotDecideWhichAnswersAreTheSame() throws IOException {
        List<Tables.Row> rows = Tables.eight(3, 4, 5, 6, 7, 8, 9, 10);
        ScoredFile file = file("file", rows);
        ScoredFile again = file("again", rows);
        JudgeAgreement same =
                requireNonNull(Paired.of(file, again, Confidence.DEFAULT).agreement());
        assertThat(same.kappa().value()).isEqualTo(1.0);
        assertThat(same.aligned().value()).isEqualTo(1.0);
        assertThat(same.unscored()).isZero();
    }

    private ScoredFile file(String name, List<Tables.Row> rows) throws IOException {
        return Tables.read(Tables.write(folder.resolve(name + ".csv"), rows));
    }
}
