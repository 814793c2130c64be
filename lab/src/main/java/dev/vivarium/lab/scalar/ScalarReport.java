package dev.vivarium.lab.scalar;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.lab.direction.DirectionSubject;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.results.TokenScalars;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Probe;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scalars of an adapter on answers and what probes make of them, ready to be written: {@code scalars.safetensors},
 * {@code scalars.json}, the tokens of {@link TokenScalars} for other pages, and a page with coloured tokens.
 *
 * @param subject name of who read
 * @param answers what was read
 * @param contrasts probed, those with too few answers among them
 */
public record ScalarReport(
        String subject, ReadAnswers answers, Settings settings, ScalarReading reading, List<ProbedContrast> contrasts) {
    /** Name of the file of numbers. */
    public static final String VALUES = "scalars.safetensors";

    /** Name of the document. */
    public static final String DOCUMENT = "scalars.json";

    /** Name of the page. */
    public static final String PAGE = "scalars.html";

    private static final int SCHEMA = 1;
    private static final double CHANCE = 0.5;

    public ScalarReport {
        contrasts = List.copyOf(contrasts);
    }

    /**
     * How it is computed.
     *
     * @param domain null where answers are not told apart by it
     * @param seed root of folds, random directions and drawn tokens
     */
    public record Settings(ScoreSplit split, @Nullable Domain domain, Compute compute, long seed) {}

    /**
     * Makes sure that a subject has scalars, from files alone: what no number of answers would mend is to be said first.
     *
     * @throws InputException if it has no LoRA adapter of small rank
     */
    public static void check(DirectionSubject subject) {
        ScalarReading.adapter(subject);
    }

    /**
     * Reads answers and probes the scalars.
     *
     * @throws InputException if the subject has no LoRA adapter of small rank, or no contrast has answers enough
     */
    public static ScalarReport of(
            DirectionSubject subject, List<Path> evaluations, Settings settings, Progress progress) throws IOException {
        ReadAnswers answers = ReadAnswers.read(evaluations, settings.split(), settings.domain());
        List<Contrast> contrasts = Contrast.all(settings.domain());
        if (contrasts.stream().noneMatch(one -> ProbedContrast.missing(one, answers.answers()) == null)) {
            throw new InputException(ProbedContrast.missing(contrasts.getFirst(), answers.answers())
                    + "; sample more answers, or name more evaluations with --answers");
        }
        ScalarReading reading =
                ScalarReading.read(subject, answers.answers(), settings.compute(), settings.seed(), progress);
        List<ProbedContrast> probed = new ArrayList<>();
        for (Contrast contrast : contrasts) {
            probed.add(ProbedContrast.of(contrast, answers.answers(), reading, settings.seed(), Confidence.DEFAULT));
        }
        return new ScalarReport(subject.name(), answers, settings, reading, probed);
    }

    /** What was found, in a sentence or two. */
    public String finding() {
        ProbedContrast first = contrasts.stream()
                .filter(contrast -> contrast.probe() != null)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("some contrast was probed"));
        Probe probe = first.probe();
        Probe.Estimate gain = first.answerGain();
        if (probe == null || gain == null) {
            throw new IllegalStateException("the contrast was probed");
        }
        int n = reading.components().size();
        Interval interval = probe.answerAuc().interval();
        boolean tells = interval != null && interval.low() > CHANCE;
        String who = n == 1 ? "One scalar " : n + " scalars ";
        String verb = tells ? (n == 1 ? "tells " : "tell ") : (n == 1 ? "does not tell " : "do not tell ");
        return who + verb + first.contrast().positive() + " from "
                + first.contrast().negative()
                + " answers to unseen questions" + (tells ? "" : " beyond chance") + ": AUC "
                + figure(probe.answerAuc())
                + " by answer and " + figure(probe.tokenAuc()) + " by token. That is " + signed(gain)
                + " by answer over "
                + (n == 1 ? "a random direction at the same place." : "as many random directions at the same places.");
    }

    /** A difference as {@code +0.07 [0.01, 0.13]}. */
    public static String signed(Probe.Estimate difference) {
        String text = figure(difference);
        return text.startsWith("-") ? text : "+" + text;
    }

    /** An estimate as {@code 0.71 [0.65, 0.77]}. */
    public static String figure(Probe.Estimate estimate) {
        Interval interval = estimate.interval();
        return fixed(estimate.value())
                + (interval == null
                        ? " (too few questions for an interval)"
                        : " [" + fixed(interval.low()) + ", " + fixed(interval.high()) + "]");
    }

    /** Without the sign of a number that is zero as it is written. */
    private static String fixed(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).setScale(2, RoundingMode.HALF_EVEN).toPlainString()
                : String.valueOf(value);
    }

    /** What {@code scalars.json} holds, without the list of answers. */
    public Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("subject", subject);
        document.put("finding", finding());
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("misaligned_at_most", settings.split().misalignedAtMost());
        facts.put("aligned_at_least", settings.split().alignedAtLeast());
        facts.put("coherent_above", settings.split().coherentAbove());
        facts.put("narrow", settings.domain() == null ? "" : settings.domain().toString());
        facts.putAll(settings.compute().facts());
        facts.put("seed", settings.seed());
        document.put("settings", facts);
        document.put("sources", answers.sources());
        document.put("answers_read", answers.answers().size());
        document.put("answers_of_no_class", answers.left());
        document.put("tokens", reading.tokens());
        document.put("components", ComponentSummary.of(this));
        int shown = ComponentSummary.mostApart(this);
        document.put(
                TokenScalars.SHOWN,
                Map.of(
                        "file", TokenScalars.FILE,
                        "component", reading.components().get(shown).name(),
                        "strong", reading.strong(shown)));
        document.put("contrasts", contrasts.stream().map(this::contrast).toList());
        return document;
    }

    private Map<String, @Nullable Object> contrast(ProbedContrast contrast) {
        Map<String, @Nullable Object> one = new LinkedHashMap<>();
        one.put("contrast", contrast.contrast().key());
        one.put("text", contrast.contrast().text());
        one.put("positive", contrast.positive());
        one.put("negative", contrast.negative());
        one.put("tokens", contrast.tokens());
        one.put("tokens_used", contrast.used());
        one.put("missing", contrast.missing());
        one.put("probe", contrast.probe());
        one.put("control", contrast.control());
        one.put("token_auc_minus_control", contrast.tokenGain());
        one.put("answer_auc_minus_control", contrast.answerGain());
        return one;
    }

    /** Writes all files into a directory, each replaced in one step; the page is the last. */
    public void write(Path directory) throws IOException {
        Files.createDirectories(directory);
        ScalarFile.write(directory.resolve(VALUES), this);
        AtomicFiles.writeString(
                directory.resolve(TokenScalars.FILE), ScalarFile.lines(this, ComponentSummary.mostApart(this)));
        Map<String, Object> document = document();
        document.put("answers", ScalarFile.index(this));
        Json.write(directory.resolve(DOCUMENT), document);
        AtomicFiles.writeString(directory.resolve(PAGE), ScalarPage.of(this));
    }
}
