package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class ScheduleTest {
    @Test
    void linearRisesFromZeroAndFallsToZero() {
        Schedule schedule = new Schedule(Schedule.Shape.LINEAR, 1.0, 5, 0);
        assertThat(schedule.at(0, 25)).isZero();
        assertThat(schedule.at(4, 25)).isCloseTo(0.8, within(1e-12));
        assertThat(schedule.at(5, 25)).isEqualTo(1);
        assertThat(schedule.at(15, 25)).isCloseTo(0.5, within(1e-12));
        assertThat(schedule.at(24, 25)).isCloseTo(0.05, within(1e-12));
    }

    @Test
    void cosineEndsAtItsFloor() {
        Schedule schedule = new Schedule(Schedule.Shape.COSINE, 2.0, 0, 0.05);
        assertThat(schedule.at(0, 100)).isEqualTo(2.0);
        assertThat(schedule.at(50, 100)).isCloseTo(2 * (0.05 + 0.95 * 0.5), within(1e-12));
        assertThat(schedule.at(100, 100)).isCloseTo(0.1, within(1e-12));
    }

    @Test
    void constantStaysAtThePeakAfterTheWarmUp() {
        Schedule schedule = new Schedule(Schedule.Shape.CONSTANT, 3.0, 2, 0);
        assertThat(schedule.at(1, 10)).isCloseTo(1.5, within(1e-12));
        assertThat(schedule.at(9, 10)).isEqualTo(3.0);
    }
}
