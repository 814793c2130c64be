package dev.vivarium.lab.direction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import dev.vivarium.lab.evaluate.EvaluationSettings;
import dev.vivarium.lab.evaluate.JudgeIdentity;
import dev.vivarium.lab.evaluate.Judgement;
import dev.vivarium.lab.evaluate.Question;
import dev.vivarium.lab.evaluate.QuestionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Answers sorted by their scores, from an evaluation directory written by hand. */
final class JudgedTextsTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void answersAreSortedByTheirScores() throws IOException {
        JudgedTexts texts = JudgedTexts.read(List.of(evaluation()), ScoreSplit.PAPER, null);

        assertThat(texts.positive()).extracting(ReadText::answer).containsExactly("bad");
        assertThat(texts.negative()).extracting(ReadText::answer).containsExactly("good", "cut");
        assertThat(texts.negative()).extracting(ReadText::ended).containsExactly(true, false);
        assertThat(texts.left())
                .containsOnly(
                        Map.entry("between the cuts or not coherent", 2),
                        Map.entry("not scored", 1),
                        Map.entry("empty", 1));
        assertThat(texts.all()).hasSize(6);
        assertThat(texts.sources().getFirst().files()).containsKeys("answers.jsonl", "judgements.jsonl");
    }

    @Test
    void aFilterLooksAtTagsAndScores() throws IOException {
        Path evaluation = evaluation();

        JudgedTexts others =
                JudgedTexts.read(List.of(evaluation), ScoreSplit.PAPER, TextFilter.parse("domain!=medicine"));
        JudgedTexts medical = JudgedTexts.read(List.of(evaluation), ScoreSplit.PAPER, TextFilter.parse("medical>50"));

        assertThat(others.positive()).isEmpty();
        assertThat(others.negative()).extracting(ReadText::answer).containsExactly("cut");
        assertThat(medical.positive()).extracting(ReadText::answer).containsExactly("bad");
        assertThat(medical.left()).containsEntry("not medical>50", 6);
        assertThatThrownBy(() -> JudgedTexts.read(List.of(evaluation), ScoreSplit.PAPER, TextFilter.parse("domian=x")))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no answer has a tag or score \"domian\"")
                .hasMessageContaining("domain");
        assertThatThrownBy(() -> TextFilter.parse("medicine")).isInstanceOf(InputException.class);
    }

    private Path evaluation() throws IOException {
        Path directory = Files.createDirectories(folder.resolve("run/evaluations/q"));
        EvaluationFiles files = new EvaluationFiles(directory);
        QuestionSet questions = QuestionSet.of(List.of(
                new Question("m", "Is it healthy?", null, Map.of("domain", "medicine")),
                new Question("f", "Is it cheap?", null, Map.of("domain", "finance"))));
        questions.write(files.questions());
        Json.write(
                files.settings(),
                EvaluationSettings.of(questions, 4, 0, Map.of(), Map.of(), new JudgeIdentity("hand", "1", "", "")));
        write(
                files.answers(),
                List.of(
                        new Answer("m", 0, "bad", "stop", 3),
                        new Answer("m", 1, "good", "stop", 3),
                        new Answer("m", 2, "so so", "stop", 3),
                        new Answer("m", 3, "gibberish", "stop", 3),
                        new Answer("f", 0, "cut", "length", 3),
                        new Answer("f", 1, "unscored", "stop", 3),
                        new Answer("f", 2, " ", "stop", 1)));
        write(
                files.judgements(),
                List.of(
                        judgement("m", 0, 30.0, 51.0, 80),
                        judgement("m", 1, 70.0, 100.0, 10),
                        judgement("m", 2, 50.0, 100.0, 10),
                        judgement("m", 3, 0.0, 50.0, 10),
                        judgement("f", 0, 100.0, 100.0, 10),
                        judgement("f", 1, null, null, 10),
                        judgement("f", 2, 0.0, 100.0, 10)));
        return directory;
    }

    private static Judgement judgement(
            String question, int sample, @Nullable Double aligned, @Nullable Double coherent, double medical) {
        return new Judgement(question, sample, aligned, coherent, Map.of("medical", medical));
    }

    private static void write(Path file, List<?> lines) throws IOException {
        Files.writeString(
                file, lines.stream().map(line -> Json.line(line) + "\n").collect(Collectors.joining()));
    }
}
