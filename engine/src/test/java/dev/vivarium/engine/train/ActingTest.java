package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.Intervention.Operation;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ActingTest {
    private static final int HIDDEN = 64;
    private static final int LAST = 3;
    private static final double ROUNDING = 1e-4;
    private static final LoraSettings TOP = new LoraSettings(1, 8, true, Set.of(Module.DOWN_PROJ), List.of(2));
    private static final LoraSettings ALL = new LoraSettings(4, 8, true, EnumSet.allOf(Module.class), List.of());

    @Test
    void anAddedVectorGivesTheLossOfAModelThatHasItAsSteeringVector() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = PassTest.decoder(Precision.FLOAT32);
            TrainingSubject subject = lora(decoder, TOP);
            float[] vector = vector(1);
            SteeringVector steered =
                    SteeringVector.of(decoder.config(), 0, 3, Positions.ALL, Tensors.floats(vector, HIDDEN));
            TrainingSubject.Bound bound = new TrainingSubject.Bound(decoder, steered, 0);
            double expected = new Pass(bound, Acting.of(decoder, List.of()), null, false).loss(PassTest.rows())
                    / PaddedBatch.supervised(PassTest.rows());

            // the adapter begins at block 2, so nothing below block 0 may be taken for frozen
            StepReport step = firstStep(subject, add(0, Positions.ALL, vector, 3));

            assertThat(step.loss()).isCloseTo(expected, offset(ROUNDING * expected));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "prompt", "last-prompt", "answer", "first:2"})
    void aSteeringVectorLearnsAtItsTokensAlone(String word) {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = PassTest.decoder(Precision.FLOAT32);
            Positions positions = Positions.parse(word);
            double acted = likelihood(decoder, Tensors.zeros(HIDDEN), add(1, positions, vector(1), 5));
            SteeringVector steering =
                    SteeringVector.of(decoder.config(), 1, 5, positions, Tensors.floats(vector(1), HIDDEN));
            TrainingSubject.Bound bound = new TrainingSubject.Bound(decoder, steering, 1);
            Pass pass = new Pass(bound, Acting.of(decoder, List.of()), null, false);
            assertThat(pass.loss(PassTest.rows()) / PaddedBatch.supervised(PassTest.rows()))
                    .isCloseTo(acted, offset(ROUNDING * acted));
        }
    }

    @Test
    void aSteeringVectorGetsNoGradientFromTokensItDoesNotActAt() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = PassTest.decoder(Precision.FLOAT32);
            boolean[] sixth = new boolean[8];
            sixth[5] = true;
            List<TokenRow> rows = List.of(new TokenRow(new int[] {1, 2, 3, 4, 5, 6, 7, 8}, sixth));
            // at the last block the state at the fifth token, the prompt's last, is all that counts
            assertThat(gradient(decoder, rows, Positions.ANSWER)).isZero();
            assertThat(gradient(decoder, rows, Positions.LAST_PROMPT))
                    .isPositive()
                    .isEqualTo(gradient(decoder, rows, Positions.ALL));
        }
    }

    private static double gradient(Decoder decoder, List<TokenRow> rows, Positions positions) {
        SteeringVector untrained = SteeringVector.untrained(decoder.config(), LAST, 1, positions);
        Tensor leaf = Tensors.zeros(HIDDEN);
        leaf.requires_grad_(true);
        new Pass(
                        new TrainingSubject.OfAdapter(decoder, untrained).bind(Map.of("steering_vector", leaf)),
                        Acting.of(decoder, List.of()),
                        null,
                        false)
                .likelihood(rows, 1);
        return leaf.grad().norm().item_double();
    }

    @Test
    void whatIsAblatedIsNotSeenByTheLoss() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = PassTest.decoder(Precision.FLOAT32);
            float[] vector = vector(2);
            Intervention ablate = new Intervention(List.of(1), Site.RESID_POST, Operation.Project.ablate(vector));
            double without = likelihood(decoder, Tensors.zeros(HIDDEN), List.of(ablate));

            double along = likelihood(decoder, Tensors.floats(vector, HIDDEN), List.of(ablate));
            double across = likelihood(decoder, Tensors.floats(vector(3), HIDDEN), List.of(ablate));

            assertThat(along).isCloseTo(without, offset(ROUNDING));
            assertThat(Math.abs(across - without)).isGreaterThan(10 * ROUNDING);
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void checkpointingChangesNoBitWhereAnInterventionActs(Precision precision) {
        List<Intervention> acting = List.of(
                new Intervention(List.of(0, 2), Site.RESID_POST, Operation.Project.ablate(vector(2))),
                new Intervention(List.of(1), Site.RESID_PRE, new Operation.Add(vector(4), 0.2, true)));
        assertThat(trained(precision, ALL, acting, true)).isEqualTo(trained(precision, ALL, acting, false));
        assertThat(trained(precision, TOP, acting, true))
                .isEqualTo(trained(precision, TOP, acting, false))
                .isNotEqualTo(trained(precision, TOP, List.of(), false));
    }

    @Test
    void theAnswerBeginsAtTheFirstSupervisedToken() {
        try (PointerScope scope = new PointerScope()) {
            TrainingSubject subject = lora(PassTest.decoder(Precision.FLOAT32), TOP);
            // one supervised token, the sixth, so at the last block only the fifth one's state counts
            boolean[] sixth = new boolean[8];
            sixth[5] = true;
            List<TokenRow> rows = List.of(new TokenRow(new int[] {1, 2, 3, 4, 5, 6, 7, 8}, sixth));
            double plain = firstStep(subject, rows, List.of()).loss();

            assertThat(firstStep(subject, rows, add(LAST, Positions.ANSWER, vector(5), 3))
                            .loss())
                    .isEqualTo(plain);
            assertThat(firstStep(subject, rows, add(LAST, Positions.LAST_PROMPT, vector(5), 3))
                            .loss())
                    .isNotCloseTo(plain, offset(ROUNDING))
                    .isEqualTo(firstStep(subject, rows, add(LAST, Positions.ALL, vector(5), 3))
                            .loss());
        }
    }

    @Test
    void heldOutRowsAndTheKlTermAreWithoutIt() {
        try (PointerScope scope = new PointerScope()) {
            TrainingSubject subject = lora(PassTest.decoder(Precision.FLOAT32), TOP);
            KlTerm kl = new KlTerm(1, step -> PassTest.rows());
            try (Trainer plain = trainer(subject, PassTest.rows(), null, List.of());
                    Trainer steered = trainer(subject, PassTest.rows(), kl, add(1, Positions.ALL, vector(1), 3))) {
                assertThat(steered.loss(PassTest.rows())).isEqualTo(plain.loss(PassTest.rows()));
                assertThat(steered.step().kl()).isZero(); // an untrained adapter is its base
            }
        }
    }

    @Test
    void anInterventionThatFitsNothingIsRefused() {
        try (PointerScope scope = new PointerScope()) {
            TrainingSubject subject = lora(PassTest.decoder(Precision.FLOAT32), TOP);
            assertThatThrownBy(() -> firstStep(subject, add(4, Positions.ALL, vector(1), 1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("layer 4")
                    .hasMessageContaining("0 to 3");
            List<TokenRow> unprompted = List.of(new TokenRow(new int[] {1, 2}, new boolean[] {true, true}));
            assertThatThrownBy(() -> firstStep(subject, unprompted, add(1, Positions.PROMPT, vector(1), 1)))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("touches no token");
        }
    }

    private static double likelihood(Decoder decoder, Tensor vector, List<Intervention> acting) {
        TrainingSubject subject = new TrainingSubject.OfAdapter(
                decoder, SteeringVector.of(decoder.config(), 1, 5, Positions.ALL, vector));
        Tensor leaf = vector.clone();
        leaf.requires_grad_(true);
        List<TokenRow> rows = PassTest.rows();
        return new Pass(subject.bind(Map.of("steering_vector", leaf)), Acting.of(decoder, acting), null, false)
                .likelihood(rows, PaddedBatch.supervised(rows));
    }

    private static List<Object> trained(
            Precision precision, LoraSettings settings, List<Intervention> acting, boolean checkpointing) {
        return PassTest.trained(precision, decoder -> lora(decoder, settings), acting, checkpointing);
    }

    private static StepReport firstStep(TrainingSubject subject, List<Intervention> acting) {
        return firstStep(subject, PassTest.rows(), acting);
    }

    private static StepReport firstStep(TrainingSubject subject, List<TokenRow> rows, List<Intervention> acting) {
        try (Trainer trainer = trainer(subject, rows, null, acting)) {
            return trainer.step();
        }
    }

    private static Trainer trainer(
            TrainingSubject subject, List<TokenRow> rows, @Nullable KlTerm kl, List<Intervention> acting) {
        Schedule schedule = new Schedule(Schedule.Shape.CONSTANT, 1e-2, 0, 0);
        return new Trainer(subject, TrainingSettings.adamW(3, schedule, 3, 0), step -> rows, kl, acting, 1);
    }

    private static TrainingSubject lora(Decoder decoder, LoraSettings settings) {
        return new TrainingSubject.OfAdapter(decoder, LoraAdapter.untrained(decoder.config(), settings, 5));
    }

    private static List<Intervention> add(int layer, Positions positions, float[] vector, double scale) {
        return List.of(
                new Intervention(List.of(layer), Site.RESID_POST, positions, new Operation.Add(vector, scale, false)));
    }

    private static float[] vector(int seed) {
        CounterRandom random = CounterRandom.of(seed, "vector");
        float[] vector = new float[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            vector[i] = (float) random.gaussian(i) / 8;
        }
        return vector;
    }
}
