package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.capture.Capture;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.capture.CaptureSettings;
import dev.vivarium.engine.capture.Moments;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Directions to be held against a tested one, each vector exactly as long as the tested vector of its layer (protocol.md App. A
 * (14)): random ones, a meaningful contrast that has nothing to do with it, the first principal component of activations, and
 * a random one among the first components.
 *
 * <p>Contrast and components are those of the base model as it reads the tuning half's prompts, the first token of each left
 * out, as its activation is far longer than all others in many models. A component has no sign; it gets the one that points to
 * the tested direction's side.
 */
final class Controls {
    /** Principal components that a random direction is drawn among. */
    static final int COMPONENTS = 8;

    /** Bytes of second moments that are held at once; more layers are read one after another. */
    private static final long MOST_BYTES = 1L << 30;

    private final List<SortedMap<Integer, float[]>> tested;
    private final SortedSet<Integer> layers;
    private final long seed;

    /**
     * What controls there are to be.
     *
     * @param random how many random directions
     * @param unrelated the contrast; null to make one of the questions' topics
     */
    record Settings(int random, @Nullable Direction unrelated) {}

    /** Who reads what for them. */
    record Reading(Path base, Compute compute, DefaultSystem defaultSystem, Site site, QuestionSet prompts) {}

    private Controls(List<SortedMap<Integer, float[]>> tested, SortedSet<Integer> layers, long seed) {
        this.tested = tested;
        this.layers = layers;
        this.seed = seed;
    }

    /**
     * The controls of a direction.
     *
     * @param layers whose vectors are used
     * @throws InputException if the unrelated direction has no vector for one of them
     */
    static List<Contender> of(
            Contender tested, SortedSet<Integer> layers, Settings settings, Reading reading, long seed) {
        List<Contender> all = new ArrayList<>(randoms(tested, layers, settings.random, seed));
        all.addAll(new Controls(tested.directions(), layers, seed).read(settings.unrelated, reading));
        return all;
    }

    /** Random directions alone, for which no model has to read anything. */
    static List<Contender> randoms(Contender tested, SortedSet<Integer> layers, int count, long seed) {
        Controls controls = new Controls(tested.directions(), layers, seed);
        return IntStream.rangeClosed(1, count).mapToObj(controls::random).toList();
    }

    private Contender random(int number) {
        return contender("random-" + number, "random, seed " + number, (layer, k) -> {
            CounterRandom random = CounterRandom.of(seed, "control/random", number, k, layer);
            return gaussian(random, width());
        });
    }

    private List<Contender> read(@Nullable Direction unrelated, Reading reading) {
        TopicContrast contrast = TopicContrast.of(reading.prompts);
        Map<Integer, double[]> differences = new TreeMap<>();
        Map<Integer, float[][]> components = new TreeMap<>();
        try (ChatModel model = ChatModel.open(ModelDirectory.open(reading.base), List.of(), reading.compute)) {
            ChatEncoder encoder = model.encoder(reading.defaultSystem);
            List<CaptureRow> rows = contrast.prompts().stream()
                    .map(prompt -> row(encoder.prompt(prompt.messages()), prompt.side()))
                    .toList();
            long each = (long) Double.BYTES * width() * width();
            int together = (int) Math.clamp(MOST_BYTES / each, 1, layers.size());
            List<Integer> left = new ArrayList<>(layers);
            while (!left.isEmpty()) {
                List<Integer> some = left.subList(0, Math.min(together, left.size()));
                CaptureSettings settings = new CaptureSettings(
                        reading.site, new TreeSet<>(some), TopicContrast.SIDES, new int[TopicContrast.SIDES]);
                try (Moments moments =
                        Capture.run(model.subject(AdapterBank.NONE), null, rows.iterator(), settings, unused -> {})) {
                    for (int layer : some) {
                        differences.put(layer, difference(moments, layer));
                        components.put(
                                layer, moments.principal(layer, COMPONENTS).vectors());
                    }
                }
                some.clear();
            }
        }
        List<Contender> made = new ArrayList<>();
        if (unrelated == null) {
            made.add(single(
                    "unrelated",
                    "contrast of prompts: " + contrast.about(),
                    (layer, k) -> Contender.at(differences, layer)));
        } else {
            made.add(single("unrelated", "given: " + unrelated.name(), (layer, k) -> wide(unrelated.vector(layer))));
        }
        made.add(contender("top-pc", "first principal component of the base's prompts", (layer, k) -> {
            double[] component = wide(Contender.at(components, layer)[k]);
            double along = 0;
            float[] own = vector(layer, 0);
            for (int i = 0; i < component.length; i++) {
                along += component[i] * own[i];
            }
            return along < 0 ? Arrays.stream(component).map(value -> -value).toArray() : component;
        }));
        made.add(contender(
                "random-in-top-pcs",
                "random among the first " + COMPONENTS + " principal components of the base's prompts",
                (layer, k) -> {
                    float[][] basis = Contender.at(components, layer);
                    double[] weights = gaussian(CounterRandom.of(seed, "control/components", k, layer), basis.length);
                    double[] sum = new double[width()];
                    for (int c = 0; c < basis.length; c++) {
                        for (int i = 0; i < sum.length; i++) {
                            sum[i] += weights[c] * basis[c][i];
                        }
                    }
                    return sum;
                }));
        return made;
    }

    private static CaptureRow row(int[] ids, int side) {
        int[] cells = new int[ids.length];
        Arrays.fill(cells, side);
        if (ids.length > 1) {
            cells[0] = CaptureRow.NOWHERE;
        }
        return new CaptureRow(ids, cells);
    }

    private static double[] difference(Moments moments, int layer) {
        double[] one = moments.tokenSum(layer, 0);
        double[] other = moments.tokenSum(layer, 1);
        double[] difference = new double[one.length];
        for (int i = 0; i < one.length; i++) {
            difference[i] = one[i] / moments.tokens(0) - other[i] / moments.tokens(1);
        }
        return difference;
    }

    /** The raw values of the k-th vector of a layer, of any length but zero. */
    private interface Maker {
        double[] make(int layer, int k);
    }

    /** A control of as many vectors as the tested space has. */
    private Contender contender(String name, String about, Maker maker) {
        return contender(name, about, tested.size(), maker);
    }

    private Contender single(String name, String about, Maker maker) {
        return contender(name, tested.size() == 1 ? about : about + "; one direction, not a space", 1, maker);
    }

    private Contender contender(String name, String about, int count, Maker maker) {
        List<SortedMap<Integer, float[]>> directions = new ArrayList<>();
        for (int k = 0; k < count; k++) {
            SortedMap<Integer, float[]> vectors = new TreeMap<>();
            for (int layer : layers) {
                vectors.put(layer, matched(name, layer, maker.make(layer, k), vector(layer, k)));
            }
            directions.add(vectors);
        }
        return new Contender(name, about, directions);
    }

    /** The values as long as a vector. */
    static float[] matched(String name, int layer, double[] values, float[] as) {
        double length =
                Math.sqrt(Arrays.stream(values).map(value -> value * value).sum());
        if (length == 0 || !Double.isFinite(length)) {
            throw new InputException(
                    "the control " + name + " has length " + length + " at layer " + layer
                            + ", so it points nowhere; give a contrast with --unrelated, or leave controls out with --no-controls");
        }
        double wanted = 0;
        for (float value : as) {
            wanted += (double) value * value;
        }
        float[] matched = new float[values.length];
        for (int i = 0; i < matched.length; i++) {
            matched[i] = (float) (values[i] / length * Math.sqrt(wanted));
        }
        return matched;
    }

    private int width() {
        return vector(layers.first(), 0).length;
    }

    private float[] vector(int layer, int k) {
        return Contender.at(tested.get(k), layer);
    }

    private static double[] gaussian(CounterRandom random, int size) {
        double[] values = new double[size];
        Arrays.setAll(values, random::gaussian);
        return values;
    }

    private static double[] wide(float[] values) {
        double[] wide = new double[values.length];
        for (int i = 0; i < wide.length; i++) {
            wide[i] = values[i];
        }
        return wide;
    }
}
