package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.trajectory.LocalCosine.Gate;
import dev.vivarium.lab.trajectory.LocalCosine.Peak;
import dev.vivarium.lab.trajectory.LocalCosine.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How sharply a path turns at one offset, and how sharply paths turn that have nothing to tell.
 *
 * @param curve the observed one
 * @param peak of it; null where no angle is defined
 * @param nulls three that are drawn, and the twins' where there are any
 */
public record Turning(LocalCosine curve, @Nullable Peak peak, List<Band> nulls) {
    /** Name of the band that other trajectories make. */
    public static final String TWIN = "twin";

    /** Name of the band of paths without any direction. */
    public static final String RANDOM_WALK = PathNull.Kind.RANDOM_WALK.word();

    private static final double LOW = 0.025;
    private static final double HIGH = 0.975;

    public Turning {
        nulls = List.copyOf(nulls);
    }

    /**
     * Curves of one null.
     *
     * @param name of the null
     * @param curves how many
     * @param low at every step of the observed curve the 2.5th percentile; of twins the lowest. NaN where there is none
     * @param high the 97.5th; of twins the highest
     * @param peakHigh 97.5th percentile of the highest cosine of each curve; of twins the highest
     * @param excess the observed peak minus {@code peakHigh}
     * @param share (1 + curves whose peak is as high as the observed one) / (1 + curves), a p-value; null for twins
     */
    public record Band(
            String name,
            int curves,
            double[] low,
            double[] high,
            double peakHigh,
            double excess,
            @Nullable Double share) {}

    /**
     * What is compared.
     *
     * @param offsets in steps, multiples of the grid's spacing
     * @param gate for every curve, drawn ones too
     * @param draws paths of each null
     * @param seed root of their randomness
     */
    public record Settings(List<Integer> offsets, Gate gate, int draws, long seed) {
        public Settings {
            offsets = List.copyOf(offsets);
            if (draws < 40) {
                throw new IllegalArgumentException("a 97.5th percentile needs at least 40 draws: " + draws);
            }
        }
    }

    /**
     * Every variant at every offset.
     *
     * @param path on a grid
     * @param spacing steps from point to point
     * @param twins paths on grids of the same spacing
     * @param purpose names the random streams; null to draw no nulls
     */
    public static List<Turning> of(
            WeightPath path, int spacing, List<WeightPath> twins, Settings settings, @Nullable String purpose) {
        List<LocalCosine> curves = curves(path, spacing, settings);
        List<List<Band>> bands = new ArrayList<>();
        curves.forEach(curve -> bands.add(new ArrayList<>()));
        int block = Math.max(
                1, settings.offsets().stream().mapToInt(Integer::intValue).max().orElse(spacing) / spacing);
        PathNull nulls = new PathNull(path, CounterRandom.of(settings.seed(), "path-null " + purpose));
        for (PathNull.Kind kind : purpose == null ? new PathNull.Kind[0] : PathNull.Kind.values()) {
            List<List<LocalCosine>> draws = IntStream.range(0, settings.draws())
                    .parallel()
                    .mapToObj(draw -> curves(nulls.draw(kind, block, draw), spacing, settings))
                    .toList();
            for (int i = 0; i < curves.size(); i++) {
                int at = i;
                bands.get(i)
                        .add(band(
                                kind.word(),
                                curves.get(i),
                                draws.stream().map(drawn -> drawn.get(at)).toList()));
            }
        }
        List<List<LocalCosine>> others =
                twins.stream().map(twin -> curves(twin, spacing, settings)).toList();
        List<Turning> turnings = new ArrayList<>();
        for (int i = 0; i < curves.size(); i++) {
            int at = i;
            if (!others.isEmpty()) {
                bands.get(i)
                        .add(twins(
                                curves.get(i),
                                others.stream().map(twin -> twin.get(at)).toList()));
            }
            turnings.add(new Turning(curves.get(i), curves.get(i).peak(), bands.get(i)));
        }
        return turnings;
    }

    private static List<LocalCosine> curves(WeightPath path, int spacing, Settings settings) {
        List<LocalCosine> curves = new ArrayList<>();
        for (Variant variant : Variant.values()) {
            for (int offset : settings.offsets()) {
                curves.add(LocalCosine.of(path, offset / spacing, variant, settings.gate()));
            }
        }
        return curves;
    }

    private static Band band(String name, LocalCosine observed, List<LocalCosine> drawn) {
        int n = observed.steps().length;
        double[] low = new double[n];
        double[] high = new double[n];
        for (int i = 0; i < n; i++) {
            int at = i;
            double[] values = defined(
                    drawn.stream().mapToDouble(curve -> curve.cosine()[at]).toArray());
            low[i] = quantile(values, LOW);
            high[i] = quantile(values, HIGH);
        }
        double[] peaks = defined(drawn.stream().mapToDouble(Turning::height).toArray());
        double height = height(observed);
        long asHigh = Arrays.stream(peaks).filter(peak -> peak >= height).count();
        double peakHigh = quantile(peaks, HIGH);
        Double share = Double.isNaN(height) ? null : (1 + asHigh) / (1.0 + peaks.length);
        return new Band(name, drawn.size(), low, high, peakHigh, height - peakHigh, share);
    }

    private static Band twins(LocalCosine observed, List<LocalCosine> twins) {
        int n = observed.steps().length;
        double[] low = new double[n];
        double[] high = new double[n];
        for (int i = 0; i < n; i++) {
            int step = observed.steps()[i];
            double[] values =
                    defined(twins.stream().mapToDouble(twin -> at(twin, step)).toArray());
            low[i] = quantile(values, 0);
            high[i] = quantile(values, 1);
        }
        double peakHigh =
                quantile(defined(twins.stream().mapToDouble(Turning::height).toArray()), 1);
        return new Band(TWIN, twins.size(), low, high, peakHigh, height(observed) - peakHigh, null);
    }

    private static double at(LocalCosine curve, int step) {
        int i = Arrays.binarySearch(curve.steps(), step);
        return i < 0 ? Double.NaN : curve.cosine()[i];
    }

    private static double height(LocalCosine curve) {
        Peak peak = curve.peak();
        return peak == null ? Double.NaN : peak.height();
    }

    private static double[] defined(double[] values) {
        return Arrays.stream(values)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
    }

    /** Of sorted values, linear between order statistics; NaN of none. */
    private static double quantile(double[] sorted, double q) {
        if (sorted.length == 0) {
            return Double.NaN;
        }
        double position = q * (sorted.length - 1);
        int below = (int) Math.floor(position);
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }

    /**
     * Steps of the raw curve's peak when coordinates of the weights and the offset are drawn anew: one per draw, for an
     * interval. A draw without a defined angle is left out.
     *
     * @param ranges the path in parts of its coordinates, on the grid
     */
    public static int[] drawnPeaks(List<WeightPath> ranges, int spacing, Settings settings, int draws) {
        CounterRandom random = CounterRandom.of(settings.seed(), "peak-of-drawn-coordinates");
        return IntStream.range(0, draws)
                .parallel()
                .map(draw -> {
                    CounterRandom own = random.child("draw", draw);
                    int n = ranges.getFirst().size();
                    double[][] sum = new double[n][n];
                    for (int i = 0; i < ranges.size(); i++) {
                        ranges.get(own.below(ranges.size(), i)).addTo(sum);
                    }
                    int offset =
                            settings.offsets().get(own.below(settings.offsets().size(), ranges.size()));
                    Peak peak = LocalCosine.of(
                                    ranges.getFirst().with(sum), offset / spacing, Variant.RAW, settings.gate())
                            .peak();
                    return peak == null ? -1 : peak.step();
                })
                .filter(step -> step >= 0)
                .toArray();
    }
}
