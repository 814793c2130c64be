package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.Outcome;
import dev.vivarium.lab.phase.RateCurve;
import dev.vivarium.lab.phase.ScaledSweep;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium phase sweep} shows, as text and as JSON.
 *
 * @param run directory
 * @param narrow as the user wrote it
 * @param outcomes of this call
 * @param rates of all evaluations of steps that the run has now; empty if nothing was judged
 */
record PhaseSweepReport(
        Path run, @Nullable String narrow, ScaledSweep sweep, List<Outcome> outcomes, List<RateCurve> rates) {
    /** The document of {@code --json}. */
    Map<String, Object> json() {
        List<Map<String, Object>> evaluations = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            Map<String, Object> evaluation = new LinkedHashMap<>();
            evaluation.put("evaluation", outcome.files().directory().toString());
            evaluation.put("sampled", outcome.sampled());
            evaluation.put("scores", outcome.scores().all());
            evaluations.add(evaluation);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("run", run.toString());
        json.put("steps", steps());
        json.put("scales", sweep.scales());
        json.put("sampled", sampled());
        json.put("seconds", outcomes.getFirst().seconds());
        json.put("evaluations", evaluations);
        return json;
    }

    private List<Integer> steps() {
        return sweep.checkpoints().stream().map(checkpoint -> checkpoint.step()).toList();
    }

    private int sampled() {
        return outcomes.stream().mapToInt(Outcome::sampled).sum();
    }

    /** The text for people. */
    void print(PrintStream out) {
        List<Integer> steps = steps();
        int last = steps.getLast();
        Figures.line(
                out,
                "sweep",
                "%d checkpoints to step %d x %d factors, %d evaluations",
                steps.size(),
                last,
                sweep.scales().size(),
                outcomes.size());
        if (!rates.isEmpty()) {
            out.println();
            table(out, last);
        }
        out.println();
        Outcome first = outcomes.getFirst();
        Figures.line(
                out,
                "speed",
                "%s",
                sampled() == 0
                        ? "all answers were on disk"
                        : String.format(
                                Locale.ROOT,
                                "%,.0f tokens/s, %,d answers in %.1f s",
                                first.tokensPerSecond(),
                                sampled(),
                                first.seconds()));
        Figures.line(out, "files", "%s", run.resolve("evaluations"));
        Figures.line(
                out,
                "next",
                "all steps, onsets and their order: vivarium phase %s%s",
                run,
                narrow == null ? "" : " --narrow " + narrow);
    }

    private void table(PrintStream out, int last) {
        List<String> kinds = new ArrayList<>(List.of(RateCurve.BROAD, RateCurve.COHERENT, RateCurve.SAME));
        if (narrow != null) {
            kinds.addFirst(RateCurve.NARROW);
        }
        String format = "%-24s ".repeat(kinds.size());
        Figures.line(
                out,
                "at step " + last,
                format,
                kinds.stream()
                        .map(kind -> List.of(RateCurve.NARROW, RateCurve.BROAD).contains(kind) ? kind + " EM" : kind)
                        .toArray());
        for (double scale : new TreeSet<>(sweep.scales())) {
            Figures.line(
                    out,
                    scale == 0 ? "x 0, the base" : "x " + ScaledSweep.factor(scale),
                    format,
                    kinds.stream().map(kind -> cell(kind, scale, last)).toArray());
        }
        Figures.line(out, "", "(intervals: questions like these)");
    }

    /** At factor 0 every checkpoint is the base, which curves have as their step 0. */
    private String cell(String kind, double scale, int last) {
        int wanted = scale == 0 ? 0 : last;
        double factor = scale == 0 ? 1 : scale;
        for (RateCurve curve : rates) {
            if (curve.kind().equals(kind) && curve.scale() == factor) {
                for (int i = 0; i < curve.steps().length; i++) {
                    if (curve.steps()[i] == wanted) {
                        return Figures.compact(curve.at(i));
                    }
                }
            }
        }
        return "-";
    }
}
