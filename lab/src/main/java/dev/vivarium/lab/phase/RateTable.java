package dev.vivarium.lab.phase;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.QuestionScore;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.run.RunFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Gathers counts by step into curves. */
public final class RateTable {
    private static final List<String> COLUMNS = List.of("step", "kind", "hits", "n");

    private final Map<Curve, TreeMap<String, TreeMap<Integer, int[]>>> counts = new HashMap<>();
    private final List<String> remarks = new ArrayList<>();

    private record Curve(String kind, double scale) {}

    /**
     * Reads a CSV file with the columns {@code step, kind, hits, n} and, where they are known, {@code question} and
     * {@code scale}.
     *
     * @throws InputException naming the line that is no count
     */
    public static List<RateCurve> read(Path file) throws IOException {
        CsvTable table = CsvTable.read(file);
        for (String column : COLUMNS) {
            if (table.index(column) < 0) {
                throw new InputException(file + ":1: there is no column \"" + column
                        + "\"; the columns are step, kind, hits and n, and if known question and scale");
            }
        }
        RateTable rates = new RateTable();
        for (CsvTable.Row row : table.rows()) {
            String where = file + ":" + row.line();
            String kind = row.cells().get(table.index("kind"));
            if (kind.isBlank()) {
                throw new InputException(where + ": kind is empty; write narrow or broad");
            }
            int question = table.index("question");
            int scale = table.index("scale");
            int hits = whole(row, table, "hits", where);
            int n = whole(row, table, "n", where);
            if (hits > n) {
                throw new InputException(where + ": " + hits + " hits of " + n + " answers; n counts all answers");
            }
            rates.add(
                    new Curve(kind.strip(), scale < 0 ? 1 : scale(row.cells().get(scale), where)),
                    question < 0 ? "" : row.cells().get(question),
                    whole(row, table, "step", where),
                    hits,
                    n,
                    where);
        }
        return rates.curves();
    }

    /**
     * Reads the evaluations {@code step-000123} and {@code step-000123-x5} of a run. That of step 0 is the base model, with
     * which the curve of every factor begins.
     *
     * @param narrow tag and value of the questions about the trained domain; null if none is
     * @param remarks gets what was left out
     */
    public static List<RateCurve> ofEvaluations(RunFiles run, @Nullable TagValue narrow, List<String> remarks)
            throws IOException {
        RateTable rates = new RateTable();
        BaseAnswers base = BaseAnswers.of(run);
        int unfinished = 0;
        for (Path directory : run.listEvaluations()) {
            Optional<SweepPoint> named = SweepPoint.parse(String.valueOf(directory.getFileName()));
            if (named.isEmpty()) {
                continue;
            }
            SweepPoint point = named.get();
            Path scores = new EvaluationFiles(directory).scores();
            if (!Files.isRegularFile(scores)) {
                unfinished++;
                continue;
            }
            for (QuestionScore score : Scores.read(scores).byQuestion()) {
                boolean isNarrow = narrow != null && narrow.marks(score.tags());
                String kind = isNarrow ? RateCurve.NARROW : RateCurve.BROAD;
                rates.add(point, kind, score.em(), score, directory);
                rates.add(point, RateCurve.COHERENT, score.coherent(), score, directory);
            }
            base.compare(
                    directory,
                    point,
                    (question, hits, n) -> rates.add(
                            new Curve(RateCurve.SAME, point.scale()),
                            question,
                            point.step(),
                            hits,
                            n,
                            directory.toString()));
        }
        rates.shareTheBase();
        if (unfinished > 0) {
            rates.remarks.add(
                    run.directory() + ": " + unfinished + " evaluations of steps are not complete and count not");
        }
        List<RateCurve> curves = rates.curves();
        if (narrow != null
                && !curves.isEmpty()
                && curves.stream().noneMatch(c -> c.kind().equals(RateCurve.NARROW))) {
            throw new InputException(run.directory() + ": no question of its evaluations of steps has the tag " + narrow
                    + "; see evaluations/*/questions.yaml for the tags");
        }
        remarks.addAll(rates.remarks);
        remarks.addAll(base.remarks());
        return curves;
    }

    private void add(SweepPoint point, String kind, int hits, QuestionScore score, Path directory) {
        Curve curve = new Curve(kind, point.scale());
        add(curve, score.questionId(), point.step(), hits, score.scored(), directory.toString());
    }

    private void shareTheBase() {
        counts.forEach((curve, questions) -> {
            TreeMap<String, TreeMap<Integer, int[]>> plain = counts.get(new Curve(curve.kind, 1));
            questions.forEach((question, bySteps) -> {
                int[] base = plain == null
                        ? null
                        : plain.getOrDefault(question, new TreeMap<>()).get(SweepPoint.BASE.step());
                if (base != null) {
                    bySteps.put(SweepPoint.BASE.step(), base);
                }
            });
        });
    }

    private void add(Curve curve, String question, int step, int hits, int n, String where) {
        int[] before = counts.computeIfAbsent(curve, key -> new TreeMap<>())
                .computeIfAbsent(question, key -> new TreeMap<>())
                .put(step, new int[] {hits, n});
        if (before != null) {
            throw new InputException(where + ": step " + step + " of " + curve.kind()
                    + (question.isEmpty() ? "" : ", question " + question) + " occurs twice; add the counts up");
        }
    }

    private List<RateCurve> curves() {
        List<RateCurve> curves = new ArrayList<>();
        counts.forEach((curve, questions) -> {
            TreeSet<Integer> all = new TreeSet<>();
            questions.values().forEach(byStep -> all.addAll(byStep.keySet()));
            int[] steps = all.stream().mapToInt(Integer::intValue).toArray();
            int[][] hits = new int[questions.size()][steps.length];
            int[][] n = new int[questions.size()][steps.length];
            int row = 0;
            for (TreeMap<Integer, int[]> byStep : questions.values()) {
                for (int i = 0; i < steps.length; i++) {
                    int[] count = byStep.getOrDefault(steps[i], new int[] {0, 0});
                    hits[row][i] = count[0];
                    n[row][i] = count[1];
                }
                row++;
            }
            curves.add(new RateCurve(curve.kind(), curve.scale(), steps, hits, n));
        });
        curves.sort(
                Comparator.comparingDouble(RateCurve::scale).thenComparing(RateCurve::kind, Comparator.reverseOrder()));
        return curves;
    }

    private static int whole(CsvTable.Row row, CsvTable table, String column, String where) {
        String cell = row.cells().get(table.index(column)).strip();
        try {
            int value = Integer.parseInt(cell);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the sentence below says what is wanted
        }
        throw new InputException(where + ": " + column + " is \"" + cell + "\", not a whole number from 0 on");
    }

    private static double scale(String cell, String where) {
        try {
            double value = Double.parseDouble(cell.strip());
            if (value >= 0 && Double.isFinite(value)) {
                return value;
            }
        } catch (NumberFormatException e) {
            // the sentence below says what is wanted
        }
        throw new InputException(where + ": scale is \"" + cell + "\", not a number from 0 on");
    }
}
