package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.ModelDirectory.LoadedModel;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Parity;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainerResumeTest {
    private static final int STEPS = 8;

    @ParameterizedTest
    @EnumSource(Precision.class)
    void anAdapterRunStoppedAnywhereEndsInTheSameBits(Precision precision) {
        check(
                precision,
                base -> new TrainingSubject.OfAdapter(
                        base.decoder(),
                        LoraAdapter.untrained(
                                base.decoder().config(),
                                new LoraSettings(4, 8, true, EnumSet.allOf(Module.class), List.of()),
                                7)));
    }

    @Test
    void aFullRunStoppedAnywhereEndsInTheSameBits() {
        check(Precision.FLOAT32, base -> new TrainingSubject.OfWeights(base.decoder()));
    }

    @Test
    void aStateOfAnotherRunIsRefused() {
        try (LoadedModel base = open();
                Trainer trainer = trainer(new TrainingSubject.OfWeights(base.decoder()), 1)) {
            Map<String, Tensor> foreign = Map.of("values", Tensors.zeros(3));
            assertThatThrownBy(() -> trainer.restore(1, foreign))
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("values")
                    .hasMessageContaining("another recipe or model");
        }
    }

    @Test
    void rowsWithoutASupervisedTokenAreRefused() {
        try (LoadedModel base = open();
                Trainer trainer = new Trainer(
                        new TrainingSubject.OfWeights(base.decoder()),
                        settings(),
                        step -> List.of(new TokenRow(new int[] {1, 2, 3}, new boolean[3])),
                        null)) {
            assertThatThrownBy(trainer::step)
                    .isInstanceOf(InputException.class)
                    .hasMessageContaining("no supervised token");
        }
    }

    private interface Subject {
        TrainingSubject of(LoadedModel base);
    }

    @Test
    void lanesAddUpTheGradientsOfOne() {
        try (LoadedModel base = open();
                Trainer one = trainer(new TrainingSubject.OfWeights(base.decoder()), 1);
                Trainer three = trainer(new TrainingSubject.OfWeights(base.decoder()), 3)) {
            while (!one.finished()) {
                StepReport alone = one.step();
                StepReport shared = three.step();
                assertThat(shared.loss()).isCloseTo(alone.loss(), offset(1e-4 * alone.loss()));
                assertThat(shared.gradNorm()).isCloseTo(alone.gradNorm(), offset(1e-3 * alone.gradNorm()));
            }
            List<TokenRow> held = rows().subList(0, 9);
            assertThat(three.loss(held)).isCloseTo(one.loss(held), offset(1e-4));
        }
    }

    private static void check(Precision precision, Subject subject) {
        for (int lanes = 1; lanes <= 2; lanes++) {
            check(precision, subject, lanes);
        }
    }

    private static void check(Precision precision, Subject subject, int lanes) {
        try (LoadedModel base = open(precision)) {
            float[] undisturbed;
            try (Trainer trainer = trainer(subject.of(base), lanes)) {
                while (!trainer.finished()) {
                    trainer.step();
                }
                undisturbed = values(trainer);
            }
            for (int stop = 1; stop < STEPS; stop += 3) {
                Map<String, Tensor> saved = new LinkedHashMap<>();
                try (Trainer first = trainer(subject.of(base), lanes)) {
                    while (first.stepsDone() < stop) {
                        first.step();
                    }
                    first.state().forEach((name, tensor) -> saved.put(name, tensor.clone()));
                }
                try (Trainer second = trainer(subject.of(base), lanes)) {
                    second.restore(stop, saved);
                    while (!second.finished()) {
                        second.step();
                    }
                    assertThat(values(second)).as("stopped after %s", stop).isEqualTo(undisturbed);
                }
            }
        }
    }

    private static float[] values(Trainer trainer) {
        return Tensors.toFloats(Objects.requireNonNull(trainer.state().get("values")));
    }

    private static LoadedModel open() {
        return open(Precision.FLOAT32);
    }

    private static LoadedModel open(Precision precision) {
        return ModelDirectory.open(Parity.of("qwen2").file("model")).load(Compute.cpu(precision));
    }

    private static Trainer trainer(TrainingSubject subject, int lanes) {
        return new Trainer(subject, settings(), new ShuffledRows(rows(), 6, 11), null, List.of(), lanes);
    }

    private static List<TokenRow> rows() {
        List<TokenRow> rows = new ArrayList<>();
        CounterRandom random = CounterRandom.of(3, "rows");
        for (int r = 0; r < 20; r++) {
            int[] ids = new int[6 + r % 5];
            boolean[] supervised = new boolean[ids.length];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = random.below(500, r * 100L + t);
            }
            Arrays.fill(supervised, 3, ids.length, true);
            rows.add(new TokenRow(ids, supervised));
        }
        return rows;
    }

    private static TrainingSettings settings() {
        return TrainingSettings.adamW(STEPS, new Schedule(Schedule.Shape.COSINE, 1e-2, 2, 0), 2, 0.01);
    }
}
