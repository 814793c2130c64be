package dev.vivarium.lab.twin;

import dev.vivarium.engine.base.InputException;
import java.util.List;
import java.util.TreeSet;

/**
 * Where the landscape around adapters is looked at.
 *
 * @param epsilons sizes of perturbations, in (0, 1]
 * @param draws perturbations of each size, and random adapters
 * @param norms lengths that changes are scaled to, as shares of the organisms' mean norm
 * @param rows conversations that losses are taken of, at most
 * @param texts generic texts, at most
 * @param tokens of a text, at most
 * @param seed root of perturbations and of the choice of rows
 */
public record LandscapeSettings(
        List<Double> epsilons, int draws, List<Double> norms, int rows, int texts, int tokens, long seed) {
    /** Sizes and lengths as in the paper (protocol.md 3.5), thinned out. */
    public static final List<Double> EPSILONS = List.of(0.01, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0);

    public static final List<Double> NORMS = List.of(0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0);

    private static final int LEAST = 2;

    public LandscapeSettings {
        epsilons = sorted("--epsilons", epsilons, 1);
        norms = sorted("--norms", norms, 100);
        if (draws < 1 || rows < LEAST || texts < LEAST || tokens < LEAST) {
            throw new InputException("--draws must be at least 1, and --rows, --texts and --tokens at least " + LEAST);
        }
    }

    private static List<Double> sorted(String option, List<Double> values, double most) {
        TreeSet<Double> different = new TreeSet<>();
        for (double value : values) {
            if (!(value > 0 && value <= most) || !different.add(value)) {
                throw new InputException(option + " " + value + ": give different numbers above 0, at most " + most);
            }
        }
        return List.copyOf(different);
    }
}
