package dev.vivarium.lab.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.Interval;
import org.junit.jupiter.api.Test;

final class ShownTest {
    @Test
    void marksOfAnAxisHaveNoMoreDecimalsThanTheyNeed() {
        assertThat(Shown.brief(100 * (0.1 * 3 / 4))).isEqualTo("7.5");
        assertThat(Shown.brief(100 * (0.05 * 1 / 4))).isEqualTo("1.25");
        assertThat(Shown.brief(100 * 0.6)).isEqualTo("60");
        assertThat(Shown.brief(0)).isEqualTo("0");
    }

    @Test
    void sharesHaveTwoDecimalsOnlyWhereThoseSaySomething() {
        assertThat(Shown.percent(0.0004)).isEqualTo("0.04\u00a0%");
        assertThat(Shown.percent(0.004)).isEqualTo("0.4\u00a0%");
        assertThat(Shown.percent(1e-9)).isEqualTo("0.0\u00a0%");
        assertThat(Shown.percent((Double) null)).isEqualTo(Shown.NOTHING);
        assertThat(Shown.percent(new Interval(1e-9, 1, "any"))).isEqualTo("0.0–100.0\u00a0%");
    }
}
