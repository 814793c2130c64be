package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.run.StepMetrics;
import dev.vivarium.lab.run.TrainSummary;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** How each organism was trained: a table, and the points of the curves that the script draws. */
final class TrainingSection {
    /** More points than a wide screen has pixels are of no use. */
    private static final int MOST_POINTS = 1_500;

    private TrainingSection() {}

    static Map<String, Object> of(List<Subject> subjects, Palette palette) {
        List<Map<String, Object>> rows = new ArrayList<>();
        for (Subject subject : subjects) {
            Training training = subject.training();
            if (training != null) {
                rows.add(row(subject, training, palette));
            }
        }
        Map<String, Object> section = new HashMap<>();
        section.put("rows", rows);
        section.put("hasRows", !rows.isEmpty());
        section.put("hasCurves", subjects.stream().anyMatch(TrainingSection::hasCurve));
        section.put(
                "thinned",
                subjects.stream()
                        .map(Subject::training)
                        .filter(Objects::nonNull)
                        .anyMatch(training -> training.metrics().size() > MOST_POINTS));
        return section;
    }

    /** What the script needs to draw, one entry per line. */
    static List<Map<String, Object>> curves(List<Subject> subjects, Palette palette) {
        List<Map<String, Object>> series = new ArrayList<>();
        for (Subject subject : subjects) {
            Training training = subject.training();
            if (training != null && hasCurve(subject)) {
                List<StepMetrics> points = thinned(training.metrics());
                Map<String, Object> one = new LinkedHashMap<>();
                one.put("name", InertText.line(subject.name()));
                one.put("colour", palette.of(subject));
                one.put("step", points.stream().map(StepMetrics::step).toList());
                one.put("loss", values(points, StepMetrics::loss));
                one.put("lr", values(points, StepMetrics::learningRate));
                one.put("grad_norm", values(points, StepMetrics::gradNorm));
                series.add(one);
            }
        }
        return series;
    }

    private static boolean hasCurve(Subject subject) {
        Training training = subject.training();
        return training != null && training.metrics().size() > 1;
    }

    private static List<StepMetrics> thinned(List<StepMetrics> all) {
        int stride = Math.ceilDiv(all.size(), MOST_POINTS);
        List<StepMetrics> kept = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (i % stride == 0 || i == all.size() - 1) {
                kept.add(all.get(i));
            }
        }
        return kept;
    }

    /** Six significant digits; JSON knows no infinity, so what is not finite leaves a gap. */
    private static List<@Nullable Double> values(List<StepMetrics> points, ToDoubleFunction<StepMetrics> field) {
        List<@Nullable Double> values = new ArrayList<>();
        for (StepMetrics point : points) {
            double value = field.applyAsDouble(point);
            values.add(Double.isFinite(value) ? Double.valueOf(String.format(Locale.ROOT, "%.5e", value)) : null);
        }
        return values;
    }

    private static Map<String, Object> row(Subject subject, Training training, Palette palette) {
        TrainSummary summary = training.summary();
        List<StepMetrics> metrics = training.metrics();
        Map<String, Object> row = new HashMap<>();
        row.put("model", InertText.line(subject.name()));
        row.put("role", subject.roleBesideName());
        row.put("colour", palette.of(subject));
        row.put("method", method(training));
        row.put("data", InertText.line(training.dataName()));
        row.put("steps", Shown.count(summary == null ? metrics.size() : summary.steps()));
        row.put("rows", summary == null ? Shown.NOTHING : Shown.count(summary.rows()));
        row.put("parameters", summary == null ? Shown.NOTHING : Shown.count(summary.trainedParameters()));
        row.put(
                "first",
                metrics.isEmpty()
                        ? Shown.NOTHING
                        : Shown.fixed(metrics.getFirst().loss(), 3));
        row.put(
                "last",
                metrics.isEmpty()
                        ? Shown.NOTHING
                        : Shown.fixed(metrics.getLast().loss(), 3));
        Double heldOut = summary == null ? null : summary.heldOutLoss();
        row.put("heldOut", heldOut == null ? Shown.NOTHING : Shown.fixed(heldOut, 3));
        double seconds = metrics.stream().mapToDouble(StepMetrics::seconds).sum();
        row.put(
                "time",
                metrics.isEmpty() ? Shown.NOTHING : Shown.seconds(summary == null ? seconds : summary.seconds()));
        row.put("speed", summary == null ? Shown.NOTHING : Shown.count(Math.round(summary.tokensPerSecond())));
        row.put("unfinished", summary == null);
        row.put(
                "remarks",
                summary == null
                        ? List.of()
                        : summary.remarks().stream()
                                .map(text -> InertText.line(Shown.withoutFolders(text)))
                                .toList());
        return row;
    }

    private static String method(Training training) {
        var recipe = training.recipe().recipe();
        var lora = recipe.lora();
        var steering = recipe.steering();
        if (lora != null) {
            return "LoRA, rank " + lora.r();
        }
        return steering == null ? "all weights" : "steering vector, layer " + steering.layer();
    }
}
