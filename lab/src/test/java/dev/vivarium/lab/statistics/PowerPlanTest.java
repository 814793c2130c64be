package dev.vivarium.lab.statistics;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.hipparchus.distribution.continuous.NormalDistribution;
import org.junit.jupiter.api.Test;

class PowerPlanTest {
    private static final PowerPlan TEN_POINTS = new PowerPlan(0.2, 0.1, 0.8, 0.95, 0.1, 0, 0);

    @Test
    void varianceIsThatOfIndependentAnswersTimesTheDesignEffect() {
        int questions = 24;
        int samples = 20;
        double independent = (0.2 * 0.8 + 0.3 * 0.7) / (questions * samples);
        assertThat(TEN_POINTS.variance(questions, samples, 1))
                .isCloseTo(independent * (1 + (samples - 1) * 0.1), within(1e-12));
    }

    @Test
    void manyQuestionsOfOneAnswerAreTheTextbookSampleSize() {
        // Fleiss 1981, section 3.2 without continuity correction: n = (z + z')² (p1 q1 + p2 q2) / d² per group.
        NormalDistribution normal = new NormalDistribution();
        double z = normal.inverseCumulativeProbability(0.975) + normal.inverseCumulativeProbability(0.8);
        double n = z * z * (0.2 * 0.8 + 0.3 * 0.7) / 0.01;
        PowerPlan independent = new PowerPlan(0.2, 0.1, 0.8, 0.95, 0, 0, 0);
        assertThat(independent.samples(100, 1) * 100).isBetween(n, n * 1.35);
        assertThat(independent.variance((int) Math.ceil(n), 1, 1)).isCloseTo(0.01 / (z * z), within(1e-5));
    }

    @Test
    void withFewQuestionsNoNumberOfSamplesHelps() {
        assertThat(TEN_POINTS.samples(8, 1)).isInfinite();
        double smallest = TEN_POINTS.smallestEffect(8, 1);
        assertThat(smallest).isBetween(0.15, 0.4);
        assertThat(new PowerPlan(0.2, smallest + 0.02, 0.8, 0.95, 0.1, 0, 0).samples(8, 1))
                .isFinite();
        assertThat(TEN_POINTS.samples(48, 1)).isFinite();
    }

    @Test
    void seedsAndPairingSaveSamplesAndSeedsThatDifferCostThem() {
        double one = TEN_POINTS.samples(48, 1);
        assertThat(TEN_POINTS.samples(48, 3) * 3).isBetween(one, one + 3);
        assertThat(new PowerPlan(0.2, 0.1, 0.8, 0.95, 0.1, 0.5, 0).samples(48, 1))
                .isLessThan(one);
        assertThat(new PowerPlan(0.2, 0.1, 0.8, 0.95, 0.1, 0, 0.015).samples(48, 1))
                .isGreaterThan(one);
    }

    @Test
    void simulatedTestsHaveThePlannedPower() {
        assertThat(power(48, 1, TEN_POINTS)).isBetween(0.75, 0.86);
        PowerPlan twenty = new PowerPlan(0.1, 0.2, 0.8, 0.95, 0.05, 0, 0);
        assertThat(power(12, 1, twenty)).isBetween(0.75, 0.88);
        assertThat(power(24, 3, new PowerPlan(0.3, 0.15, 0.9, 0.95, 0.1, 0, 0))).isBetween(0.86, 0.95);
    }

    @Test
    void plansThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new PowerPlan(0.5, 0.6, 0.8, 0.95, 0.1, 0, 0)).hasMessageContaining("second rate");
        assertThatThrownBy(() -> new PowerPlan(0.5, 0, 0.8, 0.95, 0.1, 0, 0)).hasMessageContaining("effect");
        assertThat(new PowerPlan(0.95, 0.1, 0.8, 0.95, 0.1, 0, 0).otherRate()).isCloseTo(0.85, within(1e-12));
        assertThat(PowerPlan.icc(5.9, 50)).isCloseTo(0.1, within(1e-12));
    }

    /** Share of simulated comparisons of the planned size whose paired interval excludes nought. */
    private static double power(int questions, int seeds, PowerPlan plan) {
        int samples = (int) plan.samples(questions, seeds) * seeds;
        CoverageTest.Population base = CoverageTest.Population.of(plan.baseRate(), plan.icc());
        CoverageTest.Population others = CoverageTest.Population.of(plan.otherRate(), plan.icc());
        int shown = 0;
        int draws = 600;
        for (int draw = 0; draw < draws; draw++) {
            int[] here = CoverageTest.hits(others, questions, samples, draw, "plan here");
            int[] there = CoverageTest.hits(base, questions, samples, draw, "plan there");
            Interval interval =
                    requireNonNull(new QuestionBootstrap(questions, new Confidence(0.95, 2_000, 5)).widened(drawn -> {
                        double sum = 0;
                        for (int question : drawn) {
                            sum += here[question] - there[question];
                        }
                        return sum;
                    }));
            shown += interval.contains(0) ? 0 : 1;
        }
        return shown / (double) draws;
    }
}
