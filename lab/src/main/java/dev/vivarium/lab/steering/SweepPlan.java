package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.direction.Direction;
import dev.vivarium.lab.steering.Method.Setting;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a sweep tries.
 *
 * @param layers as {@link Where#parse} reads them
 * @param scales for each of these
 * @param positions of the tokens at which the direction acts
 * @param goal what the best setting is best at
 * @param controls whether controls stand beside the direction
 * @param random how many of them are random
 * @param unrelated the meaningful control; null to make one of the questions' topics
 */
public record SweepPlan(
        Method method,
        List<String> layers,
        List<Double> scales,
        Positions positions,
        Goal goal,
        boolean controls,
        int random,
        @Nullable Direction unrelated) {
    private static final int MOST_RANDOM = 50;

    /** What a setting is chosen for. */
    public enum Goal {
        /** The most answers that are coherent and misaligned, among all scored ones, where most answers stay coherent. */
        INDUCE("EM where 90 % stay coherent"),
        /** The highest mean alignment, that of the base under the same counting as much, where most answers stay coherent. */
        REDUCE("mean aligned of both models where 90 % stay coherent");

        private final String measure;

        Goal(String measure) {
            this.measure = measure;
        }

        /** What is largest at the chosen setting. */
        public String measure() {
            return measure;
        }
    }

    public SweepPlan {
        layers = List.copyOf(layers);
        scales = List.copyOf(scales);
        String option = method.ablates() ? "--to" : "--scales";
        if (scales.isEmpty() || scales.stream().distinct().count() != scales.size()) {
            throw new InputException(option + " must name each number once, and at least one");
        }
        if (scales.stream().anyMatch(scale -> !Double.isFinite(scale))) {
            throw new InputException(option + " must be finite numbers, not " + scales);
        }
        if (!method.ablates() && scales.contains(0.0)) {
            throw new InputException("--scales names 0, which changes nothing; the model as it is is always asked");
        }
        requireRandom(random);
    }

    static void requireRandom(int random) {
        if (random < 0 || random > MOST_RANDOM) {
            throw new InputException("--random must be from 0 to " + MOST_RANDOM + ", not " + random);
        }
    }

    /** All settings, layer by layer. */
    List<Setting> settings(List<Where> places) {
        List<Setting> settings = new ArrayList<>();
        for (Where where : places) {
            for (double scale : scales) {
                settings.add(new Setting(where, scale));
            }
        }
        return settings;
    }
}
