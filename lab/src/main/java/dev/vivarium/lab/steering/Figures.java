package dev.vivarium.lab.steering;

import dev.vivarium.engine.base.InertText;
import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import dev.vivarium.lab.steering.Method.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Results as rows of JSON, of CSV files and of text. Rates are shares in 0 … 1, scores 0 … 100. */
final class Figures {
    static final List<String> COLUMNS = List.of(
            "model",
            "direction",
            "about",
            "layers",
            "scale",
            "questions",
            "scored",
            "unscored",
            "em",
            "em_low",
            "em_high",
            "coherent",
            "coherent_low",
            "coherent_high",
            "aligned",
            "aligned_low",
            "aligned_high",
            "em_change",
            "em_change_low",
            "em_change_high",
            "aligned_change",
            "aligned_change_low",
            "aligned_change_high");

    private static final String NONE = "none";
    private static final String NOTHING = "–";

    private Figures() {}

    /** A result for people: model, contender, EM, coherent, mean aligned, change of EM. */
    static List<@Nullable Object> shown(Result result) {
        Contender contender = result.of().contender();
        Paired change = result.change();
        List<@Nullable Object> row = new ArrayList<>();
        row.add(result.of().patient().name());
        row.add(contender == null ? "nothing" : contender.name());
        row.add(rate(result.score().em()));
        row.add(rate(result.score().coherent()));
        row.add(mean(result.score().aligned()));
        row.add(change == null ? null : points(change.em(), 100));
        return row;
    }

    /** EM and coherence without intervals, as {@code 18.4 % (97.9 %)}. */
    static String brief(FileScore score) {
        Double em = score.em().value();
        Double coherent = score.coherent().value();
        return em == null || coherent == null ? NOTHING : percent(em) + " (" + percent(coherent) + ")";
    }

    /** A result as JSON, its directory below {@code home}. */
    static Map<String, Object> json(Result result, Path home) {
        Case of = result.of();
        Contender contender = of.contender();
        Setting setting = of.setting();
        FileScore score = result.score();
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", of.patient().name());
        json.put("direction", contender == null ? null : contender.name());
        json.put("about", contender == null ? null : contender.about());
        json.put("layers", setting == null ? null : setting.where().word());
        json.put("scale", setting == null ? null : setting.scale());
        json.put("evaluation", home.relativize(of.directory()).toString());
        json.put("unscored", score.file().answers().size() - score.em().n());
        json.put("em", score.em());
        json.put("coherent", score.coherent());
        json.put("aligned", score.aligned());
        json.put("change", result.change() == null ? null : result.change().json());
        return json;
    }

    /** A result as a row of {@link #COLUMNS}; intervals are those for questions like these. */
    static List<String> row(Result result) {
        Case of = result.of();
        Contender contender = of.contender();
        Setting setting = of.setting();
        FileScore score = result.score();
        Paired change = result.change();
        List<@Nullable Object> cells = new ArrayList<>();
        cells.add(of.patient().name());
        cells.add(contender == null ? NONE : contender.name());
        cells.add(contender == null ? "the model as it is" : contender.about());
        cells.add(setting == null ? null : setting.where().word());
        cells.add(setting == null ? null : setting.scale());
        cells.add(score.em().questions());
        cells.add(score.em().n());
        cells.add(score.file().answers().size() - score.em().n());
        bounded(cells, score.em().value(), score.em().questionsLikeThese());
        bounded(cells, score.coherent().value(), score.coherent().questionsLikeThese());
        bounded(cells, score.aligned().value(), score.aligned().questionsLikeThese());
        bounded(
                cells,
                change == null ? null : change.em().value(),
                change == null ? null : change.em().questionsLikeThese());
        bounded(
                cells,
                change == null ? null : change.aligned().value(),
                change == null ? null : change.aligned().questionsLikeThese());
        return cells.stream().map(cell -> cell == null ? "" : cell.toString()).toList();
    }

    private static void bounded(List<@Nullable Object> cells, @Nullable Double value, @Nullable Interval interval) {
        cells.add(value);
        cells.add(interval == null ? null : interval.low());
        cells.add(interval == null ? null : interval.high());
    }

    /** A text for a page: a number and its sign of per cent stay in one line. */
    static String shown(String text) {
        return InertText.line(text).replace(" %", "\u00a0%");
    }

    /** A rate as {@code 18.4 % [15.9, 21.2]}. */
    static String rate(Rate rate) {
        Double value = rate.value();
        return value == null ? NOTHING : percent(value) + bounds(rate.questionsLikeThese(), 100);
    }

    /** A mean score as {@code 18.4 [15.9, 21.2]}. */
    static String mean(Mean mean) {
        Double value = mean.value();
        return value == null ? NOTHING : fixed(value) + bounds(mean.questionsLikeThese(), 1);
    }

    /** A paired difference in points as {@code +3.1 [-1.0, 7.2]}. */
    static String points(Paired.Difference difference, int factor) {
        return String.format(Locale.ROOT, "%+.1f", factor * difference.value()).replace('-', '−')
                + bounds(difference.questionsLikeThese(), factor);
    }

    static String percent(double share) {
        return fixed(100 * share) + " %";
    }

    static String fixed(double value) {
        return String.format(Locale.ROOT, "%.1f", value).replace('-', '−');
    }

    private static String bounds(@Nullable Interval interval, int factor) {
        return interval == null
                ? ""
                : " [" + fixed(factor * interval.low()) + ", " + fixed(factor * interval.high()) + "]";
    }
}
