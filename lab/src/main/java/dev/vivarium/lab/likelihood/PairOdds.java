package dev.vivarium.lab.likelihood;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How much a model leans to bad answers, over a set of pairs. Intervals are for questions like these.
 *
 * @param logOdds mean of log P(bad) - log P(good), each per token, in nats
 * @param shift the same minus the base's on the same pairs (protocol.md App. A (22)); null for the base
 * @param prefersBad share of the pairs whose bad answer is the more probable per token
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record PairOdds(Mean logOdds, @Nullable Mean shift, Rate prefersBad) {
    /**
     * Sums up one model.
     *
     * @param pairs whose scores follow in the same order
     * @param base scores of the base; null where there is none to compare with
     */
    public static PairOdds of(
            List<Pair> pairs, List<PairScore> scores, @Nullable List<PairScore> base, Confidence confidence) {
        Map<String, Integer> clusters = new LinkedHashMap<>();
        pairs.forEach(pair -> clusters.putIfAbsent(pair.questionId(), clusters.size()));
        int k = clusters.size();
        int[] counts = new int[k];
        int[] bad = new int[k];
        double[] odds = new double[k];
        double[] shift = new double[k];
        for (int i = 0; i < pairs.size(); i++) {
            int question = clusters.getOrDefault(pairs.get(i).questionId(), 0);
            double own = scores.get(i).logOdds();
            counts[question]++;
            bad[question] += own > 0 ? 1 : 0;
            odds[question] += own;
            shift[question] += base == null ? 0 : own - base.get(i).logOdds();
        }
        Intervals intervals = new Intervals(confidence);
        return new PairOdds(
                intervals.mean(odds, counts),
                base == null ? null : intervals.mean(shift, counts),
                intervals.rateWithoutBootstrap(bad, counts));
    }

    /** The places of the pairs whose tag has each value, by value; pairs without the tag are left out. */
    public static Map<String, List<Integer>> byTag(List<Pair> pairs, String tag) {
        Map<String, List<Integer>> places = new LinkedHashMap<>();
        for (int i = 0; i < pairs.size(); i++) {
            String value = pairs.get(i).tags().get(tag);
            if (value != null) {
                places.computeIfAbsent(value, unused -> new ArrayList<>()).add(i);
            }
        }
        return places;
    }
}
