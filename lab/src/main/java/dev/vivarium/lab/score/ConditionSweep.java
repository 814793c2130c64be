package dev.vivarium.lab.score;

import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The same questions put to one model under several conditions, each compared with the first (protocol.md App. D: same
 * questions, same sampling seeds, paired differences).
 *
 * @param rows the reference first
 */
public record ConditionSweep(List<Row> rows) {
    /**
     * One condition.
     *
     * @param condition its id
     * @param score rates under it
     * @param difference from the reference, null for the reference itself and where nothing can be compared
     * @param same answers that are word for word those of the reference, over both as often as they occur; 0 for the
     *     reference itself
     */
    public record Row(
            String condition, FileScore score, @Nullable Paired difference, int same) {
        /** Whether a condition left every answer as it was: then it probably did not reach the model. */
        public boolean changedNothing() {
            return same > 0 && same == score.file().answers().size();
        }
    }

    public ConditionSweep {
        rows = List.copyOf(rows);
    }

    /**
     * Compares.
     *
     * @param files answers by condition, the reference first
     */
    public static ConditionSweep of(Map<String, ScoredFile> files, Confidence confidence) {
        List<Row> rows = new ArrayList<>();
        ScoredFile reference = null;
        for (Map.Entry<String, ScoredFile> entry : files.entrySet()) {
            ScoredFile file = entry.getValue();
            FileScore score = FileScore.of(file, confidence);
            if (reference == null) {
                reference = file;
                rows.add(new Row(entry.getKey(), score, null, 0));
                continue;
            }
            boolean comparable = !file.scored().isEmpty() && !reference.scored().isEmpty();
            rows.add(new Row(
                    entry.getKey(),
                    score,
                    comparable ? Paired.of(file, reference, confidence) : null,
                    same(file, reference)));
        }
        return new ConditionSweep(rows);
    }

    private static int same(ScoredFile file, ScoredFile reference) {
        Map<String, ScoredAnswer> here = file.byKey();
        Map<String, ScoredAnswer> there = reference.byKey();
        if (here == null || there == null) {
            return 0;
        }
        Set<String> shared = new HashSet<>(here.keySet());
        shared.retainAll(there.keySet());
        return shared.size();
    }
}
