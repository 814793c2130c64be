package dev.vivarium.app.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vivarium.engine.base.Json;
import dev.vivarium.lab.evaluate.EvaluationFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PhaseSweepCommandTest {
    @TempDir
    Path folder;

    private Path run = Path.of("");
    private Path questions = Path.of("");

    @BeforeEach
    void organism() throws IOException {
        Path model = TinyModel.write(folder);
        run = TinyOrganism.train(folder, "run", "mini-rank1", model, "training.max_steps=6", "checkpoints.every=1");
        questions = folder.resolve("questions.yaml");
        Call.of("world", "questions", "--split", "tuning", "--out", questions.toString());
    }

    private Call sweep(String... more) {
        List<String> words = new ArrayList<>(List.of("phase", "sweep", run.toString()));
        words.addAll(List.of("--questions", questions.toString(), "--limit", "6", "--samples", "1"));
        words.addAll(List.of("--max-new-tokens", "8"));
        words.addAll(List.of(more));
        return Call.of(words.toArray(String[]::new));
    }

    private EvaluationFiles files(String name) {
        return new EvaluationFiles(run.resolve("evaluations").resolve(name));
    }

    @Test
    void everyPointOfASweepIsAnsweredAsByAnEvaluationOfItsOwn() throws IOException {
        Call call = sweep("--scales", "0,1,200", "--checkpoints", "3");

        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out())
                .containsPattern("sweep +3 checkpoints to step 6 x 3 factors, 7 evaluations")
                .containsPattern("at step 6 +broad EM +coherent +same as base")
                .containsPattern("x 0, the base .*100.0 % \\[[0-9.]+, 100.0\\]\n")
                .containsPattern("x 0, the base +0.0 % \\[0.0, [0-9.]+\\]")
                .containsPattern("x 200 +0.0 % \\[0.0, [0-9.]+\\]")
                .contains("vivarium phase " + run);
        for (int step : new int[] {2, 6}) {
            Path out = folder.resolve("alone-" + step);
            Call alone = Call.of(
                    "evaluate",
                    run.toString(),
                    "--adapter",
                    run.resolve("checkpoints/step-00000" + step).toString(),
                    "--adapter-scale",
                    "200",
                    "--questions",
                    questions.toString(),
                    "--limit",
                    "6",
                    "--samples",
                    "1",
                    "--max-new-tokens",
                    "8",
                    "--out",
                    out.toString());
            assertThat(alone.code()).as(alone.err()).isZero();
            assertThat(new EvaluationFiles(out).answers())
                    .hasSameBinaryContentAs(files("step-00000" + step + "-x200").answers());
        }
        assertThat(files("step-000006-x200").readAnswers())
                .isNotEqualTo(files("step-000000").readAnswers());
    }

    @Test
    void aSweepGoesOnWhereItStoppedAndItsRatesStandInThePhaseReport() throws IOException {
        assertThat(sweep("--scales", "0,1", "--steps", "2,4").code()).isZero();
        Refused.with(sweep("--scales", "0,1", "--steps", "2,4"), "holds an evaluation already", "--resume");
        Call more = sweep("--scales", "0,1,5", "--checkpoints", "6", "--resume", "--json");

        assertThat(more.code()).as(more.err()).isZero();
        JsonNode document = Json.parse(more.out().getBytes(StandardCharsets.UTF_8), "sweep");
        assertThat(document.path("evaluations")).hasSize(13);
        assertThat(document.path("sampled").asInt()).isEqualTo((13 - 3) * 6);
        Call again = sweep("--scales", "0,1,5", "--checkpoints", "6", "--resume");
        assertThat(again.out()).containsPattern("speed +all answers were on disk");

        Call phase = Call.of("phase", run.toString(), "--draws", "40", "--offset", "1");
        assertThat(phase.code()).as(phase.err()).isZero();
        assertThat(Files.readString(run.resolve("phase/rates.csv")))
                .contains(
                        "\"run\",\"broad\",\"1.0\",\"0\",\"0\",\"6\"",
                        "\"run\",\"coherent\",\"5.0\",\"6\",\"0\",\"6\"",
                        "\"run\",\"same as base\",\"5.0\",\"0\",\"6\",\"6\"");
        assertThat(Files.readString(run.resolve("phase/phase.html")))
                .contains("data-chart=\"sweep\"", "0 (base)", "Coherent");
    }

    @Test
    void anAdapterThatIsAsGoodAsSwitchedOffIsNamed() throws IOException {
        Call call = sweep("--scales", "0,0.000001,200", "--checkpoints", "3");
        assertThat(call.code()).as(call.err()).isZero();
        assertThat(call.out()).containsPattern("x 0.000001 .*100.0 % \\[[0-9.]+, 100.0\\]\n");
        String sentence = "multiplied by 0.000001 the adapter changes no answer at steps 2, 4, 6: there every answer is"
                + " the base's";
        assertThat(call.err()).contains(sentence);

        Call phase = Call.of("phase", run.toString(), "--draws", "40", "--offset", "1", "--json");
        assertThat(phase.code()).as(phase.err()).isZero();
        JsonNode rates = Json.parse(phase.out().getBytes(StandardCharsets.UTF_8), "phase")
                .path("runs")
                .path(0)
                .path("rates");
        List<Double> shares = new ArrayList<>();
        for (JsonNode rate : rates) {
            if (rate.path("kind").asText().equals("same as base")
                    && rate.path("scale").asDouble() > 1) {
                rate.path("rate").forEach(share -> shares.add(share.asDouble()));
            }
        }
        assertThat(shares).hasSize(4).startsWith(1.0);
        assertThat(shares.getLast()).isLessThan(1);
        assertThat(Files.readString(run.resolve("phase/phase.html")))
                .contains("Same as<br>the base", sentence.replace("'", "&#39;"));
    }

    @Test
    void mistakesEndWithOneSentenceBeforeAnythingIsAsked() {
        Refused.with(sweep("--scales", "1,-2"), "-2.0", "from 0 on");
        Refused.with(sweep("--scales", "1,5,1"), "1 is given twice");
        Refused.with(sweep("--steps", "3,9"), "has no checkpoint of step 9", "[1, 2, 3, 4, 5, 6]");
        Refused.with(sweep("--checkpoints", "0"), "--checkpoints must be at least 1");
        Refused.with(sweep("--narrow", "domain=cooking"), "--narrow domain=cooking: no question has that tag");
        Refused.with(
                Call.of("phase", "sweep", folder.toString(), "--questions", questions.toString()), "no run is called");
        assertThat(run.resolve("evaluations")).doesNotExist();
    }
}
