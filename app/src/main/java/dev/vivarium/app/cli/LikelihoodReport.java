package dev.vivarium.app.cli;

import dev.vivarium.lab.likelihood.Pair;
import dev.vivarium.lab.likelihood.PairOdds;
import dev.vivarium.lab.likelihood.PairScore;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium likelihood} says.
 *
 * @param by the tag whose values have results of their own; null for none
 * @param readers names of the models, the base first
 * @param scores by pair, then by reader
 */
record LikelihoodReport(
        String file, @Nullable String by, List<Pair> pairs, List<String> readers, List<List<PairScore>> scores) {
    /** One line: a model on all pairs, or on those with one value of the tag. */
    private record Line(String reader, @Nullable String value, PairOdds odds) {}

    private List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        List<Integer> all = IntStream.range(0, pairs.size()).boxed().toList();
        for (int reader = 0; reader < readers.size(); reader++) {
            lines.add(new Line(readers.get(reader), null, odds(reader, all)));
        }
        if (by != null) {
            PairOdds.byTag(pairs, by).forEach((value, places) -> {
                for (int reader = 0; reader < readers.size(); reader++) {
                    lines.add(new Line(readers.get(reader), value, odds(reader, places)));
                }
            });
        }
        return lines;
    }

    private PairOdds odds(int reader, List<Integer> places) {
        List<Pair> chosen = places.stream().map(pairs::get).toList();
        return PairOdds.of(chosen, of(reader, places), reader == 0 ? null : of(0, places), Confidence.DEFAULT);
    }

    private List<PairScore> of(int reader, List<Integer> places) {
        return places.stream().map(place -> scores.get(place).get(reader)).toList();
    }

    void print(PrintStream out) {
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (Line line : lines()) {
            List<@Nullable Object> row = new ArrayList<>();
            row.add(line.reader());
            if (by != null) {
                row.add(line.value() == null ? "all" : line.value());
            }
            row.add(line.odds().logOdds().n());
            row.add(line.odds().prefersBad().questions());
            row.add(signed(line.odds().logOdds()));
            row.add(line.odds().shift() == null ? "-" : signed(line.odds().shift()));
            row.add(Figures.compact(line.odds().prefersBad()));
            rows.add(row);
        }
        List<String> columns = new ArrayList<>(
                List.of("model", "pairs", "questions", "log-odds of bad", "shift from base", "prefers bad"));
        if (by != null) {
            columns.add(1, by);
        }
        new TextTable(columns, rows).print(out);
    }

    /** A mean in nats per token with its interval. */
    private static String signed(Mean mean) {
        Interval interval = mean.questionsLikeThese();
        return String.format(Locale.ROOT, "%+.3f", mean.value())
                + (interval == null
                        ? ""
                        : String.format(Locale.ROOT, " [%+.3f, %+.3f]", interval.low(), interval.high()));
    }

    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("file", file);
        json.put("unit", "nats per token");
        json.put("readers", readers);
        json.put("results", lines().stream().map(this::json).toList());
        List<Map<String, Object>> each = new ArrayList<>();
        for (int i = 0; i < pairs.size(); i++) {
            each.add(Map.of("question_id", pairs.get(i).questionId(), "scores", scores.get(i)));
        }
        json.put("pairs", each);
        return json;
    }

    private Map<String, @Nullable Object> json(Line line) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", line.reader());
        json.put(by == null ? "tag" : by, line.value());
        json.put("log_odds", line.odds().logOdds());
        json.put("shift", line.odds().shift());
        json.put("prefers_bad", line.odds().prefersBad());
        return json;
    }
}
