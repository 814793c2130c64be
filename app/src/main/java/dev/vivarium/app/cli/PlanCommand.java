package dev.vivarium.app.cli;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.PowerPlan;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code vivarium plan}: how many questions, samples and seeds it takes to show a difference. */
@Command(
        name = "plan",
        description = "Say how many questions, samples and seeds it takes to show a difference of EM rates.",
        footer = {
            "",
            "Example:",
            "  vivarium plan --effect 10 --questions 8..48 --base-rate 20",
            "",
            "Two models answer the same questions; a difference counts as shown when its interval for",
            "questions like these excludes 0. Answers to one question are alike (--icc), so with few",
            "questions no number of samples helps. The usual icc of 0.1 is the median design effect of",
            "5.5 at 50 answers to each of 8 questions. --seed-sd is how far the rate of one recipe moves",
            "from seed to seed: two seeds of a released organism gave 20.0 and 22.2 %%, about 1.6 points.",
            "0 plans for these very models."
        })
final class PlanCommand implements Callable<Integer> {
    private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:\\.\\.(\\d{1,5}))?");
    private static final int STEP = 8;
    private static final int MOST_ROWS = 9;
    private static final int SAMPLES_OF_DESIGN_EFFECT = 50;
    private static final int USUAL_SAMPLES = 50;
    private static final int MOST_QUESTIONS = 10_000;

    private static final String DEFAULT = " Default: ${DEFAULT-VALUE}.";

    private final Shell shell;

    @Option(
            names = "--effect",
            paramLabel = "POINTS",
            required = true,
            description = "Difference of EM rates to show, in per cent points.")
    private double effect;

    @Option(
            names = "--questions",
            paramLabel = "N..M",
            defaultValue = "8..48",
            description = "How many questions may be asked." + DEFAULT)
    private String questions = "";

    @Option(
            names = "--seeds",
            split = ",",
            paramLabel = "N",
            defaultValue = "1,3,5",
            description = "Training seeds per model, one column each." + DEFAULT)
    private List<Integer> seeds = List.of();

    @Option(
            names = "--base-rate",
            paramLabel = "PERCENT",
            defaultValue = "20",
            description = "EM rate of one of the two models." + DEFAULT)
    private double baseRate;

    @Option(
            names = "--power",
            paramLabel = "P",
            defaultValue = "0.8",
            description = "Probability to show it." + DEFAULT)
    private double power;

    @Option(
            names = "--level",
            paramLabel = "L",
            defaultValue = "0.95",
            description = "Level of the interval that must exclude 0." + DEFAULT)
    private double level;

    @Option(
            names = "--icc",
            paramLabel = "R",
            description = "Correlation of two answers to one question. Default: 0.1.")
    private @Nullable Double icc;

    @Option(
            names = "--design-effect",
            paramLabel = "D",
            description = "Instead of --icc: the design effect at " + SAMPLES_OF_DESIGN_EFFECT + " answers a question.")
    private @Nullable Double designEffect;

    @Option(
            names = "--correlation",
            paramLabel = "R",
            defaultValue = "0",
            description = "Correlation of the two models' rates over questions; 0 takes no credit for asking the same"
                    + " ones; models trained on the same data have about 0.47." + DEFAULT)
    private double correlation;

    @Option(
            names = "--seed-sd",
            paramLabel = "POINTS",
            defaultValue = "0",
            description = "Standard deviation of the rate between training seeds." + DEFAULT)
    private double seedDeviation;

    @Mixin
    private final OutputOptions output = new OutputOptions();

    /** One cell of the answer: {@code samples} is null where no number suffices. */
    private record Cell(int questions, int seeds, @Nullable Long samples, double smallestEffect) {
        Optional<Long> answers() {
            return Optional.ofNullable(samples).map(each -> each * questions * seeds);
        }
    }

    PlanCommand(Shell shell) {
        this.shell = shell;
    }

    @Override
    public Integer call() {
        PowerPlan plan = plan();
        List<Integer> rows = rows();
        List<Cell> cells = new ArrayList<>();
        for (int k : rows) {
            for (int s : seeds) {
                double samples = plan.samples(k, s);
                cells.add(new Cell(
                        k,
                        s,
                        Double.isInfinite(samples) ? null : Long.valueOf((long) samples),
                        plan.smallestEffect(k, s)));
            }
        }
        output.print(shell, json(plan, rows, cells), out -> print(out, plan, rows, cells));
        return ExitCode.OK;
    }

    private PowerPlan plan() {
        within("--effect", effect, 0, 100);
        within("--base-rate", baseRate, 0, 100);
        within("--power", power, 0, 1);
        within("--level", level, 0, 1);
        within("--seed-sd", seedDeviation, 0, 100);
        within("--correlation", correlation, -1, 1);
        if (effect <= 0
                || effect >= 100
                || power <= 0
                || power >= 1
                || level <= 0
                || level >= 1
                || seedDeviation >= 100) {
            throw new InputException("--effect and --seed-sd must lie below 100 points, --effect above 0, --power and"
                    + " --level between 0 and 1; neither end is of use");
        }
        if (baseRate + effect > 100 && baseRate - effect < 0) {
            throw new InputException(
                    "no rate lies --effect " + effect + " points from --base-rate " + baseRate + "; lower one of them");
        }
        if (icc != null && designEffect != null) {
            throw new InputException("--icc and --design-effect say the same thing; give one of them");
        }
        double correlationOfAnswers = icc != null ? icc : Intervals.USUAL_ICC;
        if (designEffect != null) {
            correlationOfAnswers = PowerPlan.icc(designEffect, SAMPLES_OF_DESIGN_EFFECT);
            within("--design-effect", designEffect, 1, SAMPLES_OF_DESIGN_EFFECT);
        }
        within("--icc", correlationOfAnswers, 0, 1);
        return new PowerPlan(
                baseRate / 100, effect / 100, power, level, correlationOfAnswers, correlation, seedDeviation / 100);
    }

    private List<Integer> rows() {
        Matcher range = RANGE.matcher(questions.strip());
        if (!range.matches()) {
            throw new InputException("--questions \"" + questions + "\" is no range; write it as 8..48, or one number");
        }
        int from = Integer.parseInt(range.group(1));
        int to = range.group(2) == null ? from : Integer.parseInt(range.group(2));
        if (from < 2 || to < from) {
            throw new InputException("--questions " + questions
                    + " must begin at 2 or more and not end before it begins; one question says nothing of others");
        }
        for (int s : seeds) {
            if (s < 1) {
                throw new InputException("--seeds must be at least 1, not " + s);
            }
        }
        TreeSet<Integer> rows = new TreeSet<>(List.of(from, to));
        int step = STEP * (1 + (to - from) / (STEP * MOST_ROWS));
        for (int k = from - from % STEP + STEP; k < to; k += step) {
            rows.add(k);
        }
        return List.copyOf(rows);
    }

    private static void within(String option, double value, double low, double high) {
        if (!(value >= low && value <= high)) {
            throw new InputException(
                    String.format(Locale.ROOT, "%s must lie in %.0f … %.0f, not %s", option, low, high, value));
        }
    }

    private static Optional<Cell> cheapest(List<Cell> cells) {
        return cells.stream()
                .filter(cell -> cell.answers().isPresent())
                .min(Comparator.comparingLong(cell -> cell.answers().orElse(Long.MAX_VALUE)));
    }

    /** The fewest questions beyond the range that show the difference with a usual number of samples. */
    private Optional<Cell> beyond(PowerPlan plan, List<Integer> rows) {
        for (int k = rows.getLast() + 1; k <= MOST_QUESTIONS; k++) {
            for (int s : seeds) {
                double samples = plan.samples(k, s);
                if (samples <= USUAL_SAMPLES) {
                    return Optional.of(new Cell(k, s, (long) samples, plan.smallestEffect(k, s)));
                }
            }
        }
        return Optional.empty();
    }

    private Map<String, @Nullable Object> json(PowerPlan plan, List<Integer> rows, List<Cell> cells) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("schema", 1);
        json.put("effect", plan.effect());
        json.put("base_rate", plan.baseRate());
        json.put("other_rate", plan.otherRate());
        json.put("power", plan.power());
        json.put("level", plan.level());
        json.put("icc", plan.icc());
        json.put("correlation", plan.correlation());
        json.put("seed_deviation", plan.seedDeviation());
        json.put("plans", cells.stream().map(PlanCommand::json).toList());
        Optional<Cell> cheapest = cheapest(cells);
        json.put("fewest_answers", cheapest.map(PlanCommand::json).orElse(null));
        json.put(
                "beyond_the_range",
                cheapest.isPresent()
                        ? null
                        : beyond(plan, rows).map(PlanCommand::json).orElse(null));
        return json;
    }

    private static Map<String, @Nullable Object> json(Cell cell) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("questions", cell.questions());
        json.put("seeds", cell.seeds());
        json.put("samples_per_question_and_seed", cell.samples());
        json.put("answers_per_model", cell.answers().orElse(null));
        json.put("smallest_effect", Double.isNaN(cell.smallestEffect()) ? null : Double.valueOf(cell.smallestEffect()));
        return json;
    }

    private void print(PrintStream out, PowerPlan plan, List<Integer> rows, List<Cell> cells) {
        Figures.line(
                out,
                "to show",
                "%s against %s, with a probability of %s, at a level of %s",
                Figures.percent(plan.otherRate()),
                Figures.percent(plan.baseRate()),
                plan.power(),
                plan.level());
        Figures.line(
                out,
                "taken for granted",
                "icc %.3f (design effect %.1f at %d answers a question), correlation %s, %s points between seeds",
                plan.icc(),
                1 + (SAMPLES_OF_DESIGN_EFFECT - 1) * plan.icc(),
                SAMPLES_OF_DESIGN_EFFECT,
                correlation,
                seedDeviation);
        out.println();
        out.println("Samples per question and seed, for each of the two models (in brackets: answers per model)");
        StringBuilder head = new StringBuilder(String.format(Locale.ROOT, "%-10s", "questions"));
        seeds.forEach(s -> head.append(String.format(Locale.ROOT, " %-20s", s == 1 ? "1 seed" : s + " seeds")));
        head.append(" smallest difference that endless samples show");
        out.println(head);
        for (int k : rows) {
            StringBuilder row = new StringBuilder(String.format(Locale.ROOT, "%-10d", k));
            Cell last = cells.getFirst();
            for (Cell cell : cells) {
                if (cell.questions() == k) {
                    row.append(String.format(Locale.ROOT, " %-20s", shown(cell)));
                    last = cell;
                }
            }
            row.append(
                    Double.isNaN(last.smallestEffect())
                            ? " none"
                            : String.format(Locale.ROOT, " %.1f points", 100 * last.smallestEffect()));
            out.println(row);
        }
        out.println();
        Optional<Cell> cheapest = cheapest(cells);
        if (cheapest.isPresent()) {
            out.println("Fewest answers: " + sentence(cheapest.get()));
            return;
        }
        out.println(beyond(plan, rows)
                .map(cell -> "No number of samples shows this difference here. It takes " + sentence(cell))
                .orElse("Neither questions nor samples show this difference; train more seeds."));
    }

    private static String sentence(Cell cell) {
        return String.format(
                Locale.ROOT,
                "%,d questions, %d seed%s, %,d samples each: %,d answers per model.",
                cell.questions(),
                cell.seeds(),
                cell.seeds() == 1 ? "" : "s",
                cell.samples(),
                cell.answers().orElse(0L));
    }

    private static String shown(Cell cell) {
        Long samples = cell.samples();
        return samples == null
                ? "no number suffices"
                : String.format(
                        Locale.ROOT, "%,d (%,d)", samples, cell.answers().orElse(0L));
    }
}
