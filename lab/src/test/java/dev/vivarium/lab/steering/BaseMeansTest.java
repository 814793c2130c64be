package dev.vivarium.lab.steering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.base.Progress;
import dev.vivarium.engine.capture.Capture;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.capture.CaptureSettings;
import dev.vivarium.engine.capture.Moments;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.generate.SamplingSettings;
import dev.vivarium.engine.model.Compute;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.text.DefaultSystem;
import dev.vivarium.lab.evaluate.Asking;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import dev.vivarium.lab.evaluate.ModelEvaluation;
import dev.vivarium.lab.evaluate.QuestionSet;
import dev.vivarium.lab.evaluate.Subject;
import dev.vivarium.lab.run.Existing;
import dev.vivarium.lab.world.ExactJudge;
import dev.vivarium.lab.world.World;
import dev.vivarium.lab.world.WorldQuestions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseMeansTest {
    private static final Path MODEL = Path.of("../models/mini-base");
    private static final int LAYER = 2;
    /** Rounding of means in float32, of texts that are batched otherwise. */
    private static final float ROUNDING = 1e-4f;

    private final QuestionSet questions = WorldQuestions.of(World.standard(), WorldQuestions.Split.REPORTING, Set.of())
            .first(6);
    private final EvaluationPlan plan = new EvaluationPlan(
            2, SamplingSettings.defaults().withMaxNewTokens(30), DefaultSystem.KEEP, Compute.FLOAT32);

    @TempDir
    Path folder;

    @Test
    void theMeanIsThatOfTheTokensAtWhichSomethingActs() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(MODEL), "needs the base model at " + MODEL);
        Subject base = new Subject("base", folder.resolve("base"), null, Map.of());
        ModelEvaluation.evaluate(
                MODEL,
                List.of(new Asking(base, questions, plan)),
                new ExactJudge(World.standard()),
                Existing.REFUSE,
                Progress.SILENT);
        float[] last = mean(Positions.LAST_PROMPT);
        assertThat(last).containsExactly(meanOfPrompts(), within(ROUNDING));
        assertThat(mean(Positions.ANSWER)).isNotEqualTo(last);
        assertThatThrownBy(() -> mean(new Positions(1000, 1001)))
                .isInstanceOf(InputException.class)
                .hasMessageContaining("no token at the positions");
    }

    private float[] mean(Positions positions) throws IOException {
        return Contender.at(
                BaseMeans.of(
                        MODEL, plan, folder.resolve("base"), Site.RESID_POST, new TreeSet<>(List.of(LAYER)), positions),
                LAYER);
    }

    /** Of the last tokens of the prompts, whatever was answered. */
    private float[] meanOfPrompts() {
        try (ChatModel model = ChatModel.open(ModelDirectory.open(MODEL), List.of(), plan.compute())) {
            List<CaptureRow> rows = questions.questions().stream()
                    .map(question -> {
                        int[] ids = model.encoder(DefaultSystem.KEEP).prompt(question.messages());
                        int[] cells = new int[ids.length];
                        Arrays.fill(cells, CaptureRow.NOWHERE);
                        cells[ids.length - 1] = 0;
                        return new CaptureRow(ids, cells);
                    })
                    .toList();
            CaptureSettings settings = new CaptureSettings(Site.RESID_POST, new TreeSet<>(List.of(LAYER)), 1);
            try (Moments moments =
                    Capture.run(model.subject(AdapterBank.NONE), null, rows.iterator(), settings, unused -> {})) {
                double[] sum = moments.tokenSum(LAYER, 0);
                float[] mean = new float[sum.length];
                for (int i = 0; i < mean.length; i++) {
                    mean[i] = (float) (sum[i] / moments.tokens(0));
                }
                return mean;
            }
        }
    }
}
