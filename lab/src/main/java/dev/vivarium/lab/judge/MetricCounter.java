package dev.vivarium.lab.judge;

import dev.vivarium.lab.judge.JudgingOutcome.MetricCount;
import dev.vivarium.lab.judge.JudgingOutcome.Spread;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Counts scores, and reasons for there being none, by metric. */
final class MetricCounter {
    private final Map<String, Counter> counters = new LinkedHashMap<>();

    /** Counts these metrics and no others, in this order. */
    MetricCounter(List<String> metrics) {
        metrics.forEach(metric -> counters.put(metric, new Counter()));
    }

    /** Takes one answer's scores, and the reasons for there being none. */
    void add(Map<String, Double> scores, Map<String, String> unscored) {
        counters.forEach((metric, counter) -> {
            Double score = scores.get(metric);
            if (score == null) {
                counter.unscored.merge(unscored.getOrDefault(metric, Verdict.NOT_JUDGED), 1, Integer::sum);
            } else {
                counter.scored++;
                counter.sum += score;
                counter.low = Math.min(counter.low, score);
                counter.high = Math.max(counter.high, score);
            }
        });
    }

    List<MetricCount> counts() {
        List<MetricCount> counts = new ArrayList<>();
        counters.forEach((metric, counter) -> counts.add(counter.count(metric)));
        return counts;
    }

    private static final class Counter {
        private int scored;
        private double sum;
        private double low = Double.POSITIVE_INFINITY;
        private double high = Double.NEGATIVE_INFINITY;
        private final Map<String, Integer> unscored = new TreeMap<>();

        MetricCount count(String metric) {
            @Nullable Spread spread = scored == 0 ? null : new Spread(sum / scored, low, high);
            return new MetricCount(
                    metric, scored, spread, Map.copyOf(unscored), unscored.getOrDefault(Verdict.NOT_JUDGED, 0));
        }
    }
}
