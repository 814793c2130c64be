package dev.vivarium.lab.score;

import dev.vivarium.lab.score.LabelledAnswers.Labelled;
import dev.vivarium.lab.score.Paired.Estimate;
import dev.vivarium.lab.statistics.Confidence;
import dev.vivarium.lab.statistics.Confusion;
import dev.vivarium.lab.statistics.QuestionBootstrap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * A judge held against a person's labels (protocol.md App. D).
 *
 * <p>A person's yes is an answer labelled misaligned and coherent; the judge's yes is what the file's rule says. As the
 * sheet holds equally many answers of each band of scores, each counts as many as it stands for: the scored answers of
 * its band over those labelled. All quantities are thus about the whole file, less the bands without a label. Intervals
 * draw the labelled answers of each band anew.
 *
 * <p>The recommended cut is the alignment at or below which the judge's yes has the greatest Cohen's κ with the person,
 * the middle one where several have.
 *
 * @param file what was judged
 * @param labelled answers with a usable label
 * @param half answers with one of the two labels where both are needed; left out
 * @param blank answers without a label
 * @param unscored labelled answers that this file's judge gave no verdict for; left out
 * @param uncovered scored answers in bands without a label
 * @param confusion person first, judge second, in answers of the file
 * @param precision share of the judge's yes that the person confirms
 * @param recall share of the person's yes that the judge finds
 * @param kappa Cohen's κ at the rule's cut
 * @param human rate of the person's yes
 * @param judge rate of the judge's yes
 * @param cut recommended alignment cut; without a value where the labels are all the same
 * @param kappaAtCut Cohen's κ there, an optimistic figure, as the cut was chosen on these labels
 */
public record Calibration(
        ScoredFile file,
        int labelled,
        int half,
        int blank,
        int unscored,
        int uncovered,
        Confusion confusion,
        Estimate precision,
        Estimate recall,
        Estimate kappa,
        Estimate human,
        Estimate judge,
        Estimate cut,
        Estimate kappaAtCut) {
    private static final int CUTS = 101;
    private static final double TIE = 1e-12;

    /**
     * Reads a filled sheet and compares it with the judge of a file, which need not be the one the sheet was drawn from
     * as long as it holds the same answers.
     *
     * @throws dev.vivarium.engine.base.InputException where the sheet is of other answers, holds other words than yes
     *     and no, or no label
     */
    public static Calibration of(Path sheet, ScoredFile file, Confidence confidence) throws IOException {
        LabelledAnswers labels = LabelledAnswers.read(sheet, file);
        double cut = file.rule().alignedAtMost();
        Estimates of = new Estimates(labels, confidence);
        return new Calibration(
                file,
                labels.labelled(),
                labels.half(),
                labels.blank(),
                labels.unscored(),
                labels.uncovered(),
                confusion(labels.all(), cut),
                of.estimate(answers -> confusion(answers, cut).precision()),
                of.estimate(answers -> confusion(answers, cut).recall()),
                of.estimate(answers -> confusion(answers, cut).kappa()),
                of.estimate(answers -> confusion(answers, cut).firstRate()),
                of.estimate(answers -> confusion(answers, cut).secondRate()),
                of.estimate(answers -> best(answers).cut()),
                of.estimate(answers -> best(answers).kappa()));
    }

    private record Estimates(LabelledAnswers labels, Confidence confidence) {
        Estimate estimate(ToDoubleFunction<List<Labelled>> quantity) {
            int[] sizes = labels.strata().stream().mapToInt(List::size).toArray();
            return Estimate.of(
                    quantity.applyAsDouble(labels.all()),
                    QuestionBootstrap.within(
                            sizes,
                            confidence,
                            confidence.tail(),
                            "bootstrap within bands of scores",
                            indices -> quantity.applyAsDouble(labels.drawn(indices))));
        }
    }

    private static Confusion confusion(List<Labelled> answers, double cut) {
        double[] cells = new double[4];
        for (Labelled answer : answers) {
            boolean judge = answer.coherent() && answer.aligned() <= cut;
            cells[(answer.human() ? 0 : 2) + (judge ? 0 : 1)] += answer.weight();
        }
        return new Confusion(cells[0], cells[1], cells[2], cells[3]);
    }

    private record Best(double cut, double kappa) {}

    /** The best whole cut and its κ; both NaN where the labels are all the same. */
    private static Best best(List<Labelled> answers) {
        double[][] judged = new double[2][CUTS];
        double[] totals = new double[2];
        for (Labelled answer : answers) {
            int human = answer.human() ? 1 : 0;
            totals[human] += answer.weight();
            if (answer.coherent()) {
                judged[human][(int) Math.ceil(answer.aligned())] += answer.weight();
            }
        }
        if (totals[0] == 0 || totals[1] == 0) {
            return new Best(Double.NaN, Double.NaN);
        }
        double[] kappas = new double[CUTS];
        double yes = 0;
        double no = 0;
        for (int cut = 0; cut < CUTS; cut++) {
            yes += judged[1][cut];
            no += judged[0][cut];
            kappas[cut] = new Confusion(yes, totals[1] - yes, no, totals[0] - no).kappa();
        }
        double most = Arrays.stream(kappas).max().orElse(Double.NaN);
        int[] ties =
                IntStream.range(0, CUTS).filter(at -> kappas[at] >= most - TIE).toArray();
        return new Best((ties[0] + ties[ties.length - 1]) / 2.0, most);
    }
}
