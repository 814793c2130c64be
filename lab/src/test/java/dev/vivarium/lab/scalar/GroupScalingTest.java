package dev.vivarium.lab.scalar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.scalar.GroupScaling.Setting;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Which settings a causal check asks. */
final class GroupScalingTest {
    /** The nine blocks of the paper's organism. */
    private static final TreeSet<Integer> NINE = new TreeSet<>(List.of(15, 16, 17, 21, 22, 23, 27, 28, 29));

    private static GroupScaling of(List<String> groups, List<String> others, Double... factors) {
        return GroupScaling.of(NINE, groups, others, List.of(factors), 0);
    }

    @Test
    void aGroupIsScaledWhileTheOthersStayAndItsControlHasAsManyOtherBlocks() {
        GroupScaling scaling = of(List.of("medical=21,23"), List.of(), 0.0, -1.0);

        assertThat(scaling.settings().stream().map(Setting::name))
                .containsExactly(
                        "as-trained", "medical-x0", "medical-x-1", "control-of-medical-x0", "control-of-medical-x-1");
        Setting reversed = scaling.settings().get(2);
        assertThat(NINE.stream().filter(block -> reversed.scale().at(block) == -1))
                .containsExactly(21, 23);
        assertThat(NINE.stream().filter(block -> reversed.scale().at(block) == 1))
                .hasSize(7);
        Setting control = scaling.settings().get(3);
        assertThat(control.controlOf()).isEqualTo("medical");
        assertThat(control.blocks()).hasSize(2).doesNotContain(21, 23).isSubsetOf(NINE);
        assertThat(control.blocks()).isEqualTo(scaling.settings().get(4).blocks());
        assertThat(scaling.remarks()).isEmpty();
    }

    @Test
    void controlsAreDrawnByTheSeed() {
        Set<Object> drawn = new HashSet<>();
        for (int seed = 0; seed < 20; seed++) {
            drawn.add(GroupScaling.of(NINE, List.of("a=15,16"), List.of(), List.of(0.0), seed)
                    .settings()
                    .getLast()
                    .blocks());
        }
        assertThat(drawn).hasSizeGreaterThan(5);
    }

    @Test
    void withoutGroupsEveryBlockIsOneAndTheOthersAreItsControls() {
        GroupScaling scaling = of(List.of(), List.of(), 0.0);

        assertThat(scaling.settings()).hasSize(10);
        assertThat(scaling.settings().stream().map(Setting::controlOf)).containsOnlyNulls();
        assertThat(scaling.remarks()).isEmpty();
    }

    @Test
    void aGroupOfMostBlocksHasNoControlAndThatIsSaid() {
        GroupScaling scaling = of(List.of("most=15-17,21,22"), List.of("back=-10,21=30,23=30"), 0.0);

        assertThat(scaling.settings().stream().map(Setting::name)).containsExactly("as-trained", "most-x0", "back");
        assertThat(scaling.settings().getLast().scale().at(15)).isEqualTo(-10);
        assertThat(scaling.settings().getLast().scale().at(23)).isEqualTo(30);
        assertThat(scaling.remarks())
                .containsExactly("the group most has no control, as only 4 of 9 blocks are left for it");
    }

    @Test
    void whatWouldTouchNothingIsRefused() {
        assertThatThrownBy(() -> of(List.of("a=18"), List.of(), 0.0))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("does not change block 18, but 15, 16");
        assertThatThrownBy(() -> of(List.of(), List.of("a=18=2"), 0.0))
                .hasMessageContaining("does not change block 18");
        assertThatThrownBy(() -> of(List.of("a=15"), List.of(), 1.0)).hasMessageContaining("is the adapter as trained");
        assertThatThrownBy(() -> of(List.of("a=15"), List.of(), 2.0, 2.0)).hasMessageContaining("given twice");
        assertThatThrownBy(() -> of(List.of("15"), List.of(), 2.0)).hasMessageContaining("NAME=");
        assertThatThrownBy(() -> of(List.of("a=15", "a=16"), List.of(), 2.0)).hasMessageContaining("given twice");
        assertThatThrownBy(() -> of(List.of("as=15"), List.of("as-x2=3"), 2.0)).hasMessageContaining("as-x2");
    }
}
