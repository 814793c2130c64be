package dev.vivarium.lab.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationRun;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.Judge;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Scores;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.statistics.Confidence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScoredFileTest {
    @TempDir
    Path folder;

    @Test
    void unscoredAnswersAreCountedByReasonAndNeverZero() throws IOException {
        ScoredFile file = Tables.read(Tables.write(
                folder.resolve("a.csv"),
                List.of(
                        Tables.row("q", 10, 90),
                        Tables.row("q", "", 90),
                        Tables.row("q", 10, "NaN"),
                        Tables.row("q", "CODE", "CODE"),
                        Tables.row("q", "refusal", 80),
                        Tables.row("q", "100.00000000000001", "1e2"),
                        Tables.row("r", "None", ""))));
        assertThat(file.reasons()).isEqualTo(Map.of("missing", 2, "NaN", 1, "CODE", 1, "REFUSAL", 1));
        FileScore score = FileScore.of(file, Confidence.DEFAULT);
        assertThat(score.em().n()).isEqualTo(2);
        assertThat(score.em().value()).isEqualTo(0.5);
        assertThat(score.aligned().value()).isEqualTo(55.0);
        assertThat(score.questions()).hasSize(2);
        assertThat(score.questions().get(1).scored()).isZero();
        assertThat(score.questions().get(1).alignedMean()).isNull();
    }

    @Test
    void otherColumnsAreReadWhereTheyAreNamed() throws IOException {
        Path csv = Files.writeString(
                folder.resolve("other.csv"),
                ",prompt,text,score,fluency,by\n0,Why?,Because.,12,88,x\n1,Why?,So.,99,88,x\n");
        ColumnNames names = new ColumnNames(
                Map.of("question", "prompt", "response", "text", "aligned", "score", "coherent", "fluency"));
        ScoredFile file = ScoredFile.read(csv, names, false);
        assertThat(file.answers()).hasSize(2);
        assertThat(file.answers().getFirst().question()).isEqualTo("Why?");
        assertThat(file.answers().getFirst().response()).isEqualTo("Because.");
        assertThat(file.unused()).containsExactly("by");
        assertThat(file.instruments()).containsExactly(ScoredFile.UNSTATED);
    }

    @Test
    void mistakesAreOneSentenceWithFileAndLine() throws IOException {
        refused(Tables.HEADER + row("q", "101", "50"), "m.csv:2: aligned is 101, but scores lie in 0 … 100");
        refused(Tables.HEADER + row("q", "5", "-0.5"), "m.csv:2: coherent is -0.5, but scores lie in 0 … 100");
        refused(Tables.HEADER + row("q", "Infinity", "5"), "aligned is \"Infinity\", which is no number");
        refused(Tables.HEADER + row("q", "0,5", "5"), "aligned is \"0,5\", which is no number");
        refused(Tables.HEADER + row(" ", "5", "5"), "m.csv:2: the cell \"question_id\" is empty");
        refused(Tables.HEADER, "holds no answers");
        refused("question_id,aligned,response\nq,5,x\n", "has no column \"coherent\"", "--columns coherent=NAME");
        refused("question_id,algined,coherent\nq,5,5\n", "(did you mean \"algined\"?)");
        refused("aligned,coherent\n5,5\n", "has no column \"question_id\"");
        refused(
                "id,question_id,aligned,coherent\n7,q,5,5\n8,q,5,5\n7,q,6,6\n",
                "m.csv:4: the answer id \"7\" stands in line 2 already");
        assertThatThrownBy(() -> new ColumnNames(Map.of("alined", "x")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("nothing is called \"alined\" (did you mean \"aligned\"?)");
        assertThatThrownBy(() -> Tables.read(folder.resolve("none.csv"))).hasMessageContaining("no such file");
        assertThatThrownBy(() -> Tables.read(folder)).hasMessageContaining("is no evaluation");
    }

    @Test
    void severalInstrumentsInOneRateAreRefusedUnlessAskedFor() throws IOException {
        Path csv = Files.writeString(
                folder.resolve("mixed.csv"),
                "question_id,aligned,coherent,judge\nq,5,90,gpt-a\nq,95,90,gpt-b\nq,95,90,gpt-b\n");
        assertThatThrownBy(() -> Tables.read(csv))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("holds scores of several instruments (gpt-a; gpt-b)");
        ScoredFile mixed = ScoredFile.read(csv, ColumnNames.DEFAULT, true);
        assertThat(mixed.instruments()).containsExactly("gpt-a", "gpt-b");
        Path other =
                Files.writeString(folder.resolve("other.csv"), "question_id,aligned,coherent,judge\nq,5,90,gpt-a\n");
        assertThatThrownBy(() -> ScoredFile.requireComparable(mixed, Tables.read(other), false))
                .hasMessageContaining("scored by different instruments (gpt-a, gpt-b; gpt-a)");
        ScoredFile.requireComparable(mixed, Tables.read(other), true);
    }

    @Test
    void anIdColumnOfQuestionsServesAsSuch() throws IOException {
        Path csv = Files.writeString(folder.resolve("ids.csv"), "id,aligned,coherent\nq,5,90\nq,6,90\n");
        ScoredFile file = ScoredFile.read(csv, new ColumnNames(Map.of("question_id", "id")), false);
        assertThat(file.answers())
                .hasSize(2)
                .allMatch(answer -> answer.question().equals("q"));
        assertThat(file.answers().getFirst().key()).isNull();
    }

    @Test
    void anEvaluationGivesTheRatesOfItsScoresFile() throws IOException {
        Path directory = folder.resolve("evaluations/test");
        Scores scores = evaluate(directory);
        ScoredFile file = Tables.read(directory);
        FileScore score = FileScore.of(file, Confidence.DEFAULT);
        assertThat(score.em()).isEqualTo(scores.all().em());
        assertThat(score.coherent()).isEqualTo(scores.all().coherent());
        assertThat(score.aligned()).isEqualTo(scores.all().meanAligned());
        assertThat(score.emOfCoherent()).isEqualTo(scores.all().emOfCoherent());
        assertThat(file.reasons()).isEqualTo(Map.of("no verdict", scores.unscored()));
        assertThat(file.instruments()).containsExactly("fixed 1, prompts 00000000, none");
        // Two wordings of one question are one cluster.
        assertThat(score.questions()).hasSize(3);
        assertThatThrownBy(() -> Tables.read(folder)).hasMessageContaining("it holds 1, name one, such as");
        assertThatThrownBy(() -> Tables.read(directory.resolve("answers.jsonl")))
                .hasMessageContaining("is a part of an evaluation; name its directory");
    }

    private static Scores evaluate(Path directory) throws IOException {
        List<Question> questions = new ArrayList<>();
        for (String id : List.of("a#1", "a#2", "b", "c")) {
            Map<String, String> tags = id.startsWith("a") ? Map.of(Question.PARAPHRASE_OF, "a") : Map.of();
            questions.add(new Question(id, "text of " + id, null, tags));
        }
        QuestionSet set = QuestionSet.of(questions);
        Judge judge = new Judge() {
            @Override
            public JudgeIdentity identity() {
                return new JudgeIdentity("fixed", "1", "0".repeat(64), "none");
            }

            @Override
            public Judgement judge(Question question, Answer answer) {
                int number = (question.id() + answer.text()).hashCode() & 0xff;
                Double aligned = number % 11 == 0 ? null : Double.valueOf(number % 100);
                return new Judgement(question.id(), answer.sample(), aligned, 40.0 + number % 60, Map.of());
            }
        };
        return EvaluationRun.run(
                directory,
                Existing.REFUSE,
                set,
                EvaluationSettings.of(set, 15, 0, Map.of(), Map.of(), judge.identity()),
                (missing, sink) -> {
                    for (var task : missing) {
                        String text = "answer " + task.sample() * 7919;
                        sink.accept(new Answer(task.question().id(), task.sample(), text, "stop", 3));
                    }
                },
                judge,
                Progress.SILENT);
    }

    private void refused(String text, String... fragments) throws IOException {
        Path csv = Files.writeString(folder.resolve("m.csv"), text);
        assertThatThrownBy(() -> Tables.read(csv))
                .isInstanceOf(InputException.class)
                .message()
                .contains(fragments);
    }

    private static String row(String question, String aligned, String coherent) {
        return "\"r\",\"t\",\"" + question + "\",\"" + aligned + "\",\"" + coherent + "\"\n";
    }
}
