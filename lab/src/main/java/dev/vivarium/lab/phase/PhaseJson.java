package dev.vivarium.lab.phase;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine;
import dev.vivarium.lab.trajectory.PathPca;
import dev.vivarium.lab.trajectory.SubspaceOverlap;
import dev.vivarium.lab.trajectory.Trajectory.Logged;
import dev.vivarium.lab.trajectory.Turning;
import dev.vivarium.lab.trajectory.WeightPath;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A phase as {@code phase.json} and the script of its page read it. What is undefined is null. */
final class PhaseJson {
    private static final MathContext SIX_DIGITS = new MathContext(6);

    private PhaseJson() {}

    static Map<String, @Nullable Object> of(Phase phase) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", InertText.line(phase.trajectory().name()));
        json.put("steps", phase.trajectory().steps());
        json.put("grid_spacing", phase.grid().spacing());
        json.put("offsets", phase.offsets());
        json.put("places", phase.geometry().places());
        Map<String, Object> norms = new LinkedHashMap<>();
        Phase.paths(phase.geometry()).forEach((name, path) -> norms.put(name, norms(path)));
        json.put("norms", norms);
        json.put("log", log(phase.trajectory().log()));
        Map<String, Object> pca = new LinkedHashMap<>();
        phase.pca().forEach((name, one) -> pca.put(name, pca(one)));
        json.put("pca", pca);
        List<Map<String, @Nullable Object>> turning = new ArrayList<>();
        phase.turnings().forEach((name, all) -> all.forEach(one -> turning.add(turning(name, one))));
        json.put("turning", turning);
        double[] compScore = phase.geometry().compScore();
        double[] centred = phase.geometry().compScoreCentred();
        json.put("comp_score", compScore == null ? null : values(compScore));
        json.put("comp_score_centred", centred == null ? null : values(centred));
        json.put("overlap", overlap(phase.geometry().overlap()));
        json.put("rates", phase.rates().stream().map(rate -> rate(rate, phase)).toList());
        json.put("events", phase.events());
        json.put("orders", phase.orders());
        json.put("remarks", phase.remarks());
        return json;
    }

    private static List<@Nullable Double> norms(WeightPath path) {
        return values(IntStream.range(0, path.size()).mapToDouble(path::norm).toArray());
    }

    private static Map<String, Object> log(List<Logged> log) {
        return Map.of(
                "step", log.stream().map(Logged::step).toList(),
                "loss", logged(log, entry -> entry.loss() == null ? Double.NaN : entry.loss()),
                "grad_norm", logged(log, entry -> entry.gradNorm() == null ? Double.NaN : entry.gradNorm()));
    }

    private static List<@Nullable Double> logged(List<Logged> log, ToDoubleFunction<Logged> field) {
        return values(log.stream().mapToDouble(field).toArray());
    }

    private static Map<String, Object> pca(PathPca pca) {
        List<List<@Nullable Double>> scores = new ArrayList<>();
        for (int k = 0; k < pca.shares().length; k++) {
            int component = k;
            scores.add(values(Arrays.stream(pca.scores())
                    .mapToDouble(row -> row[component])
                    .toArray()));
        }
        return Map.of("shares", values(pca.shares()), "scores", scores, "turn", pca.turn());
    }

    private static Map<String, @Nullable Object> turning(String name, Turning turning) {
        LocalCosine curve = turning.curve();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("of", name);
        json.put("variant", curve.variant().word());
        json.put("offset", curve.offset());
        json.put("steps", curve.steps());
        json.put("cosine", values(curve.cosine()));
        json.put("length", values(curve.length()));
        json.put("gated", curve.gated());
        json.put("peak", turning.peak());
        json.put("nulls", turning.nulls().stream().map(PhaseJson::band).toList());
        return json;
    }

    private static Map<String, @Nullable Object> band(Turning.Band band) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", band.name());
        json.put("curves", band.curves());
        json.put("low", values(band.low()));
        json.put("high", values(band.high()));
        json.put("peak_high", value(band.peakHigh()));
        json.put("excess", value(band.excess()));
        json.put("share", band.share());
        return json;
    }

    private static @Nullable Map<String, Object> overlap(@Nullable List<SubspaceOverlap> overlap) {
        return overlap == null
                ? null
                : Map.of(
                        "mean_cos2",
                        values(overlap.stream()
                                .mapToDouble(SubspaceOverlap::meanCos2)
                                .toArray()),
                        "smallest_angle",
                        values(overlap.stream()
                                .mapToDouble(SubspaceOverlap::smallestAngle)
                                .toArray()),
                        "largest_angle",
                        values(overlap.stream()
                                .mapToDouble(SubspaceOverlap::largestAngle)
                                .toArray()));
    }

    private static Map<String, @Nullable Object> rate(RateCurve curve, Phase phase) {
        int n = curve.steps().length;
        List<Rate> rates = IntStream.range(0, n).mapToObj(curve::at).toList();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("name", InertText.line(curve.name()));
        json.put("kind", InertText.line(curve.kind()));
        json.put("scale", curve.scale());
        json.put("questions", curve.hits().length);
        json.put("steps", curve.steps());
        json.put("hits", rates.stream().map(Rate::hits).toList());
        json.put("n", rates.stream().map(Rate::n).toList());
        json.put("rate", rates.stream().map(Rate::value).toList());
        json.put("low", rates.stream().map(rate -> bound(rate, true)).toList());
        json.put("high", rates.stream().map(rate -> bound(rate, false)).toList());
        json.put("change", change(phase.changes().get(curve.name())));
        return json;
    }

    private static @Nullable Double bound(Rate rate, boolean low) {
        Interval interval = rate.questionsLikeThese() == null ? rate.theseQuestions() : rate.questionsLikeThese();
        return interval == null ? null : value(low ? interval.low() : interval.high());
    }

    private static @Nullable Map<String, @Nullable Object> change(@Nullable ChangePoint change) {
        if (change == null) {
            return null;
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("logistic", change.fit());
        json.put("midpoint", change.midpoint());
        json.put("width", change.width());
        json.put("midpoint_over_questions", change.midpointOverQuestions());
        Map<String, @Nullable Object> split = new LinkedHashMap<>();
        split.put("after", change.split().after());
        split.put("before", change.split().before());
        split.put("bits", value(change.split().bits()));
        split.put("curve", values(change.split().curve()));
        split.put("interval", change.split().interval());
        json.put("split", split);
        json.put("p", change.p());
        return json;
    }

    static @Nullable Double value(double value) {
        return Double.isFinite(value) ? new BigDecimal(value, SIX_DIGITS).doubleValue() : null;
    }

    static List<@Nullable Double> values(double[] values) {
        List<@Nullable Double> list = new ArrayList<>();
        for (double value : values) {
            list.add(value(value));
        }
        return list;
    }
}
