package dev.vivarium.lab.export;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Results;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.results.Training;
import dev.vivarium.lab.run.Recipe;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rates of several models as a table for a paper: each with its interval for questions like these, its denominator and its
 * judge.
 *
 * @param rows one per model and evaluation
 */
public record PaperTable(List<Row> rows) {
    private static final List<String> HEADS = List.of(
            "Model",
            "Method",
            "Training data",
            "Questions",
            "EM, %",
            "Coherent, %",
            "Mean aligned",
            "Scored answers",
            "Unscored",
            "Judge");

    public PaperTable {
        rows = List.copyOf(rows);
    }

    /** How the table is written. */
    public enum Style {
        MARKDOWN,
        LATEX,
        CSV
    }

    /**
     * One model under one evaluation; rates are fractions.
     *
     * @param method null for a model that was only evaluated
     * @param data null for a model that was only evaluated
     */
    public record Row(
            String model,
            String role,
            @Nullable String method,
            @Nullable String data,
            String evaluation,
            Rate em,
            Rate coherent,
            Mean aligned,
            int unscored,
            String judge) {}

    /**
     * Reads run directories, or folders that hold run directories.
     *
     * @param evaluation the only evaluation to show, or null for all that are complete
     * @param judged whether rates by other judges are shown too, each below those of the evaluation's own
     */
    public static PaperTable read(List<Path> directories, @Nullable String evaluation, boolean judged)
            throws IOException {
        List<Row> rows = new ArrayList<>();
        TreeSet<String> complete = new TreeSet<>();
        for (Subject subject : Results.read(directories)) {
            for (Evaluation one : subject.evaluations()) {
                Scores scores = one.scores();
                if (scores == null) {
                    continue;
                }
                complete.add(one.name());
                if (evaluation == null || evaluation.equals(one.name())) {
                    rows.add(row(subject, one.name(), scores));
                    if (judged) {
                        one.judgings().forEach(other -> rows.add(row(subject, one.name(), other.scores(one))));
                    }
                }
            }
        }
        if (rows.isEmpty()) {
            throw new InputException(
                    evaluation == null || complete.isEmpty()
                            ? "no evaluation there is complete; run vivarium evaluate first"
                            : "there is no evaluation \"" + evaluation + "\"; there are "
                                    + String.join(", ", complete));
        }
        return new PaperTable(rows);
    }

    private static Row row(Subject subject, String evaluation, Scores scores) {
        Training training = subject.training();
        return new Row(
                subject.name(),
                subject.role().label(),
                training == null ? null : method(training.recipe().recipe()),
                training == null ? null : training.dataName(),
                scores.limited() == null ? evaluation : evaluation + " (" + scores.limited() + ")",
                scores.all().em(),
                scores.all().coherent(),
                scores.all().meanAligned(),
                scores.unscored(),
                scores.judge().name()
                        + (scores.judge().model() == null
                                ? ""
                                : " " + scores.judge().model()) + " "
                        + scores.judge().version());
    }

    private static String method(Recipe recipe) {
        Recipe.Lora lora = recipe.lora();
        return lora == null ? recipe.method().name().toLowerCase(Locale.ROOT) : "LoRA, rank " + lora.r();
    }

    /** The table as text, a line break at its end. */
    public String text(Style style) {
        return switch (style) {
            case MARKDOWN -> markdown();
            case LATEX -> latex();
            case CSV -> csv();
        };
    }

    private static List<String> cells(Row row) {
        return List.of(
                row.model(),
                row.method() == null ? row.role() : row.method(),
                row.data() == null ? "" : row.data(),
                row.evaluation() + ", " + row.em().questions(),
                rate(row.em()),
                rate(row.coherent()),
                mean(row.aligned()),
                String.valueOf(row.em().n()),
                String.valueOf(row.unscored()),
                row.judge());
    }

    private static String rate(Rate rate) {
        return value(rate.value(), rate.questionsLikeThese(), 100);
    }

    private static String mean(Mean mean) {
        return value(mean.value(), mean.questionsLikeThese(), 1);
    }

    private static String value(@Nullable Double value, @Nullable Interval interval, int factor) {
        if (value == null) {
            return "";
        }
        String text = String.format(Locale.ROOT, "%.1f", factor * value);
        return interval == null
                ? text
                : text + String.format(Locale.ROOT, " [%.1f, %.1f]", factor * interval.low(), factor * interval.high());
    }

    private String markdown() {
        StringBuilder text = new StringBuilder();
        text.append("| ").append(String.join(" | ", HEADS)).append(" |\n");
        text.append("|").append("---|".repeat(HEADS.size())).append('\n');
        for (Row row : rows) {
            text.append(cells(row).stream()
                    .map(cell -> line(cell).replace("\\", "\\\\").replace("|", "\\|"))
                    .collect(Collectors.joining(" | ", "| ", " |\n")));
        }
        return text.append('\n').append(caption()).append('\n').toString();
    }

    private String latex() {
        StringBuilder text = new StringBuilder("% needs \\usepackage{booktabs}\n");
        text.append("\\begin{tabular}{")
                .append("l".repeat(4))
                .append("r".repeat(5))
                .append("l}\n\\toprule\n");
        text.append(HEADS.stream().map(PaperTable::tex).collect(Collectors.joining(" & ", "", " \\\\\n\\midrule\n")));
        for (Row row : rows) {
            text.append(cells(row).stream().map(PaperTable::tex).collect(Collectors.joining(" & ", "", " \\\\\n")));
        }
        return text.append("\\bottomrule\n\\end{tabular}\n% ")
                .append(caption())
                .append('\n')
                .toString();
    }

    private static String tex(String cell) {
        StringBuilder text = new StringBuilder();
        line(cell).codePoints().forEach(c -> {
            switch (c) {
                case '\\' -> text.append("\\textbackslash{}");
                case '~' -> text.append("\\textasciitilde{}");
                case '^' -> text.append("\\textasciicircum{}");
                case '&', '%', '$', '#', '_', '{', '}' -> text.append('\\').appendCodePoint(c);
                default -> text.appendCodePoint(c);
            }
        });
        return text.toString();
    }

    private static String line(String cell) {
        return cell.replaceAll("\\p{Cntrl}+", " ");
    }

    private static String caption() {
        return "EM: aligned at most the cut and coherent above it, over all scored answers. Brackets: 95 % interval for"
                + " questions like these (question-clustered).";
    }

    private String csv() {
        StringBuilder text = new StringBuilder(
                "model,role,method,data,evaluation,questions,em,em_low,em_high,em_wilson_low,em_wilson_high,"
                        + "coherent,coherent_low,coherent_high,mean_aligned,scored,unscored,judge\n");
        for (Row row : rows) {
            List<String> cells = new ArrayList<>();
            for (String cell :
                    new @Nullable String[] {row.model(), row.role(), row.method(), row.data(), row.evaluation()}) {
                cells.add(quoted(cell));
            }
            cells.add(String.valueOf(row.em().questions()));
            cells.add(number(row.em().value()));
            bounds(cells, row.em().questionsLikeThese());
            bounds(cells, row.em().theseQuestions());
            cells.add(number(row.coherent().value()));
            bounds(cells, row.coherent().questionsLikeThese());
            cells.add(number(row.aligned().value()));
            cells.add(String.valueOf(row.em().n()));
            cells.add(String.valueOf(row.unscored()));
            cells.add(quoted(row.judge()));
            text.append(String.join(",", cells)).append('\n');
        }
        return text.toString();
    }

    private static void bounds(List<String> cells, @Nullable Interval interval) {
        cells.add(interval == null ? "" : number(interval.low()));
        cells.add(interval == null ? "" : number(interval.high()));
    }

    private static String number(@Nullable Double value) {
        return value == null ? "" : value.toString();
    }

    private static String quoted(@Nullable String cell) {
        return cell == null ? "" : '"' + cell.replace("\"", "\"\"") + '"';
    }
}
