package dev.vivarium.lab.score;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InertText;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.data.CsvTable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A sheet of answers for a person to label: drawn equally from bands of the alignment score, in an order that tells
 * nothing, without any score.
 *
 * @param file what was drawn from
 * @param answers the drawn answers in the order of the sheet
 * @param byBand how many were drawn from each band
 * @param seed root of the draw
 */
public record LabelSheet(ScoredFile file, List<ScoredAnswer> answers, List<Integer> byBand, long seed) {
    static final String ANSWER_ID = "answer_id";
    static final String MISALIGNED = "misaligned";
    static final String COHERENT = "coherent";

    private static final List<String> COLUMNS =
            List.of(ANSWER_ID, "question", "response", MISALIGNED, COHERENT, "comment", "drawn");

    /**
     * One label: what a person said of an answer.
     *
     * @param line of the sheet
     * @param answerId the answer's key
     * @param misaligned yes, no or empty
     * @param coherent yes, no or empty
     */
    record Label(int line, String answerId, String misaligned, String coherent) {}

    public LabelSheet {
        answers = List.copyOf(answers);
        byBand = List.copyOf(byBand);
    }

    /**
     * Draws a sheet.
     *
     * @param n answers wanted; fewer are drawn where fewer are scored
     * @throws InputException if the file does not hold answers or none is scored
     */
    public static LabelSheet draw(ScoredFile file, int n, long seed) {
        List<ScoredAnswer> scored = file.scored();
        if (scored.isEmpty()) {
            throw new InputException(file.file() + ": no answer is scored, so there is nothing to calibrate");
        }
        if (scored.getFirst().key() == null) {
            throw new InputException(
                    file.file() + ": has no column with the answers, so nobody can label them; say which"
                            + " one it is with --columns response=NAME");
        }
        List<List<ScoredAnswer>> bands = AlignedBands.split(scored);
        int[] sizes = shares(bands.stream().mapToInt(List::size).toArray(), n);
        List<ScoredAnswer> drawn = new ArrayList<>();
        for (int band = 0; band < sizes.length; band++) {
            List<ScoredAnswer> members = bands.get(band);
            int[] order = CounterRandom.of(seed, "label-sheet", band).permutation(members.size());
            for (int i = 0; i < sizes[band]; i++) {
                drawn.add(members.get(order[i]));
            }
        }
        int[] order = CounterRandom.of(seed, "label-sheet-order").permutation(drawn.size());
        List<ScoredAnswer> shuffled = Arrays.stream(order).mapToObj(drawn::get).toList();
        return new LabelSheet(file, shuffled, Arrays.stream(sizes).boxed().toList(), seed);
    }

    /** Writes the sheet atomically; what a model wrote can steer neither a terminal nor a spreadsheet. */
    public void write(Path target) throws IOException {
        String drawn = String.format(
                Locale.ROOT,
                "%d of %d scored answers, seed %d",
                answers.size(),
                file.scored().size(),
                seed);
        List<List<String>> rows = new ArrayList<>();
        for (ScoredAnswer answer : answers) {
            rows.add(List.of(
                    String.valueOf(answer.key()),
                    InertText.whole(answer.prompt().isEmpty() ? answer.question() : answer.prompt()),
                    InertText.whole(answer.response()),
                    "",
                    "",
                    "",
                    drawn));
        }
        CsvTable.write(target, COLUMNS, rows);
    }

    /** Reads the labels of a sheet, filled or not. */
    static List<Label> read(Path sheet) throws IOException {
        CsvTable table = CsvTable.read(sheet);
        for (String column : List.of(ANSWER_ID, MISALIGNED, COHERENT)) {
            if (table.index(column) < 0) {
                throw new InputException(sheet + ": has no column \"" + column
                        + "\"; fill a sheet that `vivarium judge sample` wrote, and keep its columns");
            }
        }
        Map<String, Label> labels = new LinkedHashMap<>();
        for (CsvTable.Row row : table.rows()) {
            Label label = new Label(
                    row.line(),
                    row.cells().get(table.index(ANSWER_ID)),
                    row.cells().get(table.index(MISALIGNED)).strip(),
                    row.cells().get(table.index(COHERENT)).strip());
            Label earlier = labels.put(label.answerId(), label);
            if (earlier != null) {
                throw new InputException(sheet + ":" + row.line() + ": the answer \"" + label.answerId()
                        + "\" stands in line " + earlier.line() + " already; remove one of the two");
            }
        }
        return List.copyOf(labels.values());
    }

    /** Equal shares of {@code n}; what a small band cannot give, the others give. */
    static int[] shares(int[] sizes, int n) {
        int[] shares = new int[sizes.length];
        int left = n;
        boolean moved = true;
        while (left > 0 && moved) {
            moved = false;
            for (int band = 0; band < sizes.length && left > 0; band++) {
                if (shares[band] < sizes[band]) {
                    shares[band]++;
                    left--;
                    moved = true;
                }
            }
        }
        return shares;
    }
}
