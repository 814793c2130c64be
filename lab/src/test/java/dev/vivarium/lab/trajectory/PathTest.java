package dev.vivarium.lab.trajectory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.trajectory.LocalCosine.Gate;
import dev.vivarium.lab.trajectory.LocalCosine.Variant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

final class PathTest {
    private static final Offset<Double> EXACT = within(1e-9);
    private static final Gate OPEN = new Gate(0, Gate.Unit.LENGTH);

    private static WeightPath path(double[]... points) {
        return WeightPath.through(
                IntStream.range(0, points.length).map(i -> 5 * i).toArray(), points);
    }

    private static double middle(Variant variant, double[]... points) {
        return LocalCosine.of(path(points), 1, variant, OPEN).cosine()[0];
    }

    @Test
    void aStraightPathHasLocalCosineMinusOne() {
        assertThat(middle(Variant.RAW, new double[] {1, 0}, new double[] {2, 1}, new double[] {4, 3}))
                .isEqualTo(-1, EXACT);
    }

    @Test
    void aRightAngleHasLocalCosineZero() {
        assertThat(middle(Variant.RAW, new double[] {0, 0}, new double[] {3, 0}, new double[] {3, 2}))
                .isEqualTo(0, EXACT);
    }

    @Test
    void aReversalHasLocalCosineOne() {
        assertThat(middle(Variant.RAW, new double[] {0, 0}, new double[] {3, 0}, new double[] {1, 0}))
                .isEqualTo(1, EXACT);
    }

    @Test
    void growthAloneHasNoAngleOnceItIsTakenOff() {
        double[][] growth = {{1, 1}, {2, 2}, {3, 3}};
        assertThat(middle(Variant.RAW, growth)).isEqualTo(-1, EXACT);
        assertThat(middle(Variant.TANGENTIAL, growth)).isNaN();
        double[][] spiral = {{1, 0}, {0, 2}, {-3, 0}};
        assertThat(middle(Variant.UNIT, spiral)).isEqualTo(0, EXACT);
        assertThat(middle(Variant.TANGENTIAL, spiral)).isEqualTo(-1, EXACT);
    }

    @Test
    void theGateClosesWhereWeightsHardlyMoveAndSaysHowOften() {
        WeightPath path = path(
                new double[] {0, 0},
                new double[] {1, 0},
                new double[] {1.001, 0},
                new double[] {1.001, 0.001},
                new double[] {1.001, 0.002});
        LocalCosine curve = LocalCosine.of(path, 1, Variant.RAW, new Gate(0.0035, Gate.Unit.LENGTH));
        assertThat(curve.gated()).isEqualTo(2);
        assertThat(curve.cosine()[2]).isNaN();
        assertThat(LocalCosine.of(path, 1, Variant.RAW, OPEN).gated()).isZero();
        assertThatThrownBy(() -> Gate.parse("far"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("0.0035");
    }

    @Test
    void sharesOfAConstructedPathAreThoseOfItsVariances() {
        // independent courses along three axes with variances 9, 4 and 1 of their standardised scores
        double[] one = {-1, -1, 1, 1};
        double[] two = {1, -1, -1, 1};
        double[] three = {1, -1, 1, -1};
        double[][] points = new double[4][];
        for (int i = 0; i < 4; i++) {
            points[i] = new double[] {3 * one[i] + 7, 2 * two[i], three[i]};
        }
        PathPca pca = PathPca.of(path(points));
        assertThat(pca.shares()).hasSize(3);
        assertThat(pca.shares()[0]).isEqualTo(9 / 14.0, EXACT);
        assertThat(pca.shares()[1]).isEqualTo(4 / 14.0, EXACT);
        assertThat(pca.shares()[2]).isEqualTo(1 / 14.0, EXACT);
        assertThat(pca.scores()[3][0]).isPositive().isEqualTo(3, EXACT);
        assertThat(pca.scores()[3][1]).isPositive().isEqualTo(2, EXACT);
    }

    @Test
    void theTurnOfAPathIsWhereItsSecondComponentLeavesItsCourse() {
        double[][] points = new double[21][2];
        for (int i = 0; i < 21; i++) {
            points[i] = new double[] {Math.min(i, 8), Math.max(0, i - 8) * 0.8};
        }
        assertThat(PathPca.of(path(points)).turn()).isEqualTo(40);
    }

    @Test
    void bandsOfTheNullCoverARandomWalk() {
        int n = 40;
        int dimension = 300;
        double[][] points = new double[n][dimension];
        CounterRandom random = CounterRandom.of(7, "walk");
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < dimension; k++) {
                points[i][k] = (i == 0 ? 0 : points[i - 1][k]) + random.gaussian((long) i * dimension + k);
            }
        }
        List<Turning> turnings =
                Turning.of(path(points), 5, List.of(), new Turning.Settings(List.of(5, 10), OPEN, 200, 0), "b");
        for (Turning turning : turnings) {
            Turning.Band walk = turning.nulls().getFirst();
            assertThat(walk.name()).isEqualTo(Turning.RANDOM_WALK);
            long inside = IntStream.range(0, turning.curve().steps().length)
                    .filter(i -> walk.low()[i] <= turning.curve().cosine()[i]
                            && turning.curve().cosine()[i] <= walk.high()[i])
                    .count();
            assertThat(inside / (double) turning.curve().steps().length).isGreaterThan(0.8);
            assertThat(walk.share()).isGreaterThan(0.01);
        }
    }

    @Test
    void aSharpTurnStandsOutOfTheStraightLineAndNotOfTheShuffle() {
        double[][] points = new double[41][200];
        CounterRandom random = CounterRandom.of(3, "noise");
        for (int i = 0; i <= 40; i++) {
            for (int k = 0; k < 200; k++) {
                points[i][k] = 0.002 * random.gaussian(200L * i + k);
            }
            points[i][0] += Math.min(i, 20);
            points[i][1] += Math.max(0, i - 20);
        }
        Turning turning = Turning.of(path(points), 5, List.of(), new Turning.Settings(List.of(10), OPEN, 100, 0), "b")
                .getFirst();
        LocalCosine.Peak peak = Objects.requireNonNull(turning.peak());
        assertThat(peak.step()).isEqualTo(100);
        assertThat(peak.height()).isEqualTo(0, within(0.01));
        Turning.Band straight = turning.nulls().get(1);
        assertThat(straight.excess()).isGreaterThan(0.5);
        assertThat(turning.nulls().get(2).excess()).isLessThanOrEqualTo(0.01);
    }

    @Test
    void nullsAreTheSameForTheSameSeed() {
        double[][] points = {{0, 0, 1}, {1, 0, 1}, {2, 1, 1}, {3, 1, 2}, {4, 3, 2}, {4, 5, 3}, {5, 6, 3}};
        Turning.Settings settings = new Turning.Settings(List.of(5), OPEN, 40, 11);
        List<Turning> one = Turning.of(path(points), 5, List.of(), settings, "b");
        List<Turning> other = Turning.of(path(points), 5, List.of(), settings, "b");
        for (int i = 0; i < one.size(); i++) {
            for (int k = 0; k < 3; k++) {
                assertThat(one.get(i).nulls().get(k).high())
                        .isEqualTo(other.get(i).nulls().get(k).high());
            }
        }
    }

    @Test
    void gaussianFramesHaveTheProductsOfNormalVectors() {
        int dimension = 50;
        double square = 0;
        double dot = 0;
        for (int draw = 0; draw < 400; draw++) {
            double[][] gram = Grams.ofRows(GaussianFrame.rows(4, dimension, CounterRandom.of(draw, "frame")));
            square += Arrays.stream(new int[] {0, 1, 2, 3})
                            .mapToDouble(i -> gram[i][i])
                            .sum()
                    / 4;
            dot += gram[3][1] * gram[3][1];
        }
        // means of chi-squared of 50 degrees, and of squared products; three standard errors of 400 draws
        assertThat(square / 400).isEqualTo(dimension, within(0.75));
        assertThat(dot / 400).isEqualTo(dimension, within(11.5));
    }

    @Test
    void aDenseStartAndAnOddEndLieBesideTheGrid() {
        int[] steps = IntStream.concat(
                        IntStream.rangeClosed(1, 10),
                        IntStream.concat(IntStream.rangeClosed(3, 158).map(i -> 5 * i), IntStream.of(792)))
                .toArray();
        Grid grid = Grid.of(steps, "run");
        assertThat(steps).hasSize(167);
        assertThat(grid.spacing()).isEqualTo(5);
        assertThat(grid.indices()).hasSize(158);
        assertThat(grid.usualOffsets()).containsExactly(5, 10, 15, 20);
        assertThatThrownBy(() -> grid.expect(7, "run"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("7 steps before and after")
                .hasMessageContaining("multiples of 5");
    }

    @Test
    void spacesThatShareOneOfTwoDirectionsOverlapByHalf() {
        double[][] x = {{1, 0, 0}, {1, 1, 0}};
        double[][] y = {{0, 2, 0}, {0, 0, 3}};
        double[][] all = Grams.ofRows(new double[][] {x[0], x[1], y[0], y[1]});
        SubspaceOverlap overlap = SubspaceOverlap.of(
                Grams.block(all, 0, 2, 0, 2), Grams.block(all, 0, 2, 2, 2), Grams.block(all, 2, 2, 2, 2));
        assertThat(overlap.meanCos2()).isEqualTo(0.5, EXACT);
        assertThat(overlap.smallestAngle()).isEqualTo(0, within(1e-5));
        assertThat(overlap.largestAngle()).isEqualTo(90, EXACT);
    }
}
