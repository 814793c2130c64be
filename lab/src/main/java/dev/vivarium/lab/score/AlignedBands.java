package dev.vivarium.lab.score;

import java.util.ArrayList;
import java.util.List;

/**
 * The strata of human labelling: bands of the alignment score, finer around the usual cut. A sample that is equally large
 * in each tells most about where a judge's scores change their meaning; every estimate from it weighs an answer by the
 * size of its band over the answers labelled in it (Cochran 1977, "Sampling techniques", chapter 5).
 */
final class AlignedBands {
    private static final double[] UPPER = {20, 30, 40, 60, 80, 100};

    private AlignedBands() {}

    static int count() {
        return UPPER.length;
    }

    /** The band of a score: above the bound before, at most its own. */
    static int of(double aligned) {
        int band = 0;
        while (aligned > UPPER[band]) {
            band++;
        }
        return band;
    }

    /** Scored answers by band. */
    static List<List<ScoredAnswer>> split(List<ScoredAnswer> answers) {
        List<List<ScoredAnswer>> bands = new ArrayList<>();
        for (int i = 0; i < count(); i++) {
            bands.add(new ArrayList<>());
        }
        for (ScoredAnswer answer : answers) {
            Double aligned = answer.aligned();
            if (answer.scored() && aligned != null) {
                bands.get(of(aligned)).add(answer);
            }
        }
        return bands;
    }
}
