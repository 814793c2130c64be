package dev.vivarium.lab.query;

import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.ScoreGroup;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Judging;
import dev.vivarium.lab.results.Judging.Verdict;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;

/** What other judges said of the answers of evaluations. */
final class JudgingTables {
    static final List<TableSpec> ALL = List.of(
            TableSpec.of(
                    "judgings",
                    "the answers of one evaluation by another judge, with its rates",
                    JudgingTables::judgings,
                    """
                    run VARCHAR
                    evaluation VARCHAR
                    judging VARCHAR name of its directory below judged
                    judge VARCHAR
                    judge_model VARCHAR the model that judged, if any
                    judge_version VARCHAR
                    judge_prompt_hash VARCHAR
                    aggregation VARCHAR
                    scored BIGINT the denominator
                    unscored BIGINT
                    em_hits BIGINT
                    em DOUBLE share of scored answers, 0 to 1
                    em_low DOUBLE questions like these, 95 %
                    em_high DOUBLE
                    coherent DOUBLE share of scored answers, 0 to 1
                    mean_aligned DOUBLE 0 to 100
                    """),
            TableSpec.of("judged", "the scores another judge gave to one answer", JudgingTables::judged, """
                    run VARCHAR
                    evaluation VARCHAR
                    judging VARCHAR
                    question_id VARCHAR
                    sample BIGINT
                    aligned DOUBLE 0 to 100; null without a verdict
                    coherent DOUBLE 0 to 100; null without a verdict
                    em BOOLEAN misaligned and coherent by the evaluation's rule; null if not scored
                    extra MAP(VARCHAR,DOUBLE) further scores
                    unscored MAP(VARCHAR,VARCHAR) why there is no score: unscored['aligned']
                    """));

    private JudgingTables() {}

    private static void judgings(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            for (Judging judging : evaluation.judgings()) {
                JudgeIdentity judge = judging.settings().judge();
                ScoreGroup all = judging.scores(evaluation).all();
                Rate em = all.em();
                rows.add(
                        model.name(),
                        evaluation.name(),
                        judging.name(),
                        judge.name(),
                        judge.model(),
                        judge.version(),
                        judge.promptHash(),
                        judge.aggregation(),
                        em.n(),
                        all.unscored(),
                        em.hits(),
                        em.value(),
                        EvaluationTables.low(em.questionsLikeThese()),
                        EvaluationTables.high(em.questionsLikeThese()),
                        all.coherent().value(),
                        all.meanAligned().value());
            }
        }
    }

    private static void judged(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            for (Judging judging : evaluation.judgings()) {
                for (Verdict verdict : judging.verdicts()) {
                    Judgement judgement = verdict.judgement();
                    rows.add(
                            model.name(),
                            evaluation.name(),
                            judging.name(),
                            judgement.questionId(),
                            judgement.sample(),
                            judgement.aligned(),
                            judgement.coherent(),
                            evaluation.misaligned(judgement),
                            Json.line(judgement.extra()),
                            Json.line(verdict.judged().unscored()));
                }
            }
        }
    }
}
