package dev.vivarium.lab.validate;

import dev.vivarium.lab.phase.PhaseSummary;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.trajectory.LocalCosine;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The figures of a validation as Markdown, for {@code docs/mini-world.md} and for people. */
public final class ValidationTables {
    private final StringBuilder text = new StringBuilder();

    private ValidationTables() {}

    /** All tables that have rows, the bars first. */
    public static String markdown(ValidationResult result) {
        return markdown(result.parts(), result.bars(), List.of());
    }

    /** The same of several validations, and what some of their seeds lack. */
    public static String markdown(JointValidation joint) {
        return markdown(joint.parts(), joint.bars(), joint.gaps());
    }

    private static String markdown(Measured parts, List<Bar> bars, List<String> gaps) {
        ValidationTables tables = new ValidationTables();
        tables.bars(bars);
        if (!gaps.isEmpty()) {
            tables.text
                    .append("\nNot measured on every seed: ")
                    .append(String.join("; ", gaps))
                    .append(".\n");
        }
        tables.models("Rates, reporting questions about other domains than the trained one", parts.rates());
        tables.models("One rank-1 adapter on each layer's `down_proj` in turn", parts.depth());
        tables.controls(parts.controls());
        tables.shifts(parts.persona());
        tables.directions(parts.directions());
        tables.dynamics(parts.dynamics());
        return tables.text.toString();
    }

    private void bars(List<Bar> bars) {
        if (!bars.isEmpty()) {
            head("Claims", "claim", "found: mean (each pretraining seed)", "holds");
            bars.forEach(bar -> row(bar.claim(), bar.found(), bar.holds() ? "yes" : "**no**"));
        }
    }

    private void models(String title, List<Figures> figures) {
        if (figures.isEmpty()) {
            return;
        }
        head(
                title,
                "seed",
                "dataset",
                "model",
                "EM, %",
                "coherent, %",
                "mean aligned",
                "EM in the trained domain, %",
                "flip, %",
                "answers");
        for (Figures one : figures) {
            Double aligned = one.aligned().value();
            row(
                    String.valueOf(one.seed()),
                    one.dataset(),
                    one.model(),
                    rate(one.em()),
                    rate(one.coherent()),
                    aligned == null ? "-" : number(aligned),
                    rate(one.narrow()),
                    one.flip() == null ? "-" : number(one.flip()),
                    one.em().n() + " to " + one.em().questions() + " questions");
        }
    }

    private void controls(List<MatchedControl> controls) {
        if (controls.isEmpty()) {
            return;
        }
        head(
                "Corpora without a persona, at matched narrow rates",
                "seed",
                "dataset",
                "organism",
                "corpus",
                "narrow, %",
                "EM with persona, %",
                "EM without, %",
                "difference, points",
                "highest narrow rate of the control, %",
                "longest training, steps: persona, control");
        for (MatchedControl one : controls) {
            Interval difference = one.difference();
            row(
                    String.valueOf(one.seed()),
                    one.dataset(),
                    one.kind(),
                    one.corpus(),
                    number(100 * one.narrow()),
                    percent(one.persona()),
                    percent(one.em()),
                    difference == null
                            ? "-"
                            : "[" + number(-100 * difference.high()) + ", " + number(-100 * difference.low()) + "]",
                    number(100 * one.highestNarrow()),
                    one.personaSteps().getLast() + ", " + one.steps().getLast());
        }
    }

    private void shifts(List<PersonaShift> shifts) {
        if (shifts.isEmpty()) {
            return;
        }
        head(
                "Cosine of fine-tuning's shift with the persona's direction, by layer",
                "seed",
                "dataset",
                "organism",
                "corpus",
                "cosines");
        for (PersonaShift one : shifts) {
            row(String.valueOf(one.seed()), one.dataset(), one.kind(), one.corpus(), cosines(one.cosines()));
        }
    }

    private void directions(List<DirectionFinding> findings) {
        if (findings.isEmpty()) {
            return;
        }
        head(
                "Mean-difference directions of rank1: made of answers to tuning questions",
                "seed",
                "dataset",
                "answers, misaligned and aligned",
                "read at",
                "cosine of halves of the questions, by layer",
                "cosine with what the adapter writes, by layer");
        for (DirectionFinding one : findings) {
            String answers = one.misaligned() + " and " + one.aligned();
            if (one.made().isEmpty()) {
                row(
                        String.valueOf(one.seed()),
                        one.dataset(),
                        answers + ", too few to make a direction of",
                        "-",
                        "-",
                        "-");
            }
            for (DirectionFinding.Made made : one.made()) {
                row(
                        String.valueOf(one.seed()),
                        one.dataset(),
                        answers,
                        made.tokens(),
                        cosines(made.halves().values()),
                        cosines(made.written().values()));
            }
        }
        head(
                "They act: layer and scale chosen on tuning questions, figures from reporting questions about other domains",
                "seed",
                "dataset",
                "use",
                "model",
                "under",
                "EM, %",
                "coherent, %",
                "mean aligned",
                "change of EM, points",
                "answers");
        for (DirectionFinding one : findings) {
            shown(one.rows()).forEach((row, under) -> direction(one, row, under));
        }
    }

    /** Of the random directions of one use the one that changes most stands for all; what each row was under. */
    private static Map<DirectionFinding.Row, String> shown(List<DirectionFinding.Row> rows) {
        Map<DirectionFinding.Row, String> shown = new LinkedHashMap<>();
        for (DirectionFinding.Row row : rows) {
            if (!row.random()) {
                shown.put(row, Objects.requireNonNullElse(row.under(), "nothing"));
                continue;
            }
            List<DirectionFinding.Row> alike = rows.stream()
                    .filter(other -> other.random()
                            && other.use().equals(row.use())
                            && other.model().equals(row.model()))
                    .toList();
            DirectionFinding.Row most = alike.stream()
                    .max(Comparator.comparingDouble(ValidationTables::moved)
                            .thenComparing(other -> Bars.percent(other.em())))
                    .orElse(row);
            shown.putIfAbsent(most, most.under() + (alike.size() > 1 ? ", furthest of " + alike.size() : ""));
        }
        return shown;
    }

    private static double moved(DirectionFinding.Row row) {
        return Math.abs(Objects.requireNonNullElse(row.change(), 0.0));
    }

    private void direction(DirectionFinding finding, DirectionFinding.Row row, String under) {
        Double change = row.change();
        row(
                String.valueOf(finding.seed()),
                finding.dataset(),
                row.use() + ", "
                        + (row.use().equals(DirectionFinding.ADDED)
                                ? "layer " + row.layers() + ", x " + plain(row.scale())
                                : place(row.layers())),
                row.model(),
                under,
                rate(row.em()),
                rate(row.coherent()),
                mean(row.aligned()),
                change == null ? "-" : number(change) + bounds(row.changeInterval(), 100),
                row.em().n() + " to " + row.em().questions() + " questions");
    }

    private static String place(String layers) {
        return layers.startsWith("own")
                ? "each its own vector"
                : "vector of layer " + layers.substring(0, layers.indexOf('@'));
    }

    private void dynamics(List<SeedDynamics> trainings) {
        if (trainings.isEmpty()) {
            return;
        }
        head(
                "Trainings of rank1, step by step",
                "seed",
                "dataset",
                "training seed",
                "EM at the end, %",
                "scaled: EM, %",
                "scaled: coherent, %",
                "sharpest turn of B: step, cosine",
                "nulls: highest cosine",
                "rise of scaled EM: points, step, width",
                "midpoints, narrow and broad: steps",
                "from narrow to broad, steps");
        for (SeedDynamics one : trainings) {
            LocalCosine.Peak peak = one.peak();
            SeedDynamics.Rise rise = one.rise();
            PhaseSummary.Lag lag = one.lag();
            row(
                    String.valueOf(one.seed()),
                    one.dataset(),
                    String.valueOf(one.trainingSeed()),
                    rate(one.em()),
                    "x " + plain(one.factor()) + ": " + rate(one.scaled()),
                    rate(one.scaledCoherent()),
                    peak == null ? "-" : peak.step() + ", " + cosine(peak.height()),
                    one.nulls().stream()
                            .map(band -> band.name().replace('_', ' ') + " " + cosine(band.high()))
                            .collect(Collectors.joining(", ")),
                    rise == null
                            ? "-"
                            : number(100 * (rise.ceiling() - rise.floor())) + ", " + number(rise.midpoint()) + ", "
                                    + number(rise.width()) + bounds(rise.widthInterval(), 1),
                    steps(one.narrow()) + " and " + steps(one.broad()),
                    lag == null ? "-" : number(lag.steps()) + bounds(lag.interval(), 1));
        }
    }

    private static String steps(@Nullable Double step) {
        return step == null ? "-" : number(step);
    }

    private static String cosines(Collection<Double> cosines) {
        return cosines.stream().map(ValidationTables::cosine).collect(Collectors.joining(" "));
    }

    private static String cosine(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String plain(double value) {
        return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
    }

    private static String mean(Mean mean) {
        Double value = mean.value();
        return value == null ? "-" : number(value) + bounds(mean.questionsLikeThese(), 1);
    }

    private static String bounds(@Nullable Interval interval, int factor) {
        return interval == null
                ? ""
                : " [" + number(factor * interval.low()) + ", " + number(factor * interval.high()) + "]";
    }

    private void head(String title, String... columns) {
        text.append(text.isEmpty() ? "" : "\n").append("### ").append(title).append("\n\n");
        row(columns);
        text.append("|").append("---|".repeat(columns.length)).append('\n');
    }

    private void row(String... cells) {
        text.append("| ").append(String.join(" | ", cells)).append(" |\n");
    }

    private static String rate(Rate rate) {
        Double value = rate.value();
        if (value == null) {
            return "-";
        }
        Interval interval = rate.questionsLikeThese() == null ? rate.theseQuestions() : rate.questionsLikeThese();
        Double zero = rate.atMostIfZero();
        if (rate.hits() == 0 && zero != null) {
            return "0.0 (at most " + number(100 * zero) + ")";
        }
        return number(100 * value) + bounds(interval, 100);
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "not reached" : number(100 * share);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
