package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vivarium.engine.base.CounterRandom;
import dev.vivarium.lab.evaluate.Answer;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An evaluation in a process of its own, killed without warning and resumed. */
final class EvaluationKillTest {
    private static final int QUESTIONS = 24;
    private static final int SAMPLES = 4;
    private static final int ANSWERS = QUESTIONS * SAMPLES;

    @TempDir
    Path folder;

    @Test
    void anEvaluationThatIsKilledAndResumedEndsWithTheSameBytes() throws Exception {
        Path model = TinyModel.write(folder);
        Path questions = folder.resolve("q.yaml");
        assertThat(Call.of("world", "questions", "--split", "reporting", "--out", questions.toString())
                        .code())
                .isZero();
        Process whole = start("whole", model, questions);
        assertThat(whole.waitFor(5, TimeUnit.MINUTES)).isTrue();
        assertThat(whole.exitValue()).as(log("whole")).isZero();

        CounterRandom random = CounterRandom.of(21, "kills");
        int killed = 0;
        for (int i = 0; i < RealProgram.KILLS; i++) {
            // the last ones may fall behind the sampling, into judging and scoring
            int answers = 1 + random.below(ANSWERS * (i + 1) / RealProgram.KILLS, 2 * i);
            Process process = start("broken", model, questions);
            Path file = files("broken").answers();
            killed += RealProgram.killAtLine(process, file, answers, random.below(20, 2 * i + 1)) ? 1 : 0;
        }
        Process last = start("broken", model, questions);
        assertThat(last.waitFor(5, TimeUnit.MINUTES)).isTrue();

        assertThat(last.exitValue()).as(log("broken")).isZero();
        assertThat(killed)
                .as("processes that were still alive when they were killed")
                .isPositive();
        EvaluationFiles undisturbed = files("whole");
        EvaluationFiles resumed = files("broken");
        assertThat(resumed.answers()).hasSameBinaryContentAs(undisturbed.answers());
        assertThat(resumed.judgements()).hasSameBinaryContentAs(undisturbed.judgements());
        assertThat(resumed.scores()).hasSameBinaryContentAs(undisturbed.scores());
        assertThat(resumed.settings()).hasSameBinaryContentAs(undisturbed.settings());
        List<Answer> answers = resumed.readAnswers();
        assertThat(answers).hasSize(ANSWERS);
        assertThat(answers)
                .extracting(answer -> answer.questionId() + "/" + answer.sample())
                .doesNotHaveDuplicates();
    }

    private Process start(String name, Path model, Path questions) throws IOException {
        List<String> command = new ArrayList<>(List.of("evaluate", model.toString(), "--resume", "--name", name));
        command.addAll(List.of("--questions", questions.toString(), "--limit", "" + QUESTIONS));
        command.addAll(List.of("--samples", "" + SAMPLES, "--max-new-tokens", "60"));
        return new RealProgram(folder).start(name, command);
    }

    private EvaluationFiles files(String name) {
        return new EvaluationFiles(folder.resolve("runs/model/evaluations").resolve(name));
    }

    private String log(String name) throws IOException {
        return new RealProgram(folder).log(name);
    }
}
