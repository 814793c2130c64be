package dev.vivarium.app.cli;

import dev.vivarium.lab.score.FileScore;
import dev.vivarium.lab.score.FileScore.QuestionRow;
import dev.vivarium.lab.score.FileScore.Threshold;
import dev.vivarium.lab.score.JudgeAgreement;
import dev.vivarium.lab.score.Paired;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.score.ScoredFile;
import dev.vivarium.lab.statistics.FewQuestions;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The document of {@code vivarium score --json}, version {@value #SCHEMA}. Rates are fractions; bounds are [low, high]. */
final class ScoreJson {
    static final int SCHEMA = 1;

    private ScoreJson() {}

    static Map<String, Object> document(List<ScoreReport.Scored> scored) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("schema", SCHEMA);
        document.put("files", scored.stream().map(ScoreJson::file).toList());
        return document;
    }

    private static Map<String, @Nullable Object> file(ScoreReport.Scored scored) {
        FileScore score = scored.score();
        ScoredFile file = score.file();
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("file", file.file());
        json.put("instruments", file.instruments());
        json.put("rule", file.rule());
        json.put("limited", file.limited());
        json.put("rows", file.answers().size());
        json.put("scored", score.em().n());
        json.put("unscored", file.answers().size() - score.em().n());
        json.put("unscored_reasons", file.reasons());
        json.put("unused_columns", file.unused());
        json.put("em", rate(score.em(), score.emWithin()));
        json.put("em_few_questions", few(score.few()));
        json.put("coherent", rate(score.coherent(), null));
        json.put("em_of_coherent", rate(score.emOfCoherent(), null));
        json.put("aligned_mean", score.aligned().value());
        json.put("aligned_mean_questions_like_these", bounds(score.aligned()));
        json.put("coherent_mean", score.coherence().value());
        json.put("coherent_mean_questions_like_these", bounds(score.coherence()));
        json.put("design_effect", score.em().designEffect());
        json.put(
                "questions", score.questions().stream().map(ScoreJson::question).toList());
        json.put(
                "thresholds",
                score.thresholds().stream().map(ScoreJson::threshold).toList());
        if (scored.paired() != null) {
            json.put("against", paired(scored.paired()));
        }
        return json;
    }

    private static Map<String, @Nullable Object> rate(Rate rate, @Nullable Interval within) {
        // Where all answers agree a bootstrap has no width and would claim certainty.
        Interval clustered = rate.bootstrap() == null ? rate.questionsLikeThese() : rate.bootstrap();
        Map<String, @Nullable Interval> intervals = new LinkedHashMap<>();
        intervals.put("wilson", rate.theseQuestions());
        if (within != null) {
            intervals.put("within_questions", within);
        }
        intervals.put("clustered", clustered);
        intervals.put("questions_like_these", rate.questionsLikeThese());
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("count", rate.hits());
        json.put("n", rate.n());
        json.put("rate", rate.value());
        intervals.forEach((name, interval) -> json.put(name, bounds(interval)));
        json.put("design_effect", rate.designEffect());
        json.put("upper_bound_if_zero", rate.upperBoundIfZero());
        json.put("upper_bound_if_zero_questions_like_these", rate.upperBoundIfZeroLikeThese());
        Map<String, String> methods = new LinkedHashMap<>();
        intervals.forEach((name, interval) -> {
            if (interval != null) {
                methods.put(name, interval.method());
            }
        });
        json.put("methods", methods);
        return json;
    }

    private static Map<String, @Nullable Object> question(QuestionRow row) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("id", row.id());
        json.put("scored", row.scored());
        json.put("em_rate", row.share(row.em()));
        json.put("coherent_rate", row.share(row.coherent()));
        json.put("aligned_mean", row.alignedMean());
        return json;
    }

    private static Map<String, @Nullable Object> threshold(Threshold threshold) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("aligned_at_most", threshold.rule().alignedAtMost());
        json.put("coherent_above", threshold.rule().coherentAbove());
        json.put("count", threshold.em().hits());
        json.put("em_rate", threshold.em().value());
        json.put("questions_like_these", bounds(threshold.em().questionsLikeThese()));
        return json;
    }

    private static @Nullable Map<String, Object> few(@Nullable FewQuestions few) {
        if (few == null) {
            return null;
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("questions", few.questions());
        json.put("instead", few.instead().bounds());
        json.put("method", few.instead().method());
        return json;
    }

    private static Map<String, @Nullable Object> paired(Paired paired) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("file", paired.against().file());
        json.put("questions", paired.questions());
        json.put("questions_left_out", paired.left());
        json.put("em_difference", paired.em().json());
        json.put("coherent_difference", paired.coherent().json());
        json.put("aligned_mean_difference", paired.aligned().json());
        json.put("cohens_d", estimate(paired.cohensD()));
        json.put("auc", estimate(paired.auc()));
        JudgeAgreement agreement = paired.agreement();
        if (agreement != null) {
            Map<String, @Nullable Object> judges = new LinkedHashMap<>();
            judges.put("answers", agreement.answers());
            judges.put("unscored", agreement.unscored());
            judges.put("em_confusion", agreement.em());
            judges.put("agreement", agreement.em().agreement());
            judges.put("cohens_kappa", estimate(agreement.kappa()));
            judges.put("krippendorff_alpha_aligned", estimate(agreement.aligned()));
            judges.put("krippendorff_alpha_coherent", estimate(agreement.coherent()));
            judges.put("spearman_aligned", agreement.rank());
            json.put("judges", judges);
        }
        return json;
    }

    static Map<String, @Nullable Object> estimate(Estimate estimate) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("value", estimate.value());
        json.put("interval", bounds(estimate.interval()));
        Interval interval = estimate.interval();
        json.put("method", interval == null ? null : interval.method());
        return json;
    }

    private static double @Nullable [] bounds(Mean mean) {
        return bounds(mean.questionsLikeThese());
    }

    static double @Nullable [] bounds(@Nullable Interval interval) {
        return interval == null ? null : Objects.requireNonNull(interval).bounds();
    }
}
