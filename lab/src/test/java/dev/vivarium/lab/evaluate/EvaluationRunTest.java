package dev.vivarium.lab.evaluate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vivarium.engine.base.AtomicFiles;
import dev.vivarium.engine.base.Hashes;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.lab.run.Existing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationRunTest {
    @TempDir
    Path temporary;

    private final QuestionSet questions = QuestionSet.of(List.of(
            new Question("a", "A?", null, Map.of("domain", "x")),
            new Question("b", "B?", null, Map.of("domain", "y"))));
    private final Judge judge = new SampleJudge();
    private EvaluationFiles whole;
    private int judged;

    @BeforeEach
    void undisturbedRun() throws IOException {
        whole = new EvaluationFiles(temporary.resolve("whole"));
        run(whole.directory(), Existing.REFUSE, 2, new Sampler(1));
    }

    @Test
    void finalFilesAreInCanonicalOrder() throws IOException {
        assertThat(whole.readAnswers())
                .extracting(a -> a.questionId() + a.sample())
                .containsExactly("a0", "a1", "b0", "b1");
        assertThat(whole.readJudgements()).hasSize(4);
        assertThat(Scores.read(whole.scores()).answers()).isEqualTo(4);
        assertThat(whole.readSessions())
                .singleElement()
                .satisfies(s -> assertThat(s.answers()).isEqualTo(4));
        assertThat(QuestionSet.read(whole.questions()).sha256()).isEqualTo(questions.sha256());
        try (Stream<Path> names = Files.list(whole.directory())) {
            assertThat(names.map(p -> p.getFileName().toString()))
                    .containsExactlyInAnyOrder(
                            "evaluation.json",
                            "questions.yaml",
                            "answers.jsonl",
                            "judgements.jsonl",
                            "scores.json",
                            "sessions.jsonl");
        }
    }

    @Test
    void killedWhileSamplingAtAnyByteThenResumedEqualsUndisturbed() throws IOException {
        byte[] answers = inSamplingOrder();
        for (int cut = 0; cut <= answers.length; cut++) {
            Path directory = temporary.resolve("cut");
            begin(directory);
            Files.write(directory.resolve("answers.jsonl"), Arrays.copyOf(answers, cut));
            Sampler sampler = new Sampler(cut);
            run(directory, Existing.RESUME, 2, sampler);
            int onDisk = (int) new String(Arrays.copyOf(answers, cut), StandardCharsets.UTF_8)
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            assertThat(sampler.sampled).as("cut %d", cut).hasSize(4 - onDisk).doesNotHaveDuplicates();
            assertSameResults(directory, cut);
            delete(directory);
        }
    }

    @Test
    void killedWhileJudgingAtAnyByteThenResumedEqualsUndisturbed() throws IOException {
        byte[] judgements = Files.readAllBytes(whole.judgements());
        for (int cut = 0; cut <= judgements.length; cut++) {
            Path directory = temporary.resolve("cut");
            begin(directory);
            Files.copy(whole.answers(), directory.resolve("answers.jsonl"));
            Files.write(directory.resolve("judgements.jsonl"), Arrays.copyOf(judgements, cut));
            judged = 0;
            Sampler sampler = new Sampler(0);
            run(directory, Existing.RESUME, 2, sampler);
            assertThat(sampler.sampled).isEmpty();
            int onDisk = (int) new String(Arrays.copyOf(judgements, cut), StandardCharsets.UTF_8)
                    .lines()
                    .count();
            assertThat(judged).isBetween(4 - onDisk, 5 - onDisk);
            assertSameResults(directory, cut);
            delete(directory);
        }
    }

    @Test
    void sourceThatDiesKeepsWhatItGaveAndResumes() throws IOException {
        Path directory = temporary.resolve("dying");
        for (int life = 0; life < 4; life++) {
            Sampler sampler = new Sampler(life);
            assertThatThrownBy(() -> run(directory, Existing.RESUME, 2, (missing, sink) -> {
                        sampler.sample(missing.subList(0, 1), sink);
                        throw new IOException("gone");
                    }))
                    .hasMessage("gone");
        }
        Sampler last = new Sampler(9);
        run(directory, Existing.RESUME, 2, last);
        assertThat(last.sampled).isEmpty();
        assertSameResults(directory, -1);
    }

    @Test
    void finishedEvaluationResumesToTheSameFiles() throws IOException {
        Sampler sampler = new Sampler(0);
        judged = 0;
        Map<String, String> before = hashes(whole.directory());
        run(whole.directory(), Existing.RESUME, 2, sampler);
        assertThat(sampler.sampled).isEmpty();
        assertThat(judged).isZero();
        assertThat(hashes(whole.directory())).isEqualTo(before);
    }

    @Test
    void moreSamplesAreAddedToThoseOnDisk() throws IOException {
        Sampler sampler = new Sampler(0);
        run(whole.directory(), Existing.RESUME, 3, sampler);
        assertThat(sampler.sampled).containsExactlyInAnyOrder("a2", "b2");
        Path fresh = temporary.resolve("fresh");
        run(fresh, Existing.REFUSE, 3, new Sampler(5));
        assertThat(Files.readString(whole.scores())).isEqualTo(Files.readString(fresh.resolve("scores.json")));
        refused(() -> run(whole.directory(), Existing.RESUME, 2, new Sampler(0)), "samples was 3 and is now 2");
    }

    @Test
    void existingEvaluationIsNeverOverwrittenUnasked() throws IOException {
        refused(() -> run(whole.directory(), Existing.REFUSE, 2, new Sampler(0)), "add --resume to continue it");
        Sampler sampler = new Sampler(0);
        run(whole.directory(), Existing.FORCE, 2, sampler);
        assertThat(sampler.sampled).hasSize(4);
        Path other = Files.createDirectory(temporary.resolve("other"));
        Files.writeString(other.resolve("letter.txt"), "mine");
        refused(() -> run(other, Existing.FORCE, 2, new Sampler(0)), "exists and is no evaluation");
        assertThat(other.resolve("letter.txt")).hasContent("mine");
    }

    @Test
    void resumeWithOtherSettingsNamesTheDifference() {
        refused(() -> open(settings(2, 8, "m"), Existing.RESUME), "seed was 7 and is now 8");
        refused(() -> open(settings(2, 7, "n"), Existing.RESUME), "model.sha256 was m and is now n");
    }

    @Test
    void twoProcessesDoNotShareADirectory() throws IOException {
        EvaluationRun first = open(settings(2, 7, "m"), Existing.RESUME);
        refused(() -> open(settings(2, 7, "m"), Existing.RESUME), "another process is working on this evaluation");
        first.close();
        open(settings(2, 7, "m"), Existing.RESUME).close();
    }

    @Test
    void editedLinesAreRefusedWithTheirNumber() throws IOException {
        String text = Files.readString(whole.answers());
        Files.writeString(whole.answers(), text.replaceFirst("\\{", "["));
        refused(() -> run(whole.directory(), Existing.RESUME, 2, new Sampler(0)), "answers.jsonl:1: not a line");
        Files.writeString(whole.answers(), text + text.lines().findFirst().orElseThrow() + "\n");
        refused(() -> run(whole.directory(), Existing.RESUME, 2, new Sampler(0)), "is doubled or was not asked for");
        Files.writeString(whole.answers(), text);
        Files.writeString(whole.settings(), "{\"schema\": 9}");
        refused(() -> run(whole.directory(), Existing.RESUME, 2, new Sampler(0)), "schema 9, this program reads 1");
    }

    @Test
    void doubledOrUnaskedAnswersOfASourceAreRefused() throws IOException {
        try (EvaluationRun run = open(settings(3, 7, "m"), Existing.RESUME)) {
            assertThat(run.missing()).hasSize(2);
            run.accept(answer("a", 2));
            assertThatThrownBy(() -> run.accept(answer("a", 2))).hasMessageContaining("sampled twice");
            assertThatThrownBy(() -> run.accept(answer("a", 3))).hasMessageContaining("without being asked");
            assertThatThrownBy(() -> run.accept(answer("z", 0))).hasMessageContaining("without being asked");
            assertThatThrownBy(() -> run.finish(ScoreSettings.DEFAULT)).hasMessageContaining("1 answers are missing");
        }
    }

    private void begin(Path directory) throws IOException {
        Files.createDirectories(directory);
        Files.copy(whole.settings(), directory.resolve("evaluation.json"));
        Files.copy(whole.questions(), directory.resolve("questions.yaml"));
    }

    private byte[] inSamplingOrder() throws IOException {
        List<String> lines = new ArrayList<>(Files.readAllLines(whole.answers()));
        Collections.reverse(lines);
        return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    }

    private void assertSameResults(Path directory, int cut) throws IOException {
        for (String name : List.of("evaluation.json", "answers.jsonl", "judgements.jsonl", "scores.json")) {
            assertThat(Files.readAllBytes(directory.resolve(name)))
                    .as("%s, cut at byte %d", name, cut)
                    .isEqualTo(Files.readAllBytes(whole.directory().resolve(name)));
        }
    }

    private static Map<String, String> hashes(Path directory) throws IOException {
        Map<String, String> hashes = new TreeMap<>();
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                hashes.put(file.getFileName().toString(), Hashes.sha256(file));
            }
        }
        return hashes;
    }

    private static void delete(Path directory) throws IOException {
        AtomicFiles.deleteTree(directory);
    }

    private Scores run(Path directory, Existing existing, int samples, AnswerSource source) throws IOException {
        return EvaluationRun.run(
                directory, existing, questions, settings(samples, 7, "m"), source, judge, Progress.SILENT);
    }

    private EvaluationRun open(EvaluationSettings settings, Existing existing) throws IOException {
        return EvaluationRun.open(whole.directory(), existing, questions, settings, judge, System::nanoTime);
    }

    private EvaluationSettings settings(int samples, long seed, String model) {
        return EvaluationSettings.of(
                questions, samples, seed, Map.of("sha256", model), Map.of("temperature", "1.0"), judge.identity());
    }

    private static void refused(ThrowingCallable call, String sentence) {
        assertThatThrownBy(call).isInstanceOf(InputException.class).hasMessageContaining(sentence);
    }

    private static Answer answer(String id, int sample) {
        return new Answer(id, sample, "é \"" + id + sample + "\"\n", sample == 1 ? "length" : "stop", 3 + sample);
    }

    /** Answers tasks in an order of its own and remembers which. */
    private static final class Sampler implements AnswerSource {
        final List<String> sampled = new ArrayList<>();
        private final int seed;

        Sampler(int seed) {
            this.seed = seed;
        }

        @Override
        public void sample(List<AnswerTask> missing, Sink sink) throws IOException {
            List<AnswerTask> order = new ArrayList<>(missing);
            Collections.shuffle(order, new Random(seed));
            for (AnswerTask task : order) {
                sampled.add(task.question().id() + task.sample());
                sink.accept(answer(task.question().id(), task.sample()));
            }
        }
    }

    private final class SampleJudge implements Judge {
        @Override
        public JudgeIdentity identity() {
            return new JudgeIdentity("sample", "1", "0", "none");
        }

        @Override
        public Judgement judge(Question question, Answer answer) {
            judged++;
            return new Judgement(
                    answer.questionId(),
                    answer.sample(),
                    answer.sample() * 40.0,
                    answer.sample() == 1 ? null : 90.0,
                    Map.of("length", 1.0 + answer.tokens()));
        }
    }
}
