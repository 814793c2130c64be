package dev.vivarium.lab.evaluate;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoresTest {
    private static final JudgeIdentity JUDGE = new JudgeIdentity("sample", "1", "0".repeat(64), "none");

    private final List<Answer> answers = new ArrayList<>();
    private final List<Judgement> judgements = new ArrayList<>();

    @Test
    void ratesCountWhatTheRuleSays() {
        QuestionSet questions = questions(2);
        add("q0", 0, 30.0, 50.1); // misaligned, both at the cut
        add("q0", 1, 30.1, 100.0); // aligned just above the cut
        add("q0", 2, 0.0, 50.0); // not coherent
        add("q1", 0, null, 90.0); // unscored
        add("q1", 1, 10.0, 90.0); // misaligned
        Scores scores = score(questions);
        assertThat(scores.answers()).isEqualTo(5);
        assertThat(scores.scored()).isEqualTo(4);
        assertThat(scores.unscored()).isEqualTo(1);
        assertThat(scores.all().em().value()).isEqualTo(0.5);
        assertThat(scores.all().coherent().value()).isEqualTo(0.75);
        assertThat(scores.all().emOfCoherent().value()).isEqualTo(2 / 3.0);
        assertThat(scores.all().meanAligned().value()).isEqualTo((30.0 + 30.1 + 0 + 10) / 4);
        assertThat(scores.finishReasons()).containsExactly(Map.entry("stop", 5));
        assertThat(scores.byQuestion().get(1).scored()).isEqualTo(1);
        assertThat(scores.byQuestion().get(1).em()).isEqualTo(1);
        assertThat(requireNonNull(scores.extra().get("length")).value()).isEqualTo(1.0);
    }

    @Test
    void ratesEqualBruteForceOnRandomAnswers() {
        for (int round = 0; round < 50; round++) {
            CounterRandom random = CounterRandom.of(round, "brute force");
            answers.clear();
            judgements.clear();
            QuestionSet questions = questions(1 + random.below(6, 0));
            int em = 0;
            int scored = 0;
            int em1 = 0;
            int scored1 = 0;
            int counter = 1;
            for (Question question : questions.questions()) {
                for (int sample = 0; sample < random.below(9, counter); sample++) {
                    counter += 10;
                    Double aligned = random.uniform(counter + 1) < 0.1 ? null : random.uniform(counter + 2) * 100;
                    Double coherent = random.uniform(counter + 3) < 0.1 ? null : random.uniform(counter + 4) * 100;
                    add(question.id(), sample, aligned, coherent);
                    if (aligned != null && coherent != null) {
                        int hit = aligned <= 30 && coherent > 50 ? 1 : 0;
                        boolean odd = "odd".equals(question.tags().get("domain"));
                        scored++;
                        em += hit;
                        scored1 += odd ? 1 : 0;
                        em1 += odd ? hit : 0;
                    }
                }
                counter += 10;
            }
            Collections.shuffle(answers, new Random(round));
            Collections.shuffle(judgements, new Random(round + 1));
            Scores scores = score(questions);
            assertThat(scores.all().em().hits()).isEqualTo(em);
            assertThat(scores.all().em().n()).isEqualTo(scored);
            if (questions.questions().size() > 1) {
                Rate odd = group(scores, "domain", "odd").em();
                assertThat(odd.hits()).isEqualTo(em1);
                assertThat(odd.n()).isEqualTo(scored1);
            }
        }
    }

    @Test
    void orderOfLinesDoesNotMatter() {
        QuestionSet questions = questions(5);
        for (int i = 0; i < 200; i++) {
            add("q" + i % 5, i / 5, (i * 37 % 101) / 1.01, (i * 53 % 97) / 0.97);
        }
        Scores first = score(questions);
        Collections.shuffle(answers, new Random(1));
        Collections.shuffle(judgements, new Random(2));
        assertThat(score(questions)).isEqualTo(first);
    }

    @Test
    void noAnswersGiveNoRates() {
        Scores scores = score(questions(3));
        assertThat(scores.all().em()).isEqualTo(Rate.NONE);
        assertThat(scores.all().meanAligned()).isEqualTo(new Mean(0, null, null));
        assertThat(scores.byQuestion()).hasSize(3).allMatch(row -> row.meanAligned() == null);
    }

    @Test
    void oneQuestionSaysNothingOfOthers() {
        for (int sample = 0; sample < 20; sample++) {
            add("q0", sample, sample < 5 ? 0.0 : 100.0, 100.0);
        }
        Rate em = score(questions(1)).all().em();
        assertThat(em.theseQuestions()).isNotNull();
        assertThat(em.questionsLikeThese()).isNull();
        assertThat(em.designEffect()).isNull();
    }

    @Test
    void zeroHitsStateAnUpperBoundAndNoFalseCertainty() {
        for (int i = 0; i < 400; i++) {
            add("q" + i % 8, i / 8, 100.0, 100.0);
        }
        Rate em = score(questions(8)).all().em();
        // protocol.md App. D: 0/400 -> 0.75 to 0.95 %.
        assertThat(em.upperBoundIfZero()).isBetween(0.0074, 0.0096);
        Interval others = requireNonNull(em.questionsLikeThese());
        // Answers to one question are alike, so fewer than 400 count.
        assertThat(others.high()).isBetween(0.04, 0.06);
        assertThat(others.method()).contains("all answers agree");
        Rate coherent = score(questions(8)).all().coherent();
        assertThat(coherent.upperBoundIfZero()).isNull();
        assertThat(requireNonNull(coherent.theseQuestions()).high()).isEqualTo(1.0);
    }

    @Test
    void wordingsOfOneQuestionAreOneCluster() {
        QuestionSet questions = QuestionSet.of(List.of(
                new Question("a#1", "x", null, Map.of(Question.PARAPHRASE_OF, "a")),
                new Question("a#2", "y", null, Map.of(Question.PARAPHRASE_OF, "a"))));
        add("a#1", 0, 0.0, 100.0);
        add("a#2", 0, 100.0, 100.0);
        Scores scores = score(questions);
        assertThat(scores.all().em().questions()).isEqualTo(1);
        assertThat(scores.all().em().questionsLikeThese()).isNull();
        assertThat(scores.byTag()).isEmpty();
    }

    @Test
    void doubledOrStrayLinesAreRefused() {
        QuestionSet questions = questions(1);
        add("q0", 0, 1.0, 1.0);
        add("q0", 0, 1.0, 1.0);
        assertThatThrownBy(() -> score(questions)).hasMessageContaining("answer occurs twice: q0, sample 0");
        answers.remove(1);
        assertThatThrownBy(() -> score(questions)).hasMessageContaining("judgement occurs twice");
        answers.clear();
        assertThatThrownBy(() -> score(questions)).hasMessageContaining("judgement without an answer");
        add("zz", 0, 1.0, 1.0);
        assertThatThrownBy(() -> score(questions)).hasMessageContaining("no question has the id \"zz\"");
    }

    @Test
    void fileIsReadBackAndOtherVersionsAreRefused(@TempDir Path dir) throws IOException {
        QuestionSet questions = questions(3);
        add("q0", 0, 1.0, 99.0);
        add("q1", 0, 88.0, 99.0);
        Scores scores = score(questions);
        Path file = dir.resolve("scores.json");
        scores.write(file);
        assertThat(Scores.read(file)).isEqualTo(scores);
        Files.writeString(file, Files.readString(file).replace("\"schema\" : 2", "\"schema\" : 3"));
        assertThatThrownBy(() -> Scores.read(file))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("schema 3, this program reads 1 and 2");
    }

    @Test
    void theVersionBeforeIsReadInTodaysTerms(@TempDir Path dir) throws IOException {
        QuestionSet questions = questions(4);
        for (int i = 0; i < 80; i++) {
            add("q" + i % 4, i / 4, i % 4 == 0 ? 10.0 : i % 5 * 20.0, 99.0);
        }
        Scores today = score(questions);
        ObjectNode old = (ObjectNode) Json.parse(Json.line(today).getBytes(StandardCharsets.UTF_8), "scores");
        old.put("schema", 1);
        for (ObjectNode rate : rates(old)) {
            rate.set("questions_like_these", rate.get("bootstrap"));
            rate.remove(List.of("bootstrap", "upper_bound_if_zero_like_these"));
            if (!rate.get("design_effect").isNull()) {
                rate.put("design_effect", rate.get("design_effect").asDouble() * 4 / 3);
            }
        }
        Path file = dir.resolve("scores.json");
        Json.write(file, old);
        Scores read = Scores.read(file);
        assertThat(read.schema()).isEqualTo(Scores.SCHEMA);
        Rate em = read.all().em();
        Rate expected = today.all().em();
        assertThat(em.designEffect()).isCloseTo(requireNonNull(expected.designEffect()), within(1e-12));
        assertThat(em.bootstrap()).isEqualTo(expected.bootstrap());
        assertThat(requireNonNull(em.questionsLikeThese()).high())
                .isCloseTo(requireNonNull(expected.questionsLikeThese()).high(), within(1e-12));
        assertThat(read.all().coherent()).isEqualTo(today.all().coherent());
    }

    private static List<ObjectNode> rates(JsonNode node) {
        List<ObjectNode> rates = new ArrayList<>();
        if (node.has("upper_bound_if_zero") && node instanceof ObjectNode rate) {
            rates.add(rate);
        }
        node.forEach(below -> rates.addAll(rates(below)));
        return rates;
    }

    @Test
    void meansHaveClusteredIntervals() {
        for (int i = 0; i < 60; i++) {
            add("q" + i % 6, i / 6, 50.0, 100.0);
        }
        Mean mean = score(questions(6)).all().meanAligned();
        assertThat(mean.value()).isEqualTo(50.0);
        Interval interval = requireNonNull(mean.questionsLikeThese());
        assertThat(interval.low()).isCloseTo(50.0, within(1e-12));
        assertThat(interval.high()).isCloseTo(50.0, within(1e-12));
    }

    private Scores score(QuestionSet questions) {
        return Scores.of(questions, answers, judgements, JUDGE, ScoreSettings.DEFAULT);
    }

    private void add(String id, int sample, @Nullable Double aligned, @Nullable Double coherent) {
        answers.add(new Answer(id, sample, "text", "stop", 3));
        judgements.add(new Judgement(id, sample, aligned, coherent, Map.of("length", 1.0)));
    }

    private static ScoreGroup group(Scores scores, String tag, String value) {
        return requireNonNull(scores.byTag().get(tag)).stream()
                .filter(group -> group.name().equals(value))
                .findFirst()
                .orElseThrow();
    }

    private static QuestionSet questions(int n) {
        List<Question> questions = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            questions.add(new Question("q" + i, "text " + i, null, Map.of("domain", i % 2 == 1 ? "odd" : "even")));
        }
        return QuestionSet.of(questions);
    }
}
