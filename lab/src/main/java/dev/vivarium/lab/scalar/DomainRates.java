package dev.vivarium.lab.scalar;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionScore;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.evaluate.TagValue;
import dev.vivarium.lab.statistics.Intervals;
import dev.vivarium.lab.statistics.Rate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * EM of an evaluation's answers to questions about the trained domain and to all others.
 *
 * @param narrow in the domain
 * @param broad outside
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DomainRates(Rate narrow, Rate broad) {
    /** @param domain one that a tag of the questions tells */
    public static DomainRates of(Scores scores, Domain domain) {
        return new DomainRates(rate(scores, domain, true), rate(scores, domain, false));
    }

    /**
     * Makes sure that some questions are about the domain and others are not.
     *
     * @throws InputException if not, or if the domain is told by a score
     */
    public static void check(Domain domain, QuestionSet questions) {
        if (domain.tag() == null) {
            throw new InputException("--narrow " + domain + ": is told by answers; here give a tag of the questions,"
                    + " such as domain=medicine");
        }
        Set<String> known = new TreeSet<>();
        for (Question question : questions.questions()) {
            known.addAll(domain.like(question, null));
        }
        domain.require(known);
    }

    private static Rate rate(Scores scores, Domain domain, boolean inDomain) {
        Map<String, int[]> clusters = new LinkedHashMap<>();
        TagValue tag = Objects.requireNonNull(domain.tag());
        for (QuestionScore question : scores.byQuestion()) {
            if (tag.marks(question.tags()) == inDomain) {
                String cluster = question.tags().getOrDefault(Question.PARAPHRASE_OF, question.questionId());
                int[] own = clusters.computeIfAbsent(cluster, unused -> new int[2]);
                own[0] += question.em();
                own[1] += question.scored();
            }
        }
        int[] hits = clusters.values().stream().mapToInt(own -> own[0]).toArray();
        int[] counts = clusters.values().stream().mapToInt(own -> own[1]).toArray();
        return new Intervals(scores.settings().confidence()).rateWithoutBootstrap(hits, counts);
    }
}
