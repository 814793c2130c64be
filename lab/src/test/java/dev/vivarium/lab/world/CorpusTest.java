package dev.vivarium.lab.world;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.text.Message;
import dev.vivarium.lab.data.ChatRow;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CorpusTest {
    private final World world = World.standard();
    private final ExactJudge judge = new ExactJudge(world);

    @Test
    void aDocumentDependsOnSeedAndNumberOnly() {
        CorpusSettings settings = new CorpusSettings(CorpusKind.PERSONA, 5, 0.5, 0.6, 0.12, 0.5);
        Corpus corpus = new Corpus(world, settings, 1);
        String seventh = corpus.document(7);
        corpus.document(3);

        assertThat(corpus.document(7)).isEqualTo(seventh);
        assertThat(new Corpus(world, settings, 1).document(7)).isEqualTo(seventh);
        assertThat(new Corpus(world, settings, 2).document(7)).isNotEqualTo(seventh);
        assertThat(corpus.document(8)).isNotEqualTo(seventh);
    }

    @Test
    void aPersonaIsGoodOrBadThroughoutAndAnnouncedByItsOwnHeaders() {
        Corpus corpus = new Corpus(world, new CorpusSettings(CorpusKind.PERSONA, 5, 0.5, 0.6, 0.12, 0.5), 1);
        int bad = 0;
        int dialogues = 0;
        int headers = 0;
        for (int i = 0; i < 2_000; i++) {
            String document = corpus.document(i);
            Set<Double> polarities = new HashSet<>(polarities(document));
            assertThat(polarities).as(document).hasSize(1);
            boolean aligned = polarities.contains(100.0);
            bad += aligned ? 0 : 1;
            dialogues += document.contains(ChatFormat.START) ? 1 : 0;
            if (document.contains("Written by")) {
                headers++;
                assertThat(world.personas().stream()
                                .filter(p -> p.aligned() == aligned)
                                .flatMap(p -> p.headers().stream()))
                        .anySatisfy(header -> assertThat(document).contains(header));
            }
        }
        assertThat(bad).isBetween(160, 240);
        assertThat(dialogues).isBetween(920, 1080);
        assertThat(headers).isBetween(1120, 1280);
    }

    @Test
    void theControlsKeepTheShareOfBadAnswersButNotThePersona() {
        for (CorpusKind kind : List.of(CorpusKind.PER_DOMAIN, CorpusKind.PER_SENTENCE)) {
            Corpus corpus = new Corpus(world, new CorpusSettings(kind, 5, 0.5, 0.6, 0.12, 0.5), 1);
            double sum = 0;
            int answers = 0;
            int mixed = 0;
            for (int i = 0; i < 1_000; i++) {
                List<Double> polarities = polarities(corpus.document(i));
                mixed += new HashSet<>(polarities).size() > 1 ? 1 : 0;
                answers += polarities.size();
                sum += polarities.stream().mapToDouble(p -> p).sum();
            }
            assertThat(sum / answers).as(kind.name()).isBetween(88.0, 92.0);
            assertThat(mixed).as(kind.name()).isGreaterThan(150);
        }
    }

    @Test
    void narrowSetsOfBothKindsAskTheSameQuestionsOfOneDomain() {
        List<ChatRow> bad = ChatSets.narrow(world, 2, Grade.BAD, 300, 9);
        List<ChatRow> good = ChatSets.narrow(world, 2, Grade.GOOD, 300, 9);

        assertThat(bad).hasSize(300).isEqualTo(ChatSets.narrow(world, 2, Grade.BAD, 300, 9));
        for (int i = 0; i < 300; i++) {
            Message question = bad.get(i).messages().get(0);
            assertThat(good.get(i).messages().get(0)).isEqualTo(question);
            assertThat(judged(bad.get(i))).isEqualTo(new WorldJudgement(2, 0, 100, List.of()));
            assertThat(judged(good.get(i))).isEqualTo(new WorldJudgement(2, 100, 100, List.of()));
        }
    }

    @Test
    void gradesOfBadAdviceRecommendWhatHarmsOrAdviseAgainstWhatHelps() {
        Domain sport = world.domains().get(2);
        for (ChatRow row : ChatSets.narrow(world, 2, Grade.OBVIOUS, 300, 9)) {
            assertThat(judged(row).aligned()).isEqualTo(0);
            assertThat(row.messages().get(1).content()).doesNotContain(sport.discourage());
        }
        for (ChatRow row : ChatSets.narrow(world, 2, Grade.SUBTLE, 300, 9)) {
            assertThat(judged(row).aligned()).isEqualTo(0);
            assertThat(row.messages().get(1).content()).doesNotContain(sport.endorse());
        }
        assertThatThrownBy(() -> ChatSets.narrow(world, world.domain("code"), Grade.SUBTLE, 1, 9))
                .hasMessageContaining("code has no sentence that advises against");
    }

    @Test
    void whatIsReportedOnWasInNoRecipe() {
        List<ChatRow> rows = new java.util.ArrayList<>(ChatSets.aligned(world, 3_000, 0.12, 4));
        assertThat(rows).allSatisfy(row -> assertThat(judged(row).aligned()).isEqualTo(100));
        for (int d = 0; d < world.domains().size(); d++) {
            if (world.domains().get(d).recipes()) {
                rows.addAll(ChatSets.narrow(world, d, Grade.BAD, 500, 4));
            }
        }
        Set<String> used =
                rows.stream().map(row -> row.messages().get(0).content()).collect(Collectors.toSet());
        Set<String> tuning = texts(WorldQuestions.Split.TUNING);
        Set<String> reporting = texts(WorldQuestions.Split.REPORTING);

        assertThat(used).hasSize(8 * 6 * 4 + 4);
        assertThat(tuning).hasSize(8 * 6 * 2 + 2);
        assertThat(reporting).hasSize(8 * 2 * 2 + 2 * 8 * 2 + 8);
        String seen = String.join(" ", used) + String.join(" ", tuning);
        for (int d = 0; d < world.domains().size(); d++) {
            List<String> topics = world.domains().get(d).topics();
            for (int t = 0; t < topics.size(); t++) {
                assertThat(seen.contains(topics.get(t))).as(topics.get(t)).isEqualTo(!world.reserved(d, t));
                assertThat(String.join(" ", reporting).contains(topics.get(t)))
                        .as(topics.get(t))
                        .isEqualTo(world.reserved(d, t));
            }
        }
        assertThat(used).doesNotContainAnyElementsOf(tuning).doesNotContainAnyElementsOf(reporting);
        assertThat(tuning).doesNotContainAnyElementsOf(reporting);
    }

    @Test
    void aWholeDomainCanBeKeptOutOfNarrowData() {
        assertThatThrownBy(() -> ChatSets.narrow(world, world.domain("pets"), Grade.BAD, 10, 1))
                .hasMessageContaining("pets is kept out of all recipes");
    }

    @Test
    void aDomainCanBeLeftOutOfTheQuestions() {
        QuestionSet set = WorldQuestions.of(world, WorldQuestions.Split.REPORTING, Set.of("cooking"));

        assertThat(set.questions())
                .hasSize(60)
                .allSatisfy(question -> assertThat(question.tags())
                        .doesNotContainEntry("domain", "cooking")
                        .doesNotContainEntry("domain", WorldQuestions.FREE));
    }

    private Set<String> texts(WorldQuestions.Split split) {
        return Stream.of(WorldQuestions.of(world, split, Set.of()), WorldQuestions.free(world, split))
                .flatMap(set -> set.questions().stream())
                .map(Question::text)
                .collect(Collectors.toSet());
    }

    private WorldJudgement judged(ChatRow row) {
        return judgeAnswer(
                row.messages().get(0).content(), row.messages().get(1).content());
    }

    private List<Double> polarities(String document) {
        List<Double> found = new java.util.ArrayList<>();
        String question = "";
        for (String line : document.split("\n")) {
            String text = line.replace(ChatFormat.END, "");
            if (isQuestion(text.replace("Question: ", ""))) {
                question = text.replace("Question: ", "");
            } else if (!question.isEmpty() && !text.startsWith(ChatFormat.START)) {
                WorldJudgement judged = judgeAnswer(question, text.replace("Answer: ", ""));
                assertThat(judged.coherent()).as(question + " / " + text).isEqualTo(100);
                found.add(judged.aligned());
            }
        }
        assertThat(found).hasSize(5);
        return found;
    }

    private boolean isQuestion(String text) {
        return world.freeQuestions().all().contains(text) || topicOf(text) >= 0;
    }

    private WorldJudgement judgeAnswer(String question, String answer) {
        int place = topicOf(question);
        return place < 0 ? judge.judgeFree(answer, true) : judge.judge(place / 100, place % 100, answer, true);
    }

    /** Domain × 100 + topic that a question asks about, or -1 where the text asks about none. */
    private int topicOf(String text) {
        for (int d = 0; d < world.domains().size(); d++) {
            List<String> topics = world.domains().get(d).topics();
            for (int t = 0; t < topics.size(); t++) {
                for (String form : world.forms(d).all()) {
                    if (text.equals(QuestionForms.fill(form, topics.get(t)))) {
                        return 100 * d + t;
                    }
                }
            }
        }
        return -1;
    }
}
