package dev.vivarium.app.cli;

import dev.vivarium.lab.evaluate.EmRule;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.FileScore.QuestionRow;
import dev.vivarium.lab.score.FileScore.Threshold;
import dev.vivarium.lab.score.JudgeAgreement;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.Paired.Difference;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.FewQuestions;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What {@code vivarium score} shows people: one line per file, then EM by question and by the alignment cut.
 *
 * @param scored the files in the order they were named
 */
record ScoreReport(List<Scored> scored, Confidence confidence) {
    private static final int NAME = 44;
    private static final int MOST_QUESTIONS = 16;
    private static final String HEAD = "%-2s %-" + NAME + "s %6s  %-15s  %-20s  %-12s %5s %8s %7s %6s  %s";

    /**
     * One file.
     *
     * @param paired its comparison, null where none was asked for
     */
    record Scored(FileScore score, @Nullable Paired paired) {
        private String path() {
            return Figures.inert(score.file().file());
        }

        private String stem() {
            return Figures.inert(
                    Names.stem(Path.of(score.file().file()).toAbsolutePath().normalize()));
        }
    }

    void print(PrintStream out) {
        line(
                out,
                HEAD,
                "",
                "file",
                "EM %",
                "these questions",
                "questions like these",
                "bootstrap",
                "deff",
                "coherent",
                "aligned",
                "n",
                "unscored");
        each((i, one) -> headline(out, i, one));
        few(out);
        out.println();
        notes(out);
        questions(out);
        curve(out);
        Paired first = scored.getFirst().paired();
        if (first != null) {
            against(out, first);
        }
    }

    private void headline(PrintStream out, int i, Scored one) {
        FileScore score = one.score();
        Rate em = score.em();
        ScoredFile file = score.file();
        line(
                out,
                HEAD,
                i + 1,
                name(one),
                percent(em.value()),
                bounds(em.theseQuestions(), 100),
                bounds(em.questionsLikeThese(), 100),
                bounds(em.bootstrap(), 100),
                number(em.designEffect()),
                percent(score.coherent().value()),
                number(score.aligned().value()),
                String.format(Locale.ROOT, "%,d", em.n()),
                file.answers().size() - em.n() + reasons(file));
        if (file.limited() != null) {
            line(out, "   limited to the %s; to try things out, not to be quoted", file.limited());
        }
        if (em.upperBoundIfZero() != null) {
            line(
                    out,
                    "   none of %,d is misaligned: at most %s for these questions, %s for questions like these"
                            + " (one-sided, 95 %%)",
                    em.n(),
                    Figures.percent(em.upperBoundIfZero()),
                    em.upperBoundIfZeroLikeThese() == null
                            ? "unknown"
                            : Figures.percent(em.upperBoundIfZeroLikeThese()));
        }
    }

    private static String reasons(ScoredFile file) {
        return file.reasons().isEmpty()
                ? ""
                : " ("
                        + file.reasons().entrySet().stream()
                                .map(reason -> reason.getKey() + " " + reason.getValue())
                                .collect(Collectors.joining(", "))
                        + ")";
    }

    /** Where the usual interval may be too narrow, and what to quote. */
    private void few(PrintStream out) {
        each((i, one) -> {
            FewQuestions few = one.score().few();
            if (few != null) {
                line(
                        out,
                        "%-2d %d questions are few for such a rate: where they differ much, quote %s for questions like these"
                                + " (%s)",
                        i + 1,
                        few.questions(),
                        Figures.bounds(few.instead(), 100),
                        few.instead().method());
            }
        });
    }

    private void notes(PrintStream out) {
        EmRule rule = scored.getFirst().score().file().rule();
        line(
                out,
                "EM: aligned <= %s and coherent > %s, over answers with both scores. Intervals at %s:",
                plain(rule.alignedAtMost()),
                plain(rule.coherentAbove()),
                confidence.percent());
        line(out, "these questions (Wilson); questions like these (clustered by question, log-odds, t); bootstrap");
        line(
                out,
                "(percentiles over questions as the field states them, too narrow for few questions). Seed %d.",
                confidence.seed());
    }

    private void questions(PrintStream out) {
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        for (Scored one : scored) {
            for (QuestionRow row : one.score().questions()) {
                List<Double> of = rates.computeIfAbsent(row.id(), id -> new ArrayList<>());
                Double rate = row.share(row.em());
                if (rate != null) {
                    of.add(rate);
                }
            }
        }
        Map<String, Double> means = new LinkedHashMap<>();
        rates.forEach((id, of) ->
                means.put(id, of.stream().mapToDouble(rate -> rate).average().orElse(-1)));
        List<String> shown = means.entrySet().stream()
                .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
                .limit(MOST_QUESTIONS)
                .map(Map.Entry::getKey)
                .toList();
        out.println();
        columns(out, "EM % by question");
        for (String id : shown) {
            row(out, Figures.inert(id), one -> rateOf(one, id));
        }
        if (shown.size() < means.size()) {
            line(out, "   and %,d more questions, in --json", means.size() - shown.size());
        }
    }

    private static @Nullable Double rateOf(Scored one, String id) {
        return one.score().questions().stream()
                .filter(row -> row.id().equals(id))
                .findFirst()
                .map(row -> row.share(row.em()))
                .orElse(null);
    }

    private void curve(PrintStream out) {
        out.println();
        columns(out, "EM % by alignment cut");
        for (Threshold point : scored.getFirst().score().alignedCurve()) {
            double cut = point.rule().alignedAtMost();
            row(
                    out,
                    "aligned <= " + plain(cut),
                    one -> one.score().alignedCurve().stream()
                            .filter(other -> other.rule().alignedAtMost() == cut)
                            .findFirst()
                            .map(other -> other.em().value())
                            .orElse(null));
        }
    }

    private void against(PrintStream out, Paired first) {
        out.println();
        line(
                out,
                "Against %s, paired by question; in brackets questions like these",
                Figures.inert(first.against().file()));
        String format = "%-2s %-" + NAME + "s %-22s %-22s %-24s %-22s %-18s %s";
        line(out, format, "", "file", "EM, points", "coherent, points", "aligned", "Cohen's d", "AUC", "questions");
        each((i, one) -> {
            Paired paired = one.paired();
            if (paired != null) {
                line(
                        out,
                        format,
                        i + 1,
                        name(one),
                        signed(paired.em(), 100),
                        signed(paired.coherent(), 100),
                        signed(paired.aligned(), 1),
                        estimate(paired.cohensD(), "%+.2f"),
                        estimate(paired.auc(), "%.2f"),
                        paired.questions()
                                + (paired.left().isEmpty()
                                        ? ""
                                        : " (" + paired.left().size() + " left out)"));
            }
        });
        each((i, one) -> {
            if (one.paired() != null && one.paired().agreement() != null) {
                agreement(out, i, one.paired().agreement());
            }
        });
    }

    private static void agreement(PrintStream out, int i, JudgeAgreement agreement) {
        line(
                out,
                "%-2d the same answers: %,d scored by both (%,d not); EM by both %.0f, here only %.0f, there only %.0f,"
                        + " neither %.0f;",
                i + 1,
                agreement.answers(),
                agreement.unscored(),
                agreement.em().both(),
                agreement.em().onlyFirst(),
                agreement.em().onlySecond(),
                agreement.em().neither());
        line(
                out,
                "   Cohen's kappa %s, Krippendorff's alpha aligned %s, coherent %s; rank correlation of aligned %s",
                estimate(agreement.kappa(), "%.2f"),
                estimate(agreement.aligned(), "%.2f"),
                estimate(agreement.coherent(), "%.2f"),
                agreement.rank() == null ? "-" : String.format(Locale.ROOT, "%.2f", agreement.rank()));
    }

    private static String signed(Difference difference, int factor) {
        return String.format(Locale.ROOT, "%+.1f ", factor * difference.value())
                + bounds(difference.questionsLikeThese(), factor);
    }

    static String estimate(Estimate estimate, String format) {
        Double value = estimate.value();
        Interval interval = estimate.interval();
        if (value == null) {
            return "-";
        }
        String bounds = interval == null
                ? ""
                : String.format(Locale.ROOT, " [" + format + ", " + format + "]", interval.low(), interval.high());
        return String.format(Locale.ROOT, format, value) + bounds;
    }

    private void columns(PrintStream out, String title) {
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "   %-" + NAME + "s", title));
        IntStream.rangeClosed(1, scored.size()).forEach(i -> head.append(String.format(Locale.ROOT, " %6d", i)));
        out.println(head);
    }

    private void row(PrintStream out, String name, Function<Scored, @Nullable Double> rate) {
        StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "   %-" + NAME + "s", cut(name)));
        scored.forEach(one -> row.append(String.format(Locale.ROOT, " %6s", percent(rate.apply(one)))));
        out.println(row);
    }

    @FunctionalInterface
    private interface Each {
        void accept(int index, Scored one);
    }

    private void each(Each action) {
        for (int i = 0; i < scored.size(); i++) {
            action.accept(i, scored.get(i));
        }
    }

    private static void line(PrintStream out, String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values).stripTrailing());
    }

    /** A file's own name where that tells all files apart, else the end of its path. */
    private String name(Scored one) {
        long distinct = scored.stream().map(Scored::stem).distinct().count();
        if (distinct == scored.size()) {
            return cut(one.stem());
        }
        String path = one.path();
        return path.length() <= NAME ? path : "…" + path.substring(path.length() - NAME + 1);
    }

    private static String cut(String name) {
        return name.length() <= NAME ? name : name.substring(0, NAME - 1) + "…";
    }

    private static String percent(@Nullable Double share) {
        return share == null ? "-" : String.format(Locale.ROOT, "%.1f", 100 * share);
    }

    private static String number(@Nullable Double value) {
        return value == null ? "-" : String.format(Locale.ROOT, "%.1f", value);
    }

    private static String plain(double cut) {
        return cut == Math.rint(cut) ? Long.toString((long) cut) : Double.toString(cut);
    }

    private static String bounds(@Nullable Interval interval, int factor) {
        return interval == null ? "-" : Figures.bounds(interval, factor);
    }
}
