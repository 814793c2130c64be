package dev.vivarium.lab.phase;

import dev.vivarium.lab.statistics.ChangePoint;
import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Where each rate changes.
 *
 * <p>An adapter that is scaled far enough makes no sentences any more, so that its rate of misaligned answers rises and
 * falls again. The rise is fitted to the steps at which at least half of the answers are coherent.
 */
final class RateChanges {
    private static final int LEAST_STEPS = 4;
    private static final double LEAST_COHERENT = 0.5;

    private final List<RateCurve> rates;
    private final PhaseSettings settings;
    private final List<String> remarks;

    private RateChanges(List<RateCurve> rates, PhaseSettings settings, List<String> remarks) {
        this.rates = rates;
        this.settings = settings;
        this.remarks = remarks;
    }

    /**
     * Change points by the names of their rates; coherence and likeness to the base have none.
     *
     * @param remarks gets what was left out
     */
    static Map<String, ChangePoint> of(List<RateCurve> rates, PhaseSettings settings, List<String> remarks) {
        RateChanges changes = new RateChanges(rates, settings, remarks);
        Map<String, ChangePoint> found = new LinkedHashMap<>();
        rates.stream().filter(RateCurve::misaligned).forEach(rate -> changes.add(rate, found));
        return found;
    }

    private void add(RateCurve rate, Map<String, ChangePoint> found) {
        RateCurve used = rate.scale() == 1 ? rate : coherent(rate);
        int steps = used.steps().length;
        int left = rate.steps().length - steps;
        String without =
                left == 0 ? "" : ", without the " + left + " at which fewer than half of the answers are coherent";
        if (steps < LEAST_STEPS) {
            remarks.add("the " + rate.name() + " rate is known at " + steps + " steps" + without
                    + "; a change point needs at least " + LEAST_STEPS);
        } else if (used.isConstant()) {
            remarks.add("the " + rate.name() + " rate is the same at all " + steps + " steps" + without
                    + ", and has no change point");
        } else {
            if (left > 0) {
                remarks.add("the change of the " + rate.name() + " rate is fitted to " + steps + " steps" + without);
            }
            Confidence confidence = new Confidence(0.95, Confidence.DEFAULT.draws(), settings.seed());
            found.put(
                    rate.name(),
                    ChangePoint.of(used.steps(), used.hits(), used.counts(), confidence, settings.draws()));
        }
    }

    private RateCurve coherent(RateCurve rate) {
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < rate.steps().length; i++) {
            if (coherence(rate.scale(), rate.steps()[i]) >= LEAST_COHERENT) {
                kept.add(i);
            }
        }
        return rate.only(kept.stream().mapToInt(Integer::intValue).toArray());
    }

    /** The share of coherent answers; 1 where it is not known. */
    private double coherence(double scale, int step) {
        for (RateCurve curve : rates) {
            if (curve.kind().equals(RateCurve.COHERENT) && curve.scale() == scale) {
                int at = IntStream.range(0, curve.steps().length)
                        .filter(i -> curve.steps()[i] == step)
                        .findFirst()
                        .orElse(-1);
                Double value = at < 0 ? null : curve.at(at).value();
                return value == null ? 1 : value;
            }
        }
        return 1;
    }
}
