package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.data.CsvTable;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Frontier;
import dev.vivarium.lab.statistics.Frontier.Checkpoint;
import dev.vivarium.lab.statistics.Frontier.Tally;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Checkpoints of several trainings, each with its scored answers inside and outside the trained domain, compared at the
 * same narrow rate.
 *
 * <p>The file is CSV with the columns {@code path} (name of a training), {@code step}, {@code narrow} and {@code broad}
 * (files of scored answers or evaluation directories, beside this file unless they are absolute). The first training is
 * the one that the others are compared with.
 *
 * @param paths checkpoints by training, in the order of the file, each by step
 * @param narrowRate the wanted narrow rate, null for the highest that both trainings surely reach
 */
public record FrontierFile(
        Map<String, List<Checkpoint>> paths, @Nullable Double narrowRate) {
    private static final List<String> COLUMNS = List.of("path", "step", "narrow", "broad");

    /** A training held against the first one. */
    public record Comparison(String path, String against, Frontier.Match match) {}

    private record Line(String path, double step, String stepShown, ScoredFile narrow, ScoredFile broad) {}

    /**
     * Reads the file and all that it names.
     *
     * @throws InputException where a file, column or question is missing, or fewer than two trainings are there
     */
    public static FrontierFile read(Path file, ColumnNames columns, boolean mixed, @Nullable Double narrowRate)
            throws IOException {
        CsvTable table = CsvTable.read(file);
        for (String column : COLUMNS) {
            if (table.index(column) < 0) {
                throw new InputException(
                        file + ": has no column \"" + column + "\"; it takes path, step, narrow, broad");
            }
        }
        List<Line> lines = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (CsvTable.Row row : table.rows()) {
            Line line = line(file, table, row, columns, mixed);
            if (!seen.add(line.path() + "\0" + line.step())) {
                throw new InputException(file + ":" + row.line() + ": step " + line.stepShown() + " of \"" + line.path()
                        + "\" stands there twice; remove one of the two");
            }
            lines.add(line);
        }
        requireComparable(lines, mixed);
        Map<String, List<Checkpoint>> paths = new LinkedHashMap<>();
        for (Line line : lines) {
            paths.computeIfAbsent(line.path(), path -> new ArrayList<>());
        }
        if (paths.size() < 2) {
            throw new InputException(file + ": holds " + paths.size() + " training; a comparison takes at least two");
        }
        List<Line> ordered =
                lines.stream().sorted(Comparator.comparingDouble(Line::step)).toList();
        List<String> narrow = questions(lines.getFirst().narrow());
        List<String> broad = questions(lines.getFirst().broad());
        for (Line line : ordered) {
            paths.getOrDefault(line.path(), new ArrayList<>())
                    .add(new Checkpoint(
                            "step " + line.stepShown(), tally(line.narrow(), narrow), tally(line.broad(), broad)));
        }
        paths.forEach((path, checkpoints) -> {
            if (checkpoints.size() < 2) {
                throw new InputException(
                        file + ": the training \"" + path + "\" has one checkpoint; interpolation takes two or more");
            }
        });
        return new FrontierFile(paths, narrowRate);
    }

    /** All trainings but the first, each against the first. */
    public List<Comparison> compare(Confidence confidence) {
        String first = paths.keySet().iterator().next();
        List<Comparison> comparisons = new ArrayList<>();
        paths.forEach((path, checkpoints) -> {
            if (!path.equals(first)) {
                Frontier frontier = new Frontier(checkpoints, paths.getOrDefault(first, List.of()));
                double at = narrowRate == null ? frontier.highestCommon(confidence) : narrowRate;
                comparisons.add(new Comparison(path, first, frontier.at(at, confidence)));
            }
        });
        return comparisons;
    }

    private static Line line(Path file, CsvTable table, CsvTable.Row row, ColumnNames columns, boolean mixed)
            throws IOException {
        String step = row.cells().get(table.index("step")).strip();
        double number;
        try {
            number = Double.parseDouble(step);
        } catch (NumberFormatException e) {
            throw new InputException(file + ":" + row.line() + ": the step \"" + step + "\" is no number", e);
        }
        return new Line(
                row.cells().get(table.index("path")).strip(),
                number,
                step,
                ScoredFile.read(
                        file.resolveSibling(
                                row.cells().get(table.index("narrow")).strip()),
                        columns,
                        mixed),
                ScoredFile.read(
                        file.resolveSibling(
                                row.cells().get(table.index("broad")).strip()),
                        columns,
                        mixed));
    }

    private static void requireComparable(List<Line> lines, boolean mixed) {
        for (Line line : lines) {
            ScoredFile.requireComparable(lines.getFirst().narrow(), line.narrow(), mixed);
            ScoredFile.requireComparable(lines.getFirst().broad(), line.broad(), mixed);
        }
    }

    private static List<String> questions(ScoredFile file) {
        return AnswerTable.of(file.answers()).scoredQuestions();
    }

    /** Hits and counts in the order of the first file, whose questions every other file must have answered. */
    private static Tally tally(ScoredFile file, List<String> questions) {
        AnswerTable table = AnswerTable.of(file.answers());
        List<String> there = table.scoredQuestions();
        if (there.size() != questions.size() || !new HashSet<>(there).containsAll(questions)) {
            throw new InputException(file.file() + ": has scored answers to other questions than the first checkpoint;"
                    + " a frontier takes the same questions throughout");
        }
        AnswerTable ordered = table.only(questions);
        return new Tally(list(AnswerTable.hits(ordered.em(file.rule()))), list(ordered.counts()));
    }

    private static List<Integer> list(int[] values) {
        return Arrays.stream(values).boxed().toList();
    }
}
