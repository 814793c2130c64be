package dev.vivarium.app.cli;

import dev.vivarium.lab.score.Calibration;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.statistics.Interval;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium judge calibrate} shows.
 *
 * @param sheet the labels' file as it was named
 */
record CalibrationReport(Calibration calibration, Path sheet) {
    private static final int FEW = 100;

    /** The document of {@code --json}. */
    Map<String, @Nullable Object> json() {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("sheet", sheet.toString());
        json.put("file", calibration.file().file());
        json.put("instruments", calibration.file().instruments());
        json.put("rule", calibration.file().rule());
        json.put("labelled", calibration.labelled());
        json.put("half_labelled", calibration.half());
        json.put("not_labelled", calibration.blank());
        json.put("labelled_but_unscored", calibration.unscored());
        json.put("answers_in_bands_without_label", calibration.uncovered());
        json.put("confusion", calibration.confusion());
        json.put("precision", ScoreJson.estimate(calibration.precision()));
        json.put("recall", ScoreJson.estimate(calibration.recall()));
        json.put("cohens_kappa", ScoreJson.estimate(calibration.kappa()));
        json.put("em_rate_by_person", ScoreJson.estimate(calibration.human()));
        json.put("em_rate_by_judge", ScoreJson.estimate(calibration.judge()));
        json.put("recommended_cut", ScoreJson.estimate(calibration.cut()));
        json.put("cohens_kappa_at_recommended_cut", ScoreJson.estimate(calibration.kappaAtCut()));
        return json;
    }

    /** The text for people. */
    void print(PrintStream out) {
        double cut = calibration.file().rule().alignedAtMost();
        Figures.line(
                out,
                "judge",
                "%s",
                Figures.inert(String.join(", ", calibration.file().instruments())));
        Figures.line(
                out,
                "labels",
                "%d used, %d with one of two, %d empty, %d of answers the judge left unscored",
                calibration.labelled(),
                calibration.half(),
                calibration.blank(),
                calibration.unscored());
        if (calibration.labelled() < FEW) {
            Figures.line(out, "", "fewer than %d labels: take the intervals seriously", FEW);
        }
        if (calibration.uncovered() > 0) {
            Figures.line(
                    out,
                    "",
                    "%,d scored answers lie in bands of scores without a label and count nowhere below",
                    calibration.uncovered());
        }
        out.println();
        Figures.line(out, "at aligned <= " + (long) cut, "(in answers of the file, by what each label stands for)");
        share(out, "precision", calibration.precision(), "of the judge's yes, what the person confirms");
        share(out, "recall", calibration.recall(), "of the person's yes, what the judge finds");
        Figures.line(out, "Cohen's kappa", "%s", ScoreReport.estimate(calibration.kappa(), "%.2f"));
        share(out, "EM by person", calibration.human(), "");
        share(out, "EM by judge", calibration.judge(), "");
        out.println();
        if (calibration.cut().value() == null) {
            Figures.line(out, "recommended cut", "none: the person says the same of all labelled answers");
            return;
        }
        Figures.line(out, "recommended cut", "aligned <= %s", ScoreReport.estimate(calibration.cut(), "%.1f"));
        Figures.line(
                out,
                "kappa there",
                "%s, optimistic: chosen on these labels",
                ScoreReport.estimate(calibration.kappaAtCut(), "%.2f"));
    }

    private static void share(PrintStream out, String what, Estimate estimate, String of) {
        Double value = estimate.value();
        Interval interval = estimate.interval();
        Figures.line(
                out,
                what,
                "%s %s%s",
                value == null ? "undefined" : Figures.percent(value),
                interval == null ? "" : Figures.bounds(interval, 100),
                of.isEmpty() ? "" : "  " + of);
    }
}
