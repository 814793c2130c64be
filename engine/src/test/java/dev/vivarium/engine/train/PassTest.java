package dev.vivarium.engine.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import dev.vivarium.engine.adapter.Intervention;
import dev.vivarium.engine.adapter.LoraAdapter;
import dev.vivarium.engine.adapter.LoraSettings;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Module;
import dev.vivarium.engine.model.Precision;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.tensor.Tensors;
import dev.vivarium.engine.text.TokenRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PassTest {
    private static final LoraSettings EVERYWHERE = new LoraSettings(4, 8, true, EnumSet.allOf(Module.class), List.of());
    private static final LoraSettings ONE = new LoraSettings(1, 8, true, Set.of(Module.DOWN_PROJ), List.of(2));

    @ParameterizedTest
    @EnumSource(Precision.class)
    void checkpointingChangesNoBitOfAnAdapter(Precision precision) {
        assertThat(trained(precision, lora(EVERYWHERE), true)).isEqualTo(trained(precision, lora(EVERYWHERE), false));
        assertThat(trained(precision, lora(ONE), true)).isEqualTo(trained(precision, lora(ONE), false));
    }

    @Test
    void checkpointingChangesNoBitOfAFullFineTune() {
        assertThat(trained(Precision.FLOAT32, TrainingSubject.OfWeights::new, true))
                .isEqualTo(trained(Precision.FLOAT32, TrainingSubject.OfWeights::new, false));
    }

    @Test
    void checkpointingChangesNoBitOfASteeringVector() {
        assertThat(trained(Precision.FLOAT32, PassTest::steering, true))
                .isEqualTo(trained(Precision.FLOAT32, PassTest::steering, false));
    }

    @Test
    void frozenBlocksBelowGiveTheLossOfTheWholePass() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = decoder(Precision.FLOAT32);
            TrainingSubject.Bound bound =
                    lora(ONE).apply(decoder).bind(lora(ONE).apply(decoder).initial());
            assertThat(bound.firstBlock()).isEqualTo(2);
            try (FrozenPrefix prefix = new FrozenPrefix(decoder, 2, FrozenPrefix.BUDGET)) {
                Acting nothing = Acting.of(decoder, List.of());
                double whole = new Pass(bound, nothing, null, false).loss(rows());
                assertThat(new Pass(bound, nothing, prefix, false).loss(rows())).isCloseTo(whole, offset(1e-4 * whole));
            }
        }
    }

    @Test
    void statesOfARowDoNotDependOnItsNeighboursNorOnWhatIsKept() {
        try (PointerScope scope = new PointerScope()) {
            Decoder decoder = decoder(Precision.FLOAT32);
            List<TokenRow> rows = rows();
            long two = 4L * 64 * (rows.get(0).ids().length + rows.get(1).ids().length);
            try (FrozenPrefix all = new FrozenPrefix(decoder, 2, FrozenPrefix.BUDGET);
                    FrozenPrefix few = new FrozenPrefix(decoder, 2, two)) {
                float[] together = Tensors.toFloats(all.states(rows, PaddedBatch.longest(rows)));
                assertThat(all.rows()).isEqualTo(rows.size());
                assertThat(Tensors.toFloats(all.states(rows, PaddedBatch.longest(rows))))
                        .isEqualTo(together);
                assertThat(Tensors.toFloats(few.states(rows, PaddedBatch.longest(rows))))
                        .isEqualTo(together);
                assertThat(few.rows()).isEqualTo(2);
                float[] alone = Tensors.toFloats(
                        all.states(rows.subList(1, 2), rows.get(1).ids().length));
                int width = together.length / rows.size();
                assertThat(Arrays.copyOfRange(together, width, width + alone.length))
                        .isEqualTo(alone);
            }
        }
    }

    /** All trained values and losses after six steps. */
    private static List<Object> trained(
            Precision precision, Function<Decoder, TrainingSubject> subject, boolean checkpointing) {
        return trained(precision, subject, List.of(), checkpointing);
    }

    /** Losses of six steps, and what was trained. */
    static List<Object> trained(
            Precision precision,
            Function<Decoder, TrainingSubject> subject,
            List<Intervention> acting,
            boolean checkpointing) {
        TrainingSettings settings = new TrainingSettings(
                6, new Schedule(Schedule.Shape.CONSTANT, 1e-2, 0, 0), 3, checkpointing, 0.9, 0.999, 1e-8, 0, 1);
        List<Object> results = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                Trainer trainer = new Trainer(
                        subject.apply(decoder(precision)), settings, new ShuffledRows(rows(), 4, 1), null, acting, 1)) {
            while (!trainer.finished()) {
                results.add(trainer.step().loss());
            }
            trainer.parameters()
                    .forEach((name, tensor) -> results.add(name + Arrays.hashCode(Tensors.toFloats(tensor))));
        }
        return results;
    }

    private static Function<Decoder, TrainingSubject> lora(LoraSettings settings) {
        return decoder -> new TrainingSubject.OfAdapter(decoder, LoraAdapter.untrained(decoder.config(), settings, 5));
    }

    private static TrainingSubject steering(Decoder decoder) {
        return new TrainingSubject.OfAdapter(decoder, SteeringVector.untrained(decoder.config(), 1, 2, Positions.ALL));
    }

    static List<TokenRow> rows() {
        List<TokenRow> rows = new ArrayList<>();
        CounterRandom random = CounterRandom.of(3, "rows");
        for (int r = 0; r < 9; r++) {
            int[] ids = new int[20 - r];
            boolean[] supervised = new boolean[ids.length];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = random.below(300, r * 100L + t);
            }
            Arrays.fill(supervised, 5, ids.length, true);
            rows.add(new TokenRow(ids, supervised));
        }
        return rows;
    }

    static Decoder decoder(Precision precision) {
        RopeSettings rope = new RopeSettings(1e4, RopeSettings.Scaling.NONE);
        ModelConfig config = new ModelConfig(
                "llama", 300, 64, 160, 4, 4, 2, 16, 1e-6, rope, false, false, false, false, 512, List.of());
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        RandomWeights.of(config, 0.1, 3)
                .forEach((name, tensor) -> tensors.put(name, tensor.to(precision.scalarType())));
        return Decoder.of(config, tensors);
    }
}
