package dev.vivarium.lab.scalar;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Probe;
import org.junit.jupiter.api.Test;

final class ScalarFiguresTest {
    @Test
    void zeroHasNoSignOfItsOwn() {
        Probe.Estimate difference = new Probe.Estimate(-0.003, new Interval(-0.04, 0.001, ""));

        assertThat(ScalarReport.signed(difference)).isEqualTo("+0.00 [-0.04, 0.00]");
        assertThat(ScalarReport.signed(new Probe.Estimate(-0.02, null))).startsWith("-0.02 (too few questions");
    }
}
