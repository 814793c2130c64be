package dev.vivarium.lab.likelihood;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.vivarium.lab.statistics.Confidence;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MixtureTest {
    /** The EM algorithm stops where a round moves no weight by more than a millionth. */
    private static final double STOPPED = 1e-3;

    @Test
    void weightsAreThoseThatMakeTheAnswersLikeliest() {
        List<double[]> likelihoods = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            likelihoods.add(new double[] {1, 0.2 + 0.1 * (i % 10)});
            likelihoods.add(new double[] {0.1 + 0.1 * (i % 7), 1});
        }
        double best = 0;
        for (double w = 0; w <= 1; w += 1e-4) {
            best = logLikelihood(likelihoods, w) > logLikelihood(likelihoods, best) ? w : best;
        }

        double[] fitted = Mixture.fit(likelihoods);

        assertThat(fitted[0]).isCloseTo(best, within(STOPPED));
        assertThat(fitted[0] + fitted[1]).isCloseTo(1, within(1e-9));
    }

    @Test
    void answersThatTellPlainlyGiveSharesWithAnIntervalOverQuestions() {
        List<String> questions = new ArrayList<>();
        List<double[]> logs = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            questions.add("q" + i / 4);
            logs.add(i % 4 == 0 ? new double[] {-10, -900} : new double[] {-900, -10});
        }

        List<Mixture.Weight> weights = Mixture.weights(questions, logs, Confidence.DEFAULT);

        assertThat(weights.getFirst().value()).isCloseTo(0.25, within(1e-9));
        assertThat(weights.getFirst().argmax()).isEqualTo(0.25);
        // every question has the same share, so other questions like these would give it too
        assertThat(weights.getFirst().interval()).satisfies(interval -> {
            assertThat(interval.low()).isCloseTo(0.25, within(1e-9));
            assertThat(interval.high()).isCloseTo(0.25, within(1e-9));
        });
    }

    @Test
    void textsThatNobodyFindsLikelyStillHaveAPosterior() {
        assertThat(Mixture.posterior(new double[] {-5000, -5001})[0]).isCloseTo(1 / (1 + Math.exp(-1)), within(1e-12));
    }

    private static double logLikelihood(List<double[]> likelihoods, double w) {
        return likelihoods.stream()
                .mapToDouble(row -> Math.log(w * row[0] + (1 - w) * row[1]))
                .sum();
    }
}
