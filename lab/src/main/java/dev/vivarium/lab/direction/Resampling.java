package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.direction.Reliability.Spread;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Random halves and bootstrap samples of cells, once within questions and once of whole groups of questions. They are the same
 * for every layer. A half or sample that lacks one of the sides is drawn again.
 */
final class Resampling {
    private static final int SPLITS = 200;
    private static final int DRAWS = 400;

    /** Bootstrap vectors that are written beside a direction, for intervals of its cosines with others. */
    private static final int KEPT = 100;

    private static final int TRIES = 50;

    private final int size;
    private final List<Integer> up;
    private final List<Integer> down;
    private final boolean paired;
    private final CounterRandom random;
    private final @Nullable Kind answers;
    private final @Nullable Kind questions;

    /** How often each cell is drawn, on either side. */
    record Weights(double[] positive, double[] negative) {}

    private record Halves(Weights one, Weights other) {}

    private record Kind(int units, List<Halves> halves, List<Weights> draws) {}

    /**
     * @param size number of cells, empty ones included
     * @param up cells with texts of the positive side
     * @param down the same of the negative side
     * @param groupOf the group of questions that a cell belongs to
     * @param paired whether both sides are drawn together
     * @param within whether there is chance within questions that can be told from that of questions
     */
    Resampling(
            int size,
            List<Integer> up,
            List<Integer> down,
            IntUnaryOperator groupOf,
            boolean paired,
            boolean within,
            long seed) {
        this.size = size;
        this.up = List.copyOf(up);
        this.down = List.copyOf(down);
        this.paired = paired;
        this.random = CounterRandom.of(seed, "direction/resampling");
        TreeSet<Integer> groups = new TreeSet<>();
        up.forEach(cell -> groups.add(groupOf.applyAsInt(cell)));
        down.forEach(cell -> groups.add(groupOf.applyAsInt(cell)));
        this.answers = within && Math.min(up.size(), down.size()) > 1 ? withinQuestions(groupOf) : null;
        this.questions = groups.size() > 1 ? ofQuestions(List.copyOf(groups), groupOf) : null;
    }

    static Weights ones(int size) {
        double[] ones = new double[size];
        Arrays.fill(ones, 1);
        return new Weights(ones, ones);
    }

    /** Some bootstrap samples, of questions where there are several. */
    List<Weights> kept() {
        Kind kind = questions == null ? answers : questions;
        return kind == null ? List.of() : kind.draws.subList(0, Math.min(KEPT, kind.draws.size()));
    }

    /**
     * How far vectors of halves and samples are from each other and from that of all.
     *
     * @param vector of a sample, in whatever form
     * @param cosine of two
     */
    <T> Reliability reliability(Function<Weights, T> vector, ToDoubleBiFunction<T, T> cosine) {
        return new Reliability(spread(answers, vector, cosine), spread(questions, vector, cosine));
    }

    private <T> @Nullable Spread spread(
            @Nullable Kind kind, Function<Weights, T> vector, ToDoubleBiFunction<T, T> cosine) {
        if (kind == null || kind.halves.isEmpty() || kind.draws.isEmpty()) {
            return null;
        }
        T all = vector.apply(ones(size));
        double[] halves = kind.halves.stream()
                .mapToDouble(pair -> cosine.applyAsDouble(vector.apply(pair.one), vector.apply(pair.other)))
                .sorted()
                .toArray();
        double[] angles = kind.draws.stream()
                .mapToDouble(draw -> cosine.applyAsDouble(vector.apply(draw), all))
                .map(cos -> Math.toDegrees(Math.acos(Math.clamp(cos, -1, 1))))
                .sorted()
                .toArray();
        return new Spread(
                quantile(halves, 0.5),
                quantile(halves, 0.025),
                quantile(halves, 0.975),
                quantile(angles, 0.95),
                kind.units);
    }

    static double quantile(double[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
    }

    /** Each group of questions is halved, and drawn from, on its own, so that all samples have the same questions. */
    private Kind withinQuestions(IntUnaryOperator groupOf) {
        List<List<Integer>> ups = byGroup(up, groupOf);
        List<List<Integer>> downs = byGroup(down, groupOf);
        List<Halves> halves = new ArrayList<>();
        for (int split = 0; split < SPLITS; split++) {
            for (int attempt = 0; attempt < TRIES; attempt++) {
                double[] positive = halfOfEach(ups, random.child("up/half", split, attempt));
                Halves half = paired
                        ? apart(positive, positive)
                        : apart(positive, halfOfEach(downs, random.child("down/half", split, attempt)));
                if (complete(half.one) && complete(half.other)) {
                    halves.add(half);
                    break;
                }
            }
        }
        List<Weights> draws = new ArrayList<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            double[] positive = drawnOfEach(ups, random.child("up/draw", draw));
            draws.add(new Weights(positive, paired ? positive : drawnOfEach(downs, random.child("down/draw", draw))));
        }
        return new Kind(Math.min(up.size(), down.size()), halves, draws);
    }

    private static List<List<Integer>> byGroup(List<Integer> cells, IntUnaryOperator groupOf) {
        SortedMap<Integer, List<Integer>> groups = new TreeMap<>();
        for (int cell : cells) {
            groups.computeIfAbsent(groupOf.applyAsInt(cell), unused -> new ArrayList<>())
                    .add(cell);
        }
        return List.copyOf(groups.values());
    }

    /** 1 for a random half of the cells of each group; of an odd one the last goes either way. */
    private double[] halfOfEach(List<List<Integer>> groups, CounterRandom chance) {
        double[] chosen = new double[size];
        for (int g = 0; g < groups.size(); g++) {
            List<Integer> cells = groups.get(g);
            int[] order = chance.child("order", g).permutation(cells.size());
            int half = (cells.size() + chance.below(2, g)) / 2;
            for (int i = 0; i < half; i++) {
                chosen[cells.get(order[i])] = 1;
            }
        }
        return chosen;
    }

    private double[] drawnOfEach(List<List<Integer>> groups, CounterRandom chance) {
        double[] times = new double[size];
        for (int g = 0; g < groups.size(); g++) {
            double[] own = drawn(groups.get(g), chance.child("draw", g));
            for (int cell = 0; cell < own.length; cell++) {
                times[cell] += own[cell];
            }
        }
        return times;
    }

    private Kind ofQuestions(List<Integer> groups, IntUnaryOperator groupOf) {
        List<Halves> halves = new ArrayList<>();
        for (int split = 0; split < SPLITS; split++) {
            for (int attempt = 0; attempt < TRIES; attempt++) {
                double[] chosen = ofGroups(half(groups, random.child("questions/half", split, attempt)), groupOf);
                Halves half = same(chosen);
                if (complete(half.one) && complete(half.other)) {
                    halves.add(half);
                    break;
                }
            }
        }
        List<Weights> draws = new ArrayList<>();
        for (int draw = 0; draw < DRAWS; draw++) {
            for (int attempt = 0; attempt < TRIES; attempt++) {
                double[] byGroup = drawn(groups, random.child("questions/draw", draw, attempt));
                double[] byCell = ofGroups(byGroup, groupOf);
                Weights weights = new Weights(byCell, byCell);
                if (complete(weights)) {
                    draws.add(weights);
                    break;
                }
            }
        }
        return new Kind(groups.size(), halves, draws);
    }

    private boolean complete(Weights weights) {
        return up.stream().anyMatch(cell -> weights.positive[cell] > 0)
                && down.stream().anyMatch(cell -> weights.negative[cell] > 0);
    }

    /** 1 for a random half of the units, by unit. */
    private static double[] half(List<Integer> units, CounterRandom random) {
        double[] chosen = new double[units.getLast() + 1];
        int[] order = random.permutation(units.size());
        for (int i = 0; i < units.size() / 2; i++) {
            chosen[units.get(order[i])] = 1;
        }
        return chosen;
    }

    /** How often each unit is drawn with replacement, by unit. */
    private static double[] drawn(List<Integer> units, CounterRandom random) {
        double[] times = new double[units.getLast() + 1];
        for (int i = 0; i < units.size(); i++) {
            times[units.get(random.below(units.size(), i))]++;
        }
        return times;
    }

    private double[] ofGroups(double[] byGroup, IntUnaryOperator groupOf) {
        double[] byCell = new double[size];
        for (int cell = 0; cell < size; cell++) {
            int group = groupOf.applyAsInt(cell);
            byCell[cell] = group < byGroup.length ? byGroup[group] : 0;
        }
        return byCell;
    }

    private Halves same(double[] chosen) {
        double[] one = Arrays.copyOf(chosen, size);
        double[] other = rest(one);
        return new Halves(new Weights(one, one), new Weights(other, other));
    }

    private static Halves apart(double[] positive, double[] negative) {
        return new Halves(new Weights(positive, negative), new Weights(rest(positive), rest(negative)));
    }

    private static double[] rest(double[] chosen) {
        return Arrays.stream(chosen).map(weight -> 1 - weight).toArray();
    }
}
