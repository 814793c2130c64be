package dev.vivarium.engine.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.Intervention.Operation.Add;
import dev.vivarium.engine.adapter.Intervention.Operation.Project;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.Device;
import dev.vivarium.engine.tensor.Tensors;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

/** What interventions do to the activations of a pass, row by row and token by token. */
class InterventionBankTest {
    /** Float32 sums of 64 numbers around 10. */
    private static final float ROUNDING = 2e-5f;

    private static final int HIDDEN = 64;
    private static final List<Integer> ALL_LAYERS = List.of(0, 1, 2, 3);

    @Test
    void aRowBesideOthersComputesWhatItComputesAloneToTheLastBit() {
        List<Intervention> settings = List.of(
                new Intervention(List.of(1), Site.RESID_POST, new Add(noise(1), 2, false)),
                new Intervention(List.of(1, 2), Site.RESID_POST, Positions.ANSWER, new Add(noise(2), -0.3, true)),
                new Intervention(ALL_LAYERS, Site.RESID_POST, Project.ablate(List.of(noise(1), noise(3), noise(4)))),
                new Intervention(List.of(3), Site.MLP_OUT, Positions.LAST_PROMPT, Project.ablate(noise(5))));
        withModel(decoder -> {
            InterventionBank bank = InterventionBank.of(
                    decoder.config(), settings.stream().map(List::of).toList());
            Tensor ids = ids(5, 4);
            int[][] offsets = {{-2, -1, 0, 1}, {-2, -1, 0, 1}, {-2, -1, 0, 1}, {-2, -1, 0, 1}, {-2, -1, 0, 1}};
            Tensor mixed = hidden(
                    decoder,
                    ids,
                    bank.forRows(new int[] {0, 1, 2, 3, InterventionBank.NONE}, offsets, decoder.device()));
            for (int row = 0; row < 5; row++) {
                int setting = row == 4 ? InterventionBank.NONE : row;
                int[] all = {setting, setting, setting, setting, setting};
                Tensor alone = hidden(decoder, ids, bank.forRows(all, offsets, decoder.device()));
                assertThat(Tensors.same(mixed.select(0, row), alone.select(0, row)))
                        .as("row %s", row)
                        .isTrue();
            }
            Tensor plain = hidden(decoder, ids, ForwardHooks.NONE);
            assertThat(Tensors.same(mixed.select(0, 4), plain.select(0, 4))).isTrue();
            for (int row = 0; row < 4; row++) {
                assertThat(Tensors.same(mixed.select(0, row), plain.select(0, row)))
                        .as("row %s", row)
                        .isFalse();
            }
        });
    }

    @Test
    void aPlantedDirectionIsAblatedToZeroAndRestored() {
        float[] planted = noise(1);
        float[] unit = unit(planted);
        Tensor state = Tensors.floats(noise(9), 1, 1, HIDDEN);
        Tensor without = at(Project.ablate(planted), state);
        assertThat(along(without, unit)).isCloseTo(0, within(ROUNDING));
        float coefficient = along(state, unit);
        Tensor restored = at(new Project(List.of(planted), List.of((double) coefficient)), without);
        assertThat(Tensors.toFloats(restored)).containsExactly(Tensors.toFloats(state), within(ROUNDING));
        Tensor added = at(new Add(planted, 3, false), state);
        assertThat(along(added, unit) - coefficient)
                .isCloseTo((float) (3 * Intervention.norm(planted)), within(ROUNDING));
    }

    @Test
    void aSpaceIsAblatedWhateverTheAnglesOfItsVectors() {
        float[] first = noise(1);
        float[] near = noise(2);
        for (int i = 0; i < HIDDEN; i++) {
            near[i] = first[i] + 0.01f * near[i];
        }
        Tensor state = Tensors.floats(noise(9), 1, 1, HIDDEN);
        Tensor without = at(Project.ablate(List.of(first, near, noise(3))), state);
        for (float[] vector : List.of(first, near, noise(3))) {
            assertThat(along(without, unit(vector))).isCloseTo(0, within(ROUNDING));
        }
        Tensor swapped = at(Project.ablate(List.of(noise(3), near, first)), state);
        assertThat(Tensors.toFloats(swapped)).containsExactly(Tensors.toFloats(without), within(1e-3f));
    }

    @Test
    void aSpaceTakesThePartOfAMeanAndLeavesTheMeanItselfAsItIs() {
        List<float[]> vectors = List.of(noise(1), noise(2));
        float[] mean = noise(7);
        Project towards = Project.towards(vectors, mean);
        Tensor state = Tensors.floats(noise(9), 1, 1, HIDDEN);
        Tensor restored = at(towards, state);
        for (float[] vector : vectors) {
            assertThat(along(restored, unit(vector)))
                    .isCloseTo(along(Tensors.floats(mean, 1, 1, HIDDEN), unit(vector)), within(ROUNDING));
        }
        assertThat(Tensors.toFloats(at(towards, Tensors.floats(mean, 1, 1, HIDDEN))))
                .containsExactly(mean, within(ROUNDING));
    }

    @Test
    void aRelativeScaleIsAShareOfTheActivationsOwnLength() {
        float[] vector = noise(1);
        Tensor state = Tensors.floats(noise(9), 1, 1, HIDDEN);
        float before = along(state, unit(vector));
        Tensor added = at(new Add(vector, 0.25, true), state);
        assertThat(along(added, unit(vector)) - before)
                .isCloseTo((float) (0.25 * Intervention.norm(noise(9))), within(ROUNDING));
    }

    @Test
    void positionsAreCountedFromTheAnswerWhateverThePadding() {
        Tensor state = Tensors.zeros(2, 6, HIDDEN);
        float[] vector = noise(1);
        // the first row has a prompt of three tokens, the second one of one after two of padding
        int[][] offsets = {{-3, -2, -1, 0, 1, 2}, {-9, -9, -1, 0, 1, 2}};
        assertThat(touched(Positions.ALL, vector, state, offsets)).isEqualTo("111111 111111");
        assertThat(touched(Positions.PROMPT, vector, state, offsets)).isEqualTo("111000 111000");
        assertThat(touched(Positions.ANSWER, vector, state, offsets)).isEqualTo("000111 000111");
        assertThat(touched(Positions.LAST_PROMPT, vector, state, offsets)).isEqualTo("001000 001000");
        assertThat(touched(Positions.first(2), vector, state, offsets)).isEqualTo("000110 000110");
        int[][] others = {{0, 1, 2, 3, 4, 5}, {-6, -5, -4, -3, -2, -1}};
        assertThat(touched(Positions.first(2), vector, state, others)).isEqualTo("110000 000000");
    }

    @Test
    void positionsAreReadAsTheyAreWritten() {
        for (String word : List.of("all", "prompt", "answer", "last-prompt", "first:5")) {
            assertThat(Positions.parse(word)).hasToString(word);
        }
        assertThatThrownBy(() -> Positions.parse("first:0"))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("first:K");
    }

    @Test
    void paddingOnTheLeftChangesNoRow() {
        List<Intervention> setting =
                List.of(new Intervention(ALL_LAYERS, Site.RESID_POST, Positions.PROMPT, Project.ablate(noise(1))));
        withModel(decoder -> {
            InterventionBank bank = InterventionBank.of(decoder.config(), List.of(setting));
            Tensor whole = hidden(
                    decoder, ids(1, 4), bank.forRows(new int[] {0}, new int[][] {{-3, -2, -1, 0}}, decoder.device()));
            Tensor padded = Tensors.cat(1, Tensors.longs(new long[] {1, 1}, 1, 2), ids(1, 4));
            Tensor real = Tensors.longs(new long[] {0, 0, 1, 1, 1, 1}, 1, 6);
            Tensor moved = decoder.hidden(
                    padded,
                    TextAttention.masked(real),
                    bank.forRows(new int[] {0}, new int[][] {{-5, -4, -3, -2, -1, 0}}, decoder.device()));
            assertThat(moved.narrow(1, 2, 4).sub(whole).abs().max().item_double())
                    .isLessThan(1e-4);
        });
    }

    @Test
    void whatWouldTouchNothingIsRefused() {
        float[] vector = noise(1);
        assertThatThrownBy(() -> new Add(vector, 0, false))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("adds nothing");
        assertThatThrownBy(() -> Project.ablate(new float[HIDDEN]))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("has no direction");
        assertThatThrownBy(() -> Project.ablate(List.of(vector, noise(2), vector)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("direction 3 of 3");
        assertThatThrownBy(() -> new Intervention(List.of(), Site.RESID_POST, Project.ablate(vector)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("names no layer");
        ModelConfig config =
                ModelDirectory.open(Parity.of("qwen2").file("model")).config();
        Intervention short3 = new Intervention(List.of(1), Site.RESID_POST, Project.ablate(new float[] {1, 2, 3}));
        assertThatThrownBy(() -> InterventionBank.of(config, List.of(List.of(short3))))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("3 values but the model has 64");
        Intervention late = new Intervention(List.of(1), Site.RESID_POST, Positions.ANSWER, Project.ablate(vector));
        InterventionBank bank = InterventionBank.of(config, List.of(List.of(late)));
        bank.requireTouch(0, 2);
        assertThatThrownBy(() -> bank.requireTouch(0, 1))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("positions answer would touch nothing");
    }

    private interface Check {
        void with(Decoder decoder);
    }

    private static void withModel(Check check) {
        ModelDirectory directory = ModelDirectory.open(Parity.of("qwen2").file("model"));
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard();
                LoadedModel model = directory.load()) {
            check.with(model.decoder());
        }
    }

    private static Tensor hidden(Decoder decoder, Tensor ids, ForwardHooks hooks) {
        return decoder.hidden(ids, TextAttention.causal(Math.toIntExact(ids.size(1))), hooks);
    }

    private static Tensor ids(int rows, int tokens) {
        long[] ids = new long[rows * tokens];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = 5 + 4L * (i % tokens);
        }
        return Tensors.longs(ids, rows, tokens);
    }

    private static Tensor at(Intervention.Operation operation, Tensor state) {
        return RowInterventions.of(
                        List.of(List.of(new Intervention(List.of(0), Site.RESID_POST, operation))),
                        new int[][] {{0}},
                        Device.CPU)
                .onSite(0, Site.RESID_POST, state);
    }

    /** A digit for each token, 1 where it was changed. */
    private static String touched(Positions positions, float[] vector, Tensor state, int[][] offsets) {
        Intervention one = new Intervention(List.of(0), Site.RESID_POST, positions, new Add(vector, 1, false));
        Tensor changed = RowInterventions.of(List.of(List.of(one), List.of(one)), offsets, Device.CPU)
                .onSite(0, Site.RESID_POST, state);
        StringBuilder text = new StringBuilder();
        for (int row = 0; row < 2; row++) {
            for (int token = 0; token < 6; token++) {
                Tensor own = changed.select(0, row).select(0, token);
                text.append(own.norm().item_double() > 0 ? '1' : '0');
            }
            text.append(row == 0 ? " " : "");
        }
        return text.toString();
    }

    private static float along(Tensor state, float[] unit) {
        return state.view(-1).dot(Tensors.floats(unit, HIDDEN)).item_float();
    }

    private static float[] unit(float[] vector) {
        double norm = Intervention.norm(vector);
        float[] unit = new float[vector.length];
        for (int i = 0; i < unit.length; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    private static float[] noise(long seed) {
        CounterRandom random = CounterRandom.of(seed, "v");
        float[] values = new float[HIDDEN];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.gaussian(i);
        }
        return values;
    }
}
