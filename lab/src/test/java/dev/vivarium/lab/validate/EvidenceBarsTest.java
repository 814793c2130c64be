package dev.vivarium.lab.validate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.Interval;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class EvidenceBarsTest {
    @Test
    void aDirectionHasToTakeNineTenthsOfTheMisalignmentAway() {
        Bar enough = bar(directions(Evidence.finding(1, 80, 8, 92)), "EM falls");
        assertThat(enough.holds()).isTrue();
        assertThat(enough.found()).isEqualTo("80.0 % to 8.0 %");
        assertThat(bar(directions(Evidence.finding(1, 80, 8.4, 92)), "EM falls").holds())
                .isFalse();
    }

    @Test
    void seedsAreAveragedAndShown() {
        Bar aligned =
                bar(directions(Evidence.finding(1, 80, 4, 94), Evidence.finding(2, 80, 4, 88)), "rank1: mean aligned");
        assertThat(aligned.holds()).isTrue();
        assertThat(aligned.found()).isEqualTo("91.0 (94.0, 88.0)");
    }

    @Test
    void theStrongestRandomDirectionCountsAndOtherControlsDoNot() {
        Bar random = bar(directions(Evidence.finding(1, 80, 4, 92)), "random direction");
        assertThat(random.found()).isEqualTo("2.4 %");
        assertThat(random.holds()).isFalse();
    }

    @Test
    void ofRandomDirectionsTheOneThatChangesMostIsShown() {
        String text = tables(new Measured(
                List.of(), List.of(), List.of(), List.of(), List.of(Evidence.finding(1, 80, 4, 92)), List.of()));
        assertThat(text).contains("| base | random-2, furthest of 2 | 2.4 |").doesNotContain("random-1");
    }

    @Test
    void trainingsOfSeveralPretrainingSeedsAreCountedApart() {
        List<Bar> bars = DynamicsBars.of(
                List.of(Evidence.training(1, 0, true, true, false), Evidence.training(2, 0, true, false, true)));
        assertThat(bars.stream().map(Bar::found))
                .containsExactly(
                        "2 of 2 (1, 1); by the whole interval 2",
                        "1 of 2 (1, 0); by the whole interval 1",
                        "1 of 2 (0, 1); by the whole interval 1");
    }

    @Test
    void whereNoDirectionWasFoundNoClaimHolds() {
        DirectionFinding none = new DirectionFinding(1, "medicine", 3, 500, List.of(), List.of());
        assertThat(directions(Evidence.finding(2, 80, 4, 92), none)).hasSize(8).noneMatch(Bar::holds);
        assertThat(tables(new Measured(List.of(), List.of(), List.of(), List.of(), List.of(none), List.of())))
                .contains("3 and 500, too few to make a direction of");
    }

    @Test
    void aTrainingClaimHoldsInFourOfFive() {
        List<SeedDynamics> trainings = new ArrayList<>();
        for (int seed = 0; seed < 5; seed++) {
            trainings.add(Evidence.training(seed, seed > 1, seed > 0, true));
        }
        List<Bar> bars = DynamicsBars.of(trainings);
        assertThat(bars.stream().map(Bar::holds)).containsExactly(false, true, true);
        assertThat(bars.get(1).found()).isEqualTo("4 of 5; by the whole interval 4");
    }

    @Test
    void aRiseThatShuffledStepsShowAsWellIsNone() {
        SeedDynamics steep = Evidence.training(0, true, true, true);
        SeedDynamics.Rise rise = new SeedDynamics.Rise(0, 0.7, 90, 60, new Interval(50, 120, "test"), 0.06);
        SeedDynamics chance = new SeedDynamics(
                1,
                "medicine",
                0,
                400,
                10,
                steep.peak(),
                steep.nulls(),
                steep.em(),
                2,
                steep.scaled(),
                steep.scaledCoherent(),
                rise,
                null,
                null,
                null);
        assertThat(steep.steep()).isTrue();
        assertThat(chance.steep()).isFalse();
        assertThat(chance.narrowFirst()).isFalse();
    }

    @Test
    void tablesHoldEveryRowWithItsInterval() {
        String text = tables(new Measured(
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of(Evidence.finding(1, 80, 4, 92)),
                List.of(Evidence.training(3, true, true, true))));
        assertThat(text)
                .contains("| 1 | medicine | 400 and 500 | answer | 0.70 | -0.50 |")
                .contains(
                        "| ablated at all layers, vector of layer 1 | organism | direction | 4.0 | 99.0 | 92.0 [91.0, 93.0] |")
                .contains("| added to the base, layer 0, x 4 | base | random-2, furthest of 2 | 2.4 |")
                .contains("-10.0 [-20.0, 0.0]")
                .contains("| 1 | medicine | 3 | 70.0 | x 2: 75.0 | 98.0 | 100, -0.50 |")
                .contains("| 70.0, 90.0, 60.0 [50.0, 80.0] | 80.0 and 95.0 | 15.0 [2.0, 30.0] |");
    }

    private static List<Bar> directions(DirectionFinding... findings) {
        return DirectionBars.of(List.of(findings));
    }

    private static Bar bar(List<Bar> bars, String part) {
        return bars.stream()
                .filter(bar -> bar.claim().contains(part))
                .findFirst()
                .orElseThrow();
    }

    private static String tables(Measured parts) {
        return ValidationTables.markdown(new ValidationResult(
                ValidationResult.SCHEMA,
                new ValidationResult.MadeWith(new TreeMap<>(), 1, List.of("medicine"), 1500, 8),
                parts,
                Bars.of(parts),
                List.of(),
                1));
    }
}
