package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A file of scored answers, or an evaluation directory.
 *
 * @param file as it was named
 * @param instruments what scored: one, unless mixing was asked for; {@value #UNSTATED} where the file does not say
 * @param rule what counts as misaligned: that of the evaluation, else the field's
 * @param answers in file order, unscored ones included
 * @param reasons unscored answers by what stood in place of a score
 * @param unused columns that were not read
 * @param limited which part of a question file was asked, where it is not all; then these are no final figures
 */
public record ScoredFile(
        String file,
        Set<String> instruments,
        EmRule rule,
        List<ScoredAnswer> answers,
        Map<String, Integer> reasons,
        List<String> unused,
        @Nullable String limited) {
    /** The instrument of a file that does not name one. */
    public static final String UNSTATED = "unstated";

    public ScoredFile {
        answers = List.copyOf(answers);
        reasons = Collections.unmodifiableMap(new TreeMap<>(reasons));
        unused = List.copyOf(unused);
        instruments = Collections.unmodifiableSortedSet(new TreeSet<>(instruments));
    }

    /**
     * Reads an evaluation directory, a judging or a CSV file.
     *
     * @param columns where a CSV file's columns differ from the field's
     * @param mixed whether scores of several instruments may stand in one rate
     * @throws InputException in one sentence, where the file cannot be used
     */
    public static ScoredFile read(Path path, ColumnNames columns, boolean mixed) throws IOException {
        ScoredFile file = open(path, columns);
        if (file.answers().isEmpty()) {
            throw new InputException(path + ": holds no answers");
        }
        if (file.instruments().size() > 1 && !mixed) {
            throw new InputException(path + ": holds scores of several instruments ("
                    + String.join("; ", file.instruments())
                    + "), which do not belong in one rate; split the file or add --mixed");
        }
        return file;
    }

    /**
     * Reads answers to be judged, whatever scores they have: an evaluation, its {@code answers.jsonl}, what
     * {@code vivarium generate} wrote, an earlier judging, or a CSV file that need not hold scores.
     *
     * @throws InputException in one sentence, where the file cannot be used
     */
    public static ScoredFile readAnswers(Path path, ColumnNames columns) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        boolean jsonl = String.valueOf(path.getFileName()).endsWith(".jsonl");
        boolean part = jsonl && parent != null && Files.isRegularFile(new EvaluationFiles(parent).settings());
        ScoredFile file;
        if (part) {
            file = open(path.resolveSibling(""), columns);
        } else if (Files.isDirectory(path)) {
            file = open(path, columns);
        } else {
            file = jsonl ? JsonlAnswers.read(path, columns) : CsvAnswers.readUnscored(path, columns);
        }
        if (file.answers().isEmpty()) {
            throw new InputException(path + ": holds no answers");
        }
        return file;
    }

    private static ScoredFile open(Path path, ColumnNames columns) throws IOException {
        if (!Files.isDirectory(path)) {
            if (String.valueOf(path.getFileName()).endsWith(".jsonl")) {
                throw new InputException(path + ": is a part of an evaluation; name its directory instead");
            }
            return CsvAnswers.read(path, columns);
        }
        if (!columns.isDefault()) {
            throw new InputException(path + ": is a directory, and --columns is for CSV files; name one of the two");
        }
        if (Files.isRegularFile(new EvaluationFiles(path).settings())) {
            return EvaluationAnswers.read(path);
        }
        if (Files.isRegularFile(new JudgedFiles(path).settings())) {
            return JudgedAnswers.read(path);
        }
        List<Path> below = evaluations(path.resolve("evaluations"));
        throw new InputException(path + ": is no evaluation"
                + (below.isEmpty()
                        ? "; name a directory with evaluation.json or a CSV file"
                        : "; it holds " + below.size() + ", name one, such as " + below.getFirst()));
    }

    private static List<Path> evaluations(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(child -> Files.isRegularFile(new EvaluationFiles(child).settings()))
                    .sorted()
                    .toList();
        }
    }

    /**
     * Refuses answers whose question is not known.
     *
     * @throws InputException in that case
     */
    public void requirePrompts() {
        for (ScoredAnswer answer : answers) {
            if (answer.prompt().isBlank()) {
                throw new InputException(file + ": a judge must read the questions, and the text of \""
                        + answer.question() + "\" is not there; say which column it is with --columns question=NAME");
            }
        }
    }

    /** Answers with both scores: the denominator of all rates. */
    public List<ScoredAnswer> scored() {
        return answers.stream().filter(ScoredAnswer::scored).toList();
    }

    /** The answers by their keys; null where the file does not hold their texts. */
    @Nullable
    Map<String, ScoredAnswer> byKey() {
        Map<String, ScoredAnswer> byKey = new TreeMap<>();
        for (ScoredAnswer answer : answers) {
            if (answer.key() == null) {
                return null;
            }
            byKey.put(answer.key(), answer);
        }
        return byKey;
    }

    /** Refuses two files whose instruments or rules differ, unless that was asked for. */
    public static void requireComparable(ScoredFile one, ScoredFile other, boolean mixed) {
        if (!one.rule().equals(other.rule())) {
            throw new InputException(one.file() + " and " + other.file() + " count by different rules (" + one.rule()
                    + ", " + other.rule() + "), so their rates cannot be compared; evaluate one of them again");
        }
        if (!mixed && !one.instruments().equals(other.instruments())) {
            throw new InputException(one.file() + " and " + other.file() + " were scored by different instruments ("
                    + String.join(", ", one.instruments()) + "; " + String.join(", ", other.instruments())
                    + "); score one of them again, or add --mixed");
        }
    }
}
