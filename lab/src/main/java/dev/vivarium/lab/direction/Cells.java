package dev.vivarium.lab.direction;

import dev.vivarium.engine.base.CounterRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;

/**
 * How texts are dealt to cells, whose sums are all that is kept of them: so many cells that halves and bootstrap samples can be
 * made of sums, so few that memory is bounded. A cell belongs to one group of questions; up to {@value #MOST_GROUPS} questions
 * each has a group of its own.
 */
final class Cells {
    static final int MOST_GROUPS = 32;
    private static final int MOST_CELLS = 64;
    private static final int MOST_OF_GROUP = 8;

    private final Map<String, Integer> groupOf = new HashMap<>();
    private final int groups;
    private final int ofGroup;

    Cells(SortedSet<String> questions, long seed) {
        List<String> names = new ArrayList<>(questions);
        int[] order = CounterRandom.of(seed, "direction/groups").permutation(names.size());
        groups = Math.min(MOST_GROUPS, names.size());
        ofGroup = Math.min(MOST_OF_GROUP, MOST_CELLS / Math.max(1, groups));
        for (int i = 0; i < order.length; i++) {
            groupOf.put(names.get(order[i]), i % groups);
        }
    }

    int size() {
        return groups * ofGroup;
    }

    int groups() {
        return groups;
    }

    int group(int cell) {
        return cell / ofGroup;
    }

    /** The cell of each text, those of one question dealt in turn. */
    int[] deal(List<ReadText> texts) {
        Map<String, Integer> dealt = new HashMap<>();
        int[] cells = new int[texts.size()];
        for (int i = 0; i < cells.length; i++) {
            String question = texts.get(i).cluster();
            Integer group = groupOf.get(question);
            if (group == null) {
                throw new IllegalArgumentException("no group for question " + question);
            }
            cells[i] = group * ofGroup + dealt.merge(question, 1, Integer::sum) % ofGroup;
        }
        return cells;
    }
}
