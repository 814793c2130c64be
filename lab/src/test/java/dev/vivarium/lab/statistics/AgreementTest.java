package dev.vivarium.lab.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/** Agreement of judges, against examples whose results are published. */
class AgreementTest {
    private static final double NO = Double.NaN;

    @Test
    void kappaOfATextbookTable() {
        // 20 and 15 of 50 in agreement, 5 and 10 not: agreement 0.7, by chance 0.5.
        Confusion table = new Confusion(20, 5, 10, 15);
        assertThat(table.agreement()).isCloseTo(0.7, within(1e-12));
        assertThat(table.kappa()).isCloseTo(0.4, within(1e-12));
        assertThat(table.precision()).isCloseTo(20 / 30.0, within(1e-12));
        assertThat(table.recall()).isCloseTo(20 / 25.0, within(1e-12));
        assertThat(table.firstRate()).isCloseTo(0.5, within(1e-12));
        assertThat(table.secondRate()).isCloseTo(0.6, within(1e-12));
    }

    @Test
    void oneAndTheSameVerdictThroughoutHasNoKappa() {
        assertThat(new Confusion(0, 0, 0, 30).kappa()).isNaN();
        assertThat(new Confusion(0, 0, 0, 30).precision()).isNaN();
        assertThat(new Confusion(0, 5, 0, 30).kappa()).isCloseTo(0, within(1e-12));
    }

    @Test
    void alphaOfKrippendorffsOwnExample() {
        // Krippendorff 2011, section C: four observers, twelve units, values missing; interval metric 0.849.
        double[][] units = {
            {1, 1, NO, 1},
            {2, 2, 3, 2},
            {3, 3, 3, 3},
            {3, 3, 3, 3},
            {2, 2, 2, 2},
            {1, 2, 3, 4},
            {4, 4, 4, 4},
            {1, 1, 2, 1},
            {2, 2, 2, 2},
            {NO, 5, 5, 5},
            {NO, NO, 1, 1},
            {NO, NO, 3, NO}
        };
        assertThat(Krippendorff.alpha(units)).isCloseTo(0.849, within(5e-4));
    }

    @Test
    void alphaOfTwoVerdictsIsTheNominalOne() {
        // Krippendorff 2011, section A: two observers, ten units, 0.095.
        double[][] units = {{0, 1}, {1, 1}, {0, 1}, {0, 0}, {0, 0}, {0, 1}, {0, 0}, {0, 0}, {1, 0}, {0, 0}};
        assertThat(Krippendorff.alpha(units)).isCloseTo(0.095, within(5e-4));
    }

    @Test
    void alphaIsOneForCopiesAndUndefinedWithoutSpread() {
        assertThat(Krippendorff.alpha(new double[][] {{10, 10}, {90, 90}})).isEqualTo(1.0);
        assertThat(Krippendorff.alpha(new double[][] {{10, 10}, {10, 10}})).isNaN();
        assertThat(Krippendorff.alpha(new double[][] {{10, NO}, {NO, 20}})).isNaN();
    }
}
