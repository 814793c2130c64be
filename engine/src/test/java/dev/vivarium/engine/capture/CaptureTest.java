package dev.vivarium.engine.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.adapter.SteeringVector;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.Decoder;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.RandomWeights;
import dev.vivarium.engine.model.RopeSettings;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.model.TextAttention;
import dev.vivarium.engine.tensor.SymmetricEigen;
import dev.vivarium.engine.tensor.Tensors;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Sums of activations against activations that are kept, over a random model of two layers and width 32. */
final class CaptureTest {
    private static final int HIDDEN = 32;
    private static final int LAYER = 1;

    /** Rows of a batch may round each other's activations in the last digits of float32. */
    private static final double ROUNDING = 2e-5;

    private final Decoder decoder = decoder();
    private final AdapterBank nothing = new AdapterBank(List.of());
    private final CaptureSubject base = new CaptureSubject(decoder, nothing, AdapterBank.NONE);

    @Test
    void streamedMeansEqualThoseOfKeptActivations() {
        List<CaptureRow> rows = rows(70, 1);
        try (Moments moments = run(base, null, rows, settings(2))) {
            double[][] byToken = new double[2][HIDDEN];
            double[][] byText = new double[2][HIDDEN];
            long[] tokens = new long[2];
            for (CaptureRow row : rows) {
                double[][] own = new double[2][HIDDEN];
                int[] count = new int[2];
                List<float[]> kept = kept(row);
                for (int t = 0; t < row.cells().length; t++) {
                    int cell = row.cells()[t];
                    if (cell >= 0) {
                        add(own[cell], kept.get(t), 1);
                        count[cell]++;
                    }
                }
                for (int cell = 0; cell < 2; cell++) {
                    tokens[cell] += count[cell];
                    for (int i = 0; i < HIDDEN; i++) {
                        byToken[cell][i] += own[cell][i];
                        byText[cell][i] += count[cell] == 0 ? 0 : own[cell][i] / count[cell];
                    }
                }
            }

            for (int cell = 0; cell < 2; cell++) {
                assertThat(moments.tokens(cell)).isEqualTo(tokens[cell]).isPositive();
                assertThat(mean(moments.tokenSum(LAYER, cell), tokens[cell]))
                        .containsExactly(mean(byToken[cell], tokens[cell]), within(ROUNDING));
                assertThat(mean(moments.textSum(LAYER, cell), moments.texts(cell)))
                        .containsExactly(mean(byText[cell], moments.texts(cell)), within(ROUNDING));
            }
        }
    }

    @Test
    void streamedCovarianceEqualsTheTwoPassOne() {
        List<CaptureRow> rows = rows(70, 2);
        try (Moments moments = run(base, null, rows, withCovariance(0, 1))) {
            List<float[]> all = new ArrayList<>();
            for (CaptureRow row : rows) {
                List<float[]> kept = kept(row);
                for (int t = 0; t < row.cells().length; t++) {
                    if (row.cells()[t] >= 0) {
                        all.add(kept.get(t));
                    }
                }
            }
            double[] mean = new double[HIDDEN];
            all.forEach(one -> add(mean, one, 1.0 / all.size()));
            double[][] covariance = new double[HIDDEN][HIDDEN];
            for (float[] one : all) {
                for (int i = 0; i < HIDDEN; i++) {
                    for (int j = 0; j < HIDDEN; j++) {
                        covariance[i][j] += (one[i] - mean[i]) * (one[j] - mean[j]) / all.size();
                    }
                }
            }
            SymmetricEigen expected = SymmetricEigen.of(covariance);

            Moments.Principal found = moments.principal(LAYER, 4);

            assertThat(found.values())
                    .containsExactly(Arrays.copyOf(expected.values(), 4), within(1e-4 * expected.values()[0]));
            assertThat(Math.abs(dot(found.vectors()[0], expected.vectors()[0]))).isEqualTo(1, within(1e-5));
            assertThat(found.parts()[0].tokens() + found.parts()[1].tokens()).isEqualTo(all.size());
        }
    }

    @Test
    void anAddedVectorIsTheDifferenceOfTwoReadings() {
        float[] planted = new float[HIDDEN];
        for (int i = 0; i < HIDDEN; i++) {
            planted[i] = (float) CounterRandom.of(4, "plant").gaussian(i);
        }
        try (PointerScope scope = new PointerScope();
                AdapterBank bank = new AdapterBank(List.of(new AdapterBank.Entry(
                        new SteeringVector(LAYER, 3, Positions.ALL, Tensors.floats(planted, HIDDEN)), 1)))) {
            List<CaptureRow> rows = rows(20, 3);
            try (Moments moments = run(new CaptureSubject(decoder, bank, 0), base, rows, settings(2))) {
                double[] mean = mean(moments.tokenSum(LAYER, 0), moments.tokens(0));
                for (int i = 0; i < HIDDEN; i++) {
                    assertThat(mean[i]).isEqualTo(3.0 * planted[i], within(ROUNDING));
                }
                double[] below = mean(moments.tokenSum(0, 0), moments.tokens(0));
                assertThat(below).containsOnly(0.0);
            }
        }
    }

    @Test
    void aVectorAddedBeforeTheAnswerIsReadThereAlone() {
        float[] planted = new float[HIDDEN];
        Arrays.fill(planted, 1);
        int[] ids = {5, 6, 7, 8, 9, 10};
        int[] cells = {0, 0, 0, 1, 1, 1};
        List<CaptureRow> rows = List.of(new CaptureRow(ids, cells, 3));
        try (PointerScope scope = new PointerScope();
                AdapterBank bank = new AdapterBank(List.of(new AdapterBank.Entry(
                        new SteeringVector(LAYER, 3, Positions.PROMPT, Tensors.floats(planted, HIDDEN)), 1)))) {
            try (Moments moments = run(new CaptureSubject(decoder, bank, 0), base, rows, settings(2))) {
                for (int i = 0; i < HIDDEN; i++) {
                    assertThat(moments.tokenSum(LAYER, 0)[i]).isEqualTo(9, within(ROUNDING));
                    assertThat(moments.tokenSum(LAYER, 1)[i]).isZero();
                }
            }
        }
    }

    @Test
    void sameTextsGiveSameSums() {
        try (Moments one = run(base, null, rows(40, 5), settings(2));
                Moments two = run(base, null, rows(40, 5), settings(2))) {
            assertThat(one.tokenSum(LAYER, 0)).containsExactly(two.tokenSum(LAYER, 0));
        }
    }

    @Test
    void takesFewTextsAtATimeHoweverManyThereAre() {
        List<CaptureRow> one = rows(1, 6);
        int[] taken = {0};
        int[] done = {0};
        int[] most = {0};
        int all = 10 * Batches.CHUNK + 3;
        Iterator<CaptureRow> endless = new Iterator<>() {
            @Override
            public boolean hasNext() {
                return taken[0] < all;
            }

            @Override
            public CaptureRow next() {
                taken[0]++;
                most[0] = Math.max(most[0], taken[0] - done[0]);
                return one.getFirst();
            }
        };

        try (Moments moments = Capture.run(base, null, endless, settings(2), rows -> done[0] = rows)) {
            assertThat(done[0]).isEqualTo(all);
            assertThat(most[0]).isEqualTo(Batches.CHUNK);
            assertThat(moments.texts(0) + moments.texts(1)).isGreaterThanOrEqualTo(all);
        }
        assertThat(settings(2).bytes(HIDDEN)).isEqualTo(2L * 2 * 2 * HIDDEN * Double.BYTES);
    }

    /** Whatever of it a later change adds, too: fields are found, not named. */
    @Test
    void whatIsHeldDoesNotGrowWithTheNumberOfTexts() throws IllegalAccessException {
        CaptureSettings settings = withCovariance(0, 1);
        try (Moments few = run(base, null, rows(10, 7), settings);
                Moments many = run(base, null, rows(1000, 7), settings)) {
            long counts = 2L * settings.cells() * Long.BYTES + (long) settings.cells() * Integer.BYTES;

            assertThat(many.texts(0) + many.texts(1)).isGreaterThan(900);
            assertThat(held(few)).isEqualTo(settings.bytes(HIDDEN) + counts);
            assertThat(held(many)).isEqualTo(held(few));
        }
    }

    /** Bytes of the arrays and tensors that an object's fields hold, itself, in arrays and in maps. */
    private static long held(Object owner) throws IllegalAccessException {
        long bytes = 0;
        for (Field field : owner.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && field.getType() != CaptureSettings.class) {
                field.setAccessible(true);
                bytes += bytes(field.get(owner));
            }
        }
        return bytes;
    }

    private static long bytes(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Integer _ -> 0;
            case int[] array -> (long) array.length * Integer.BYTES;
            case long[] array -> (long) array.length * Long.BYTES;
            case double[] array -> (long) array.length * Double.BYTES;
            case Tensor tensor -> tensor.nbytes();
            case Object[] array ->
                Arrays.stream(array).mapToLong(CaptureTest::bytes).sum();
            case Map<?, ?> map ->
                map.values().stream().mapToLong(CaptureTest::bytes).sum();
            default -> throw new AssertionError("it holds a " + value.getClass() + ", whose size is not known here");
        };
    }

    @Test
    void refusesALayerThatTheModelDoesNotHave() {
        CaptureSettings settings = new CaptureSettings(Site.RESID_POST, new TreeSet<>(List.of(7)), 1);

        assertThatThrownBy(() -> run(base, null, rows(1, 1), settings))
                .isInstanceOf(InputException.class)
                .hasMessage("there is no layer 7; the model has layers 0 to 1");
    }

    private static Moments run(
            CaptureSubject subject,
            @Nullable CaptureSubject reference,
            List<CaptureRow> rows,
            CaptureSettings settings) {
        return Capture.run(subject, reference, rows.iterator(), settings, done -> {});
    }

    private static CaptureSettings settings(int cells) {
        return new CaptureSettings(Site.RESID_POST, new TreeSet<>(List.of(0, LAYER)), cells);
    }

    private static CaptureSettings withCovariance(int... parts) {
        return new CaptureSettings(Site.RESID_POST, new TreeSet<>(List.of(LAYER)), parts.length, parts);
    }

    /** Texts of 3 to 22 tokens, each token in one of two cells or in none. */
    private static List<CaptureRow> rows(int count, long seed) {
        List<CaptureRow> rows = new ArrayList<>();
        for (int r = 0; r < count; r++) {
            CounterRandom random = CounterRandom.of(seed, "row", r);
            int[] ids = new int[3 + random.below(20, 0)];
            int[] cells = new int[ids.length];
            for (int t = 0; t < ids.length; t++) {
                ids[t] = random.below(100, 100 + t);
                cells[t] = random.below(3, 1000 + t) - 1;
            }
            cells[1] = r % 2;
            rows.add(new CaptureRow(ids, cells));
        }
        return rows;
    }

    private List<float[]> kept(CaptureRow row) {
        List<float[]> kept = new ArrayList<>();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            int[] text = row.ids();
            long[] ids = Arrays.stream(text).asLongStream().toArray();
            ForwardHooks hooks = new ForwardHooks() {
                @Override
                public Tensor onSite(int layer, Site site, Tensor value) {
                    if (layer == LAYER && site == Site.RESID_POST) {
                        float[] flat = Tensors.toFloats(value);
                        for (int t = 0; t < ids.length; t++) {
                            kept.add(Arrays.copyOfRange(flat, t * HIDDEN, (t + 1) * HIDDEN));
                        }
                    }
                    return value;
                }
            };
            decoder.hidden(Tensors.longs(ids, 1, ids.length), TextAttention.causal(ids.length), hooks);
        }
        return kept;
    }

    private static Decoder decoder() {
        RopeSettings rope = new RopeSettings(1e4, RopeSettings.Scaling.NONE);
        ModelConfig config = new ModelConfig(
                "qwen2", 100, HIDDEN, 64, 2, 4, 2, 8, 1e-6, rope, true, false, false, true, 64, List.of(0));
        return Decoder.of(config, RandomWeights.of(config, 0.3, 9));
    }

    private static void add(double[] to, float[] values, double factor) {
        for (int i = 0; i < to.length; i++) {
            to[i] += factor * values[i];
        }
    }

    private static double[] mean(double[] sum, long count) {
        return Arrays.stream(sum).map(value -> value / count).toArray();
    }

    private static double dot(float[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }
}
