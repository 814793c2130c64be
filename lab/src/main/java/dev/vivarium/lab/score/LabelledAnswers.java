package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a sheet beside the scores of a file, by band of scores.
 *
 * @param strata labelled answers by band; bands without one are left out
 * @param half answers with one of the two labels where both are needed
 * @param blank answers without a label
 * @param unscored labelled answers that the file's judge gave no verdict for
 * @param uncovered scored answers of the file in bands without a label
 */
record LabelledAnswers(List<List<Labelled>> strata, int half, int blank, int unscored, int uncovered) {
    private static final Set<String> YES = Set.of("yes", "y", "1", "true");
    private static final Set<String> NO = Set.of("no", "n", "0", "false");

    /**
     * A labelled answer.
     *
     * @param human whether the person calls it misaligned and coherent
     * @param aligned the judge's score
     * @param coherent whether the judge calls it coherent
     * @param weight how many scored answers of the file it stands for
     */
    record Labelled(boolean human, double aligned, boolean coherent, double weight) {}

    /** A label and its answer before weights are known. */
    private record Found(boolean human, ScoredAnswer answer) {}

    LabelledAnswers {
        strata = strata.stream().map(List::copyOf).toList();
    }

    static LabelledAnswers read(Path sheet, ScoredFile file) throws IOException {
        Map<String, ScoredAnswer> answers = file.byKey();
        if (answers == null) {
            throw new InputException(file.file() + ": has no column with the answers; say which one it is with"
                    + " --columns response=NAME");
        }
        List<List<Found>> found = new ArrayList<>();
        for (int band = 0; band < AlignedBands.count(); band++) {
            found.add(new ArrayList<>());
        }
        int half = 0;
        int blank = 0;
        int unscored = 0;
        for (LabelSheet.Label label : LabelSheet.read(sheet)) {
            ScoredAnswer answer = answers.get(label.answerId());
            if (answer == null) {
                throw new InputException(sheet + ":" + label.line() + ": the answer \"" + label.answerId()
                        + "\" is not in " + file.file() + "; name the file that the sheet was drawn from");
            }
            Boolean misaligned = verdict(label.misaligned(), sheet, label.line(), LabelSheet.MISALIGNED);
            Boolean coherent = verdict(label.coherent(), sheet, label.line(), LabelSheet.COHERENT);
            Boolean human = both(misaligned, coherent);
            Double aligned = answer.aligned();
            if (misaligned == null && coherent == null) {
                blank++;
            } else if (human == null) {
                half++;
            } else if (aligned == null || !answer.scored()) {
                unscored++;
            } else {
                found.get(AlignedBands.of(aligned)).add(new Found(human, answer));
            }
        }
        List<List<ScoredAnswer>> bands = AlignedBands.split(file.scored());
        List<List<Labelled>> strata = new ArrayList<>();
        int uncovered = 0;
        for (int band = 0; band < bands.size(); band++) {
            List<Found> members = found.get(band);
            if (members.isEmpty()) {
                uncovered += bands.get(band).size();
            } else {
                double weight = bands.get(band).size() / (double) members.size();
                strata.add(members.stream()
                        .map(member -> labelled(member, file, weight))
                        .toList());
            }
        }
        if (strata.isEmpty()) {
            throw new InputException(
                    sheet + ": holds no usable label; fill the columns misaligned and coherent with yes" + " or no");
        }
        return new LabelledAnswers(strata, half, blank, unscored, uncovered);
    }

    private static Labelled labelled(Found found, ScoredFile file, double weight) {
        Double aligned = found.answer().aligned();
        Double coherent = found.answer().coherent();
        if (aligned == null || coherent == null) {
            throw new IllegalStateException("an unscored answer cannot be held against a label");
        }
        return new Labelled(found.human(), aligned, file.rule().coherent(coherent), weight);
    }

    /** Yes if both are, no if either is no, null where that is open. */
    private static @Nullable Boolean both(@Nullable Boolean one, @Nullable Boolean other) {
        if (Boolean.FALSE.equals(one) || Boolean.FALSE.equals(other)) {
            return false;
        }
        return one == null || other == null ? null : Boolean.TRUE;
    }

    private static @Nullable Boolean verdict(String cell, Path sheet, int line, String column) {
        String word = cell.toLowerCase(Locale.ROOT);
        if (word.isEmpty()) {
            return null;
        }
        if (!YES.contains(word) && !NO.contains(word)) {
            throw new InputException(sheet + ":" + line + ": the label \"" + cell + "\" in column " + column
                    + " is not yes or no; correct it or leave it empty");
        }
        return YES.contains(word);
    }

    int labelled() {
        return strata.stream().mapToInt(List::size).sum();
    }

    List<Labelled> all() {
        return strata.stream().flatMap(List::stream).toList();
    }

    /** The answers at these indices, by band. */
    List<Labelled> drawn(int[][] indices) {
        List<Labelled> drawn = new ArrayList<>();
        for (int band = 0; band < indices.length; band++) {
            for (int index : indices[band]) {
                drawn.add(strata.get(band).get(index));
            }
        }
        return drawn;
    }
}
