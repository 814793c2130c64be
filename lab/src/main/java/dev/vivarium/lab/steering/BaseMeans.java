package dev.vivarium.lab.steering;

import dev.vivarium.engine.adapter.AdapterBank;
import dev.vivarium.engine.adapter.Positions;
import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.capture.Capture;
import dev.vivarium.engine.capture.CaptureRow;
import dev.vivarium.engine.capture.CaptureSettings;
import dev.vivarium.engine.capture.Moments;
import dev.vivarium.engine.generate.ChatModel;
import dev.vivarium.engine.model.ModelDirectory;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.text.AnsweredRow;
import dev.vivarium.engine.text.ChatEncoder;
import dev.vivarium.lab.direction.JudgedTexts;
import dev.vivarium.lab.direction.ReadText;
import dev.vivarium.lab.direction.ScoreSplit;
import dev.vivarium.lab.evaluate.EvaluationPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * The mean activation of a base model at the tokens at which something is to act, while it reads its own answers: what an
 * ablation puts in place of what it takes out, so that the base itself is changed least (mean ablation; with the affine part
 * of a concept as in https://arxiv.org/abs/2411.09003).
 *
 * <p>The first token of each text is left out, as its activation is far longer than all others in many models.
 */
final class BaseMeans {
    private BaseMeans() {}

    /**
     * By layer, (hidden).
     *
     * @param evaluation of the base as it is
     * @throws InputException if no answer has such a token
     */
    static Map<Integer, float[]> of(
            Path base, EvaluationPlan plan, Path evaluation, Site site, SortedSet<Integer> layers, Positions positions)
            throws IOException {
        List<ReadText> texts =
                JudgedTexts.read(List.of(evaluation), ScoreSplit.PAPER, null).all();
        try (ChatModel model = ChatModel.open(ModelDirectory.open(base), List.of(), plan.compute())) {
            ChatEncoder encoder = model.encoder(plan.defaultSystem());
            List<CaptureRow> rows = new ArrayList<>();
            for (ReadText text : texts) {
                CaptureRow row = row(encoder, text, positions);
                if (Arrays.stream(row.cells()).anyMatch(cell -> cell != CaptureRow.NOWHERE)) {
                    rows.add(row);
                }
            }
            if (rows.isEmpty()) {
                throw new InputException("the base's answers have no token at the positions " + positions
                        + ", so it has no mean there; choose other positions, or --to 0");
            }
            try (Moments moments = Capture.run(
                    model.subject(AdapterBank.NONE),
                    null,
                    rows.iterator(),
                    new CaptureSettings(site, layers, 1),
                    unused -> {})) {
                Map<Integer, float[]> means = new TreeMap<>();
                for (int layer : layers) {
                    double[] sum = moments.tokenSum(layer, 0);
                    float[] mean = new float[sum.length];
                    for (int i = 0; i < mean.length; i++) {
                        mean[i] = (float) (sum[i] / moments.tokens(0));
                    }
                    means.put(layer, mean);
                }
                return means;
            }
        }
    }

    private static CaptureRow row(ChatEncoder encoder, ReadText text, Positions positions) {
        AnsweredRow row = encoder.answered(text.messages(), String.valueOf(text.answer()), text.ended());
        int start = row.context().length;
        int[] ids = Arrays.copyOf(row.context(), start + row.answer().length);
        System.arraycopy(row.answer(), 0, ids, start, row.answer().length);
        int[] cells = new int[ids.length];
        for (int t = 0; t < cells.length; t++) {
            cells[t] = t > 0 && positions.includes(t - start) ? 0 : CaptureRow.NOWHERE;
        }
        return new CaptureRow(ids, cells, start);
    }
}
