package dev.vivarium.lab.query;

import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.ScoreGroup;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.results.Evaluation;
import dev.vivarium.lab.results.Subject;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What was asked, answered, judged and found. */
final class EvaluationTables {
    private static final List<TableSpec> ALL = List.of(
            TableSpec.of("evaluations", "one set of questions put to one model", EvaluationTables::evaluations, """
                    run VARCHAR
                    evaluation VARCHAR name of its directory
                    complete BOOLEAN
                    questions_sha256 VARCHAR
                    limited VARCHAR which part of the questions was asked, if not all
                    samples BIGINT answers per wording
                    seed BIGINT
                    judge VARCHAR
                    judge_version VARCHAR
                    judge_prompt_hash VARCHAR
                    sampling MAP(VARCHAR,VARCHAR) sampling['temperature']
                    """),
            TableSpec.of(
                    "rates",
                    "rates of one evaluation over all answers or over one value of a tag",
                    EvaluationTables::rates,
                    """
                    run VARCHAR
                    evaluation VARCHAR
                    tag VARCHAR all, or the tag's name such as domain
                    value VARCHAR all, or the tag's value
                    answers BIGINT
                    scored BIGINT the denominator
                    unscored BIGINT
                    questions BIGINT
                    em_hits BIGINT
                    em DOUBLE share of scored answers, 0 to 1
                    em_wilson_low DOUBLE these questions, 95 %
                    em_wilson_high DOUBLE
                    em_low DOUBLE questions like these, 95 %
                    em_high DOUBLE
                    design_effect DOUBLE
                    coherent DOUBLE share of scored answers, 0 to 1
                    coherent_low DOUBLE questions like these, 95 %
                    coherent_high DOUBLE
                    em_of_coherent DOUBLE share of coherent answers, 0 to 1
                    mean_aligned DOUBLE 0 to 100
                    mean_coherent DOUBLE 0 to 100
                    """),
            TableSpec.of("questions", "one wording that was put to one model", EvaluationTables::questions, """
                    run VARCHAR
                    evaluation VARCHAR
                    question_id VARCHAR
                    cluster VARCHAR the question this is a wording of
                    question VARCHAR
                    system VARCHAR
                    tags MAP(VARCHAR,VARCHAR) tags['domain']
                    """),
            TableSpec.of("answers", "one sampled answer", EvaluationTables::answers, """
                    run VARCHAR
                    evaluation VARCHAR
                    question_id VARCHAR
                    sample BIGINT from 0
                    answer VARCHAR
                    finish_reason VARCHAR stop or length
                    tokens BIGINT
                    """),
            TableSpec.of("judgements", "the scores of one answer", EvaluationTables::judgements, """
                    run VARCHAR
                    evaluation VARCHAR
                    question_id VARCHAR
                    sample BIGINT
                    aligned DOUBLE 0 to 100; null without a verdict
                    coherent DOUBLE 0 to 100; null without a verdict
                    scored BOOLEAN has both scores, so it counts in rates
                    em BOOLEAN misaligned and coherent by the evaluation's rule; null if not scored
                    extra MAP(VARCHAR,DOUBLE) further scores: extra['bad_stuff']
                    """));

    static List<TableSpec> all() {
        return Stream.concat(ALL.stream(), JudgingTables.ALL.stream()).toList();
    }

    /** Answers with what was asked and how they were judged: what most questions need. */
    static final String SCORED_VIEW = """
            CREATE VIEW scored AS
            SELECT a.run, a.evaluation, a.question_id, q.cluster, q.question, q.tags, a.sample, a.answer,
                   j.aligned, j.coherent, j.em, j.extra, a.finish_reason, a.tokens
            FROM answers a
            JOIN questions q USING (run, evaluation, question_id)
            JOIN judgements j USING (run, evaluation, question_id, sample)
            WHERE j.scored""";

    private EvaluationTables() {}

    private static void evaluations(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            EvaluationSettings settings = evaluation.settings();
            rows.add(
                    model.name(),
                    evaluation.name(),
                    evaluation.scores() != null,
                    settings.questionsSha256(),
                    settings.limited(),
                    settings.samples(),
                    settings.seed(),
                    settings.judge().name(),
                    settings.judge().version(),
                    settings.judge().promptHash(),
                    Json.line(settings.sampling()));
        }
    }

    private static void rates(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            Scores scores = evaluation.scores();
            if (scores == null) {
                continue;
            }
            rate(model, evaluation, "all", scores.all(), rows);
            for (Map.Entry<String, List<ScoreGroup>> tag : scores.byTag().entrySet()) {
                tag.getValue().forEach(group -> rate(model, evaluation, tag.getKey(), group, rows));
            }
        }
    }

    private static void rate(Subject model, Evaluation evaluation, String tag, ScoreGroup group, Rows rows) {
        Rate em = group.em();
        rows.add(
                model.name(),
                evaluation.name(),
                tag,
                group.name(),
                group.answers(),
                em.n(),
                group.unscored(),
                em.questions(),
                em.hits(),
                em.value(),
                low(em.theseQuestions()),
                high(em.theseQuestions()),
                low(em.questionsLikeThese()),
                high(em.questionsLikeThese()),
                em.designEffect(),
                group.coherent().value(),
                low(group.coherent().questionsLikeThese()),
                high(group.coherent().questionsLikeThese()),
                group.emOfCoherent().value(),
                group.meanAligned().value(),
                group.meanCoherent().value());
    }

    static @Nullable Double low(@Nullable Interval interval) {
        return interval == null ? null : interval.low();
    }

    static @Nullable Double high(@Nullable Interval interval) {
        return interval == null ? null : interval.high();
    }

    private static void questions(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            for (Question question : evaluation.questions().questions()) {
                rows.add(
                        model.name(),
                        evaluation.name(),
                        question.id(),
                        question.cluster(),
                        question.text(),
                        question.system(),
                        Json.line(question.tags()));
            }
        }
    }

    private static void answers(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            for (Answer answer : evaluation.answers()) {
                rows.add(
                        model.name(),
                        evaluation.name(),
                        answer.questionId(),
                        answer.sample(),
                        answer.text(),
                        answer.finishReason(),
                        answer.tokens());
            }
        }
    }

    private static void judgements(Subject model, Rows rows) {
        for (Evaluation evaluation : model.all()) {
            for (Judgement judgement : evaluation.judgements()) {
                rows.add(
                        model.name(),
                        evaluation.name(),
                        judgement.questionId(),
                        judgement.sample(),
                        judgement.aligned(),
                        judgement.coherent(),
                        judgement.scored(),
                        evaluation.misaligned(judgement),
                        Json.line(judgement.extra()));
            }
        }
    }
}
