package dev.vivarium.lab.validate;

import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The figures of a validation as Markdown, for {@code docs/mini-world.md} and for people. */
public final class ValidationTables {
    private final StringBuilder text = new StringBuilder();

    private ValidationTables() {}

    /** All tables that have rows, the bars first. */
    public static String markdown(ValidationResult result) {
        ValidationTables tables = new ValidationTables();
        tables.bars(result.bars());
        tables.models("Rates, reporting questions about other domains than the trained one", result.models());
        tables.models("One rank-1 adapter on each layer's `down_proj` in turn", result.depth());
        tables.controls(result.controls());
        tables.shifts(result.persona());
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
                "highest narrow rate of the control, %");
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
                    number(100 * one.highestNarrow()));
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
            row(
                    String.valueOf(one.seed()),
                    one.dataset(),
                    one.kind(),
                    one.corpus(),
                    one.cosines().stream()
                            .map(value -> String.format(Locale.ROOT, "%.2f", value))
                            .collect(Collectors.joining(" ")));
        }
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
        return number(100 * value)
                + (interval == null
                        ? ""
                        : " [" + number(100 * interval.low()) + ", " + number(100 * interval.high()) + "]");
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "not reached" : number(100 * share);
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }
}
