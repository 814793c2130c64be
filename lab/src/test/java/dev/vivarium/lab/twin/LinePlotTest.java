package dev.vivarium.lab.twin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.twin.LinePlot.Spot;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class LinePlotTest {
    private static final double LEFT = 46;
    private static final double RIGHT = 348;
    private static final double TOP = 10;
    private static final double BOTTOM = 200;

    @Test
    void everythingLiesWithinTheFrame() {
        LinePlot plot = new LinePlot("x", "y", Ticks.Unit.PERCENT, false);
        plot.add("a", "c-1", List.of(new Spot(0.01, 0, new Interval(-0.001, 0.001, "")), new Spot(1, 1.004, null)));
        plot.add("b", "c-2", List.of(new Spot(0.5, 0.4, new Interval(0.1, 1.007, ""))));

        Object lines = Objects.requireNonNull(plot.shown().get("lines"));

        assertThat((List<?>) lines).hasSize(2);
        for (String corner : corners(lines)) {
            double[] at = Arrays.stream(corner.split(","))
                    .mapToDouble(Double::parseDouble)
                    .toArray();
            assertThat(at[0]).isBetween(LEFT, RIGHT);
            assertThat(at[1]).isBetween(TOP, BOTTOM);
        }
    }

    private static List<String> corners(Object lines) {
        return ((List<?>) lines)
                .stream()
                        .flatMap(line -> Arrays.stream(
                                String.valueOf(((Map<?, ?>) line).get("band")).split(" ")))
                        .toList();
    }

    @Test
    void boundsALittleAboveOneHundredPerCentGetNoTickOfTheirOwn() {
        Ticks ticks = Ticks.linear(List.of(-0.001, 1.007), Ticks.Unit.PERCENT);

        assertThat(ticks.at().stream().map(ticks::label)).containsExactly("0 %", "25 %", "50 %", "75 %", "100 %");
        assertThat(ticks.share(1.007)).isEqualTo(1);
        assertThat(ticks.share(-0.001)).isZero();
    }

    @Test
    void ratesBeginAtNothingAndCosinesNeedNot() {
        assertThat(Ticks.linear(List.of(0.7, 0.95), Ticks.Unit.RATE).low()).isZero();
        assertThat(Ticks.linear(List.of(0.76, 1.0), Ticks.Unit.PLAIN).low()).isGreaterThan(0.7);
        assertThat(Ticks.linear(List.of(0.3), Ticks.Unit.PLAIN).at()).hasSizeGreaterThan(1);
    }

    @Test
    void smallPowersOfTenAreWrittenAsSuch() {
        Ticks ticks = Ticks.logarithmic(List.of(0.0, 2e-5, 0.3));

        assertThat(ticks.at().stream().map(ticks::label)).containsExactly("10⁻⁵", "10⁻⁴", "10⁻³", "0.01", "0.1", "1");
        assertThat(ticks.share(0)).isZero();
    }

    @Test
    void differencesOfManySizesKeepTheirDigits() {
        assertThat(Words.digits(new Estimate(0.000427, new Interval(2e-5, 0.0007, ""))))
                .isEqualTo("0.000427 [2.00e−05, 0.000700]");
        assertThat(Words.fixed(-0.0001, 1)).isEqualTo("0.0");
    }
}
