package dev.vivarium.lab.trajectory;

import dev.vivarium.engine.base.InputException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * The checkpoints that follow each other at one distance, which local cosines and null models need. A trajectory may be
 * denser at its beginning and end at an odd step.
 *
 * @param spacing steps from one to the next
 * @param indices of these checkpoints among all
 */
public record Grid(int spacing, List<Integer> indices) {
    /** A finer grid is preferred to one that reaches this much further at most. */
    private static final double NEARLY_ALL = 0.8;

    private static final int LEAST = 3;

    public Grid {
        indices = List.copyOf(indices);
    }

    /**
     * The finest chain that reaches over nearly all steps, else the one that reaches furthest.
     *
     * @throws InputException if no three checkpoints lie at one distance
     */
    public static Grid of(int[] steps, String where) {
        Map<Integer, Integer> index = new HashMap<>();
        TreeSet<Integer> distances = new TreeSet<>();
        for (int i = 0; i < steps.length; i++) {
            index.put(steps[i], i);
            if (i > 0) {
                distances.add(steps[i] - steps[i - 1]);
            }
        }
        int range = steps[steps.length - 1] - steps[0];
        Grid best = null;
        int furthest = 0;
        for (int spacing : distances) {
            List<Integer> chain = longest(steps, index, spacing);
            int reach = (chain.size() - 1) * spacing;
            if (chain.size() >= LEAST && reach > furthest) {
                best = new Grid(spacing, chain);
                furthest = reach;
            }
            if (reach >= NEARLY_ALL * range && best != null) {
                return best;
            }
        }
        if (best == null) {
            throw new InputException(where + ": no " + LEAST + " of its " + steps.length
                    + " checkpoints follow each other at one distance, which a local angle needs; add those that are "
                    + "missing");
        }
        return best;
    }

    private static List<Integer> longest(int[] steps, Map<Integer, Integer> index, int spacing) {
        List<Integer> longest = List.of();
        for (int start : steps) {
            if (index.containsKey(start - spacing)) {
                continue;
            }
            List<Integer> chain = new ArrayList<>();
            for (int step = start; index.containsKey(step); step += spacing) {
                chain.add(index.get(step));
            }
            longest = chain.size() > longest.size() ? chain : longest;
        }
        return longest;
    }

    /**
     * The offsets of the paper, 5, 10, 15 and 20 steps, where the grid has them, else the first four of the grid; of them
     * those that leave at least three angles.
     */
    public List<Integer> usualOffsets() {
        int unit = 5 % spacing == 0 ? 5 : spacing;
        List<Integer> usable = IntStream.rangeClosed(1, 4)
                .map(i -> i * unit)
                .filter(offset -> angles(offset) >= LEAST)
                .boxed()
                .toList();
        return usable.isEmpty() ? List.of(spacing) : usable;
    }

    /** How many checkpoints have neighbours at an offset on both sides. */
    public int angles(int offset) {
        return Math.max(0, indices.size() - 2 * (offset / spacing));
    }

    /**
     * Checks an offset that a user wished.
     *
     * @throws InputException if no checkpoint has neighbours there
     */
    public void expect(int offset, String where) {
        if (offset < 1 || offset % spacing != 0 || angles(offset) < 1) {
            throw new InputException(where + ": no checkpoint has neighbours " + offset
                    + " steps before and after it; the "
                    + indices.size() + " checkpoints lie " + spacing + " steps apart, so give multiples of " + spacing
                    + " up to " + (indices.size() - 1) / 2 * spacing);
        }
    }

    public WeightPath on(WeightPath path) {
        return path.at(indices.stream().mapToInt(Integer::intValue).toArray());
    }
}
