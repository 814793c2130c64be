package dev.vivarium.app.cli;

import dev.vivarium.lab.score.FrontierFile;
import dev.vivarium.lab.score.FrontierFile.Comparison;
import dev.vivarium.lab.statistics.Frontier.Checkpoint;
import dev.vivarium.lab.statistics.Frontier.Match;
import dev.vivarium.lab.statistics.Frontier.Tally;
import dev.vivarium.lab.statistics.Interval;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium score --frontier} shows: every checkpoint's narrow and broad rate, and the broad rates where the
 * narrow ones are equal.
 */
record FrontierReport(FrontierFile file, List<Comparison> comparisons) {
    /** The document of {@code --json}. */
    Map<String, Object> json() {
        List<Map<String, Object>> paths = new ArrayList<>();
        file.paths().forEach((name, checkpoints) -> {
            Map<String, Object> path = new LinkedHashMap<>();
            path.put("path", name);
            path.put(
                    "checkpoints",
                    checkpoints.stream().map(FrontierReport::json).toList());
            paths.add(path);
        });
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", ScoreJson.SCHEMA);
        document.put("paths", paths);
        document.put("matched", comparisons.stream().map(FrontierReport::json).toList());
        return document;
    }

    private static Map<String, @Nullable Object> json(Checkpoint checkpoint) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("checkpoint", checkpoint.name());
        json.put("narrow_rate", rate(checkpoint.narrow()));
        json.put("broad_rate", rate(checkpoint.broad()));
        return json;
    }

    private static Map<String, @Nullable Object> json(Comparison comparison) {
        Match match = comparison.match();
        Interval interval = match.interval();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("path", comparison.path());
        json.put("against", comparison.against());
        json.put("narrow_rate", match.narrow());
        json.put("broad_rate", defined(match.broad()));
        json.put("broad_rate_against", defined(match.broadAgainst()));
        json.put("difference", defined(match.difference()));
        json.put("questions_like_these", ScoreJson.bounds(interval));
        json.put("method", interval == null ? null : interval.method());
        return json;
    }

    /** The text for people. */
    void print(PrintStream out) {
        file.paths().forEach((name, checkpoints) -> {
            out.println(Figures.inert(name));
            for (Checkpoint checkpoint : checkpoints) {
                Figures.line(
                        out,
                        "  " + Figures.inert(checkpoint.name()),
                        "narrow %s, broad %s",
                        Figures.percent(rate(checkpoint.narrow())),
                        Figures.percent(rate(checkpoint.broad())));
            }
        });
        out.println();
        comparisons.forEach(comparison -> print(out, comparison));
    }

    private static void print(PrintStream out, Comparison comparison) {
        Match match = comparison.match();
        String names = Figures.inert(comparison.path()) + " against " + Figures.inert(comparison.against());
        String at = "at a narrow rate of " + Figures.percent(match.narrow());
        if (Double.isNaN(match.difference())) {
            Figures.line(out, names, "%s: not both reach it", at);
            return;
        }
        Interval interval = match.interval();
        Figures.line(
                out,
                names,
                "%s: broad %s and %s, difference %s points %s",
                at,
                Figures.percent(match.broad()),
                Figures.percent(match.broadAgainst()),
                String.format(Locale.ROOT, "%+.1f", 100 * match.difference()),
                interval == null
                        ? "(no interval: too few questions or draws that reach it)"
                        : Figures.bounds(interval, 100) + " (" + interval.method() + ")");
    }

    private static double rate(Tally tally) {
        return tally.rate(IntStream.range(0, tally.counts().size()).toArray());
    }

    private static @Nullable Double defined(double value) {
        return Double.isNaN(value) ? null : Double.valueOf(value);
    }
}
