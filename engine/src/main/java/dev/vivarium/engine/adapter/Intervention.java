package dev.vivarium.engine.adapter;

import dev.vivarium.engine.base.InputException;
import dev.vivarium.engine.model.ForwardHooks;
import dev.vivarium.engine.model.ModelConfig;
import dev.vivarium.engine.model.Site;
import dev.vivarium.engine.tensor.Device;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A change of activations as data: where (layers, site), at which tokens, and what.
 *
 * @param layers blocks it acts on; at least one
 * @param operation what happens to each activation h
 */
public record Intervention(List<Integer> layers, Site site, Positions positions, Operation operation) {
    /** Length that must be left of a vector of length one when those before it are taken out of it. */
    private static final double INDEPENDENT = 1e-4;

    /** What happens to an activation h (protocol.md App. A (13)). */
    public sealed interface Operation {
        /** h ← h + λ v, or relative to the activation's own length h ← h + λ ‖h‖ v̂; {@code vector} (hidden). */
        record Add(float[] vector, double lambda, boolean relative) implements Operation {
            public Add {
                vector = vector.clone();
                if (lambda == 0 || !Double.isFinite(lambda)) {
                    throw new InputException(
                            "a scale of " + lambda + " adds nothing that can be measured; give a number but zero");
                }
                require(vector);
            }

            @Override
            public float[] vector() {
                return vector.clone();
            }
        }

        /**
         * The part of h in the space of {@code vectors} is replaced: h ← h − Q(Qᵀh − c), where Q is an orthonormal basis of
         * that space, its first column the first vector's direction (QR), and c are coefficients. Zeros ablate; for one
         * vector that is h ← h − v̂ (v̂ · h).
         *
         * @param vectors (hidden) each
         * @param coefficients one for each vector
         */
        record Project(List<float[]> vectors, List<Double> coefficients) implements Operation {
            public Project {
                vectors = vectors.stream().map(float[]::clone).toList();
                coefficients = List.copyOf(coefficients);
                if (vectors.isEmpty() || vectors.size() != coefficients.size()) {
                    throw new IllegalArgumentException(
                            vectors.size() + " vectors and " + coefficients.size() + " coefficients");
                }
                vectors.forEach(Operation::require);
                basis(vectors);
            }

            /** Ablation of the space of some vectors. */
            public static Project ablate(List<float[]> vectors) {
                return new Project(vectors, vectors.stream().map(v -> 0.0).toList());
            }

            /** The part of h in the space of some vectors becomes that of {@code mean}, (hidden): h ← h − QQᵀ(h − mean). */
            public static Project towards(List<float[]> vectors, float[] mean) {
                List<Double> coefficients = new ArrayList<>();
                for (float[] column : basis(vectors)) {
                    double along = 0;
                    for (int i = 0; i < column.length; i++) {
                        along += (double) column[i] * mean[i];
                    }
                    coefficients.add(along);
                }
                return new Project(vectors, coefficients);
            }

            /** Ablation of one direction. */
            public static Project ablate(float[] vector) {
                return ablate(List.of(vector));
            }

            @Override
            public List<float[]> vectors() {
                return vectors.stream().map(float[]::clone).toList();
            }
        }

        private static void require(float[] vector) {
            double norm = norm(vector);
            if (norm == 0 || !Double.isFinite(norm)) {
                throw new InputException("a direction of length " + norm
                        + " has no direction; take another layer of its file, or make it again");
            }
        }
    }

    public Intervention {
        layers = List.copyOf(layers);
        if (layers.isEmpty()) {
            throw new InputException("an intervention names no layer, so it would touch nothing; name at least one");
        }
        if (new HashSet<>(layers).size() != layers.size()) {
            throw new InputException("an intervention names a layer twice in " + layers + "; name each once");
        }
    }

    /** At all positions. */
    public Intervention(List<Integer> layers, Site site, Operation operation) {
        this(layers, site, Positions.ALL, operation);
    }

    /**
     * Makes sure that it can act on a model.
     *
     * @throws InputException if the model lacks a layer or has another width
     */
    public void check(ModelConfig config) {
        for (int layer : layers) {
            if (layer < 0 || layer >= config.layers()) {
                throw new InputException("an intervention names layer " + layer + " but the model has layers 0 to "
                        + (config.layers() - 1));
            }
        }
        for (Term term : terms()) {
            if (term.vector.length != config.hiddenSize()) {
                throw new InputException("a direction has " + term.vector.length + " values but the model has "
                        + config.hiddenSize() + " in an activation; use the model it was made for");
            }
        }
    }

    /**
     * Hooks that act on all rows of a pass, made in the current scope.
     *
     * @param device of the decoder
     * @throws InputException if it does not fit the model
     * @throws IllegalArgumentException if it acts at some positions only: a pass does not say which tokens are the prompt's
     */
    public ForwardHooks hooks(ModelConfig config, Device device) {
        check(config);
        if (!positions.equals(Positions.ALL)) {
            throw new IllegalArgumentException("rows of a pass have prompts of their own; use an InterventionBank");
        }
        return RowInterventions.of(List.of(List.of(this)), new int[][] {{0}}, device);
    }

    /** A change along one vector; each operation is a few of them, one after the other. */
    record Term(Kind kind, float[] vector, double coefficient) {
        enum Kind {
            /** h ← h + v. */
            ADD,
            /** h ← h + ‖h‖ v. */
            ADD_RELATIVE,
            /** h ← h − v (v · h − coefficient), v of length one. */
            PROJECT
        }
    }

    List<Term> terms() {
        return switch (operation) {
            case Operation.Add add -> {
                double factor = add.relative ? add.lambda / norm(add.vector) : add.lambda;
                Term.Kind kind = add.relative ? Term.Kind.ADD_RELATIVE : Term.Kind.ADD;
                yield List.of(new Term(kind, scaled(add.vector, factor), 0));
            }
            case Operation.Project project -> {
                List<Term> terms = new ArrayList<>();
                List<float[]> basis = basis(project.vectors);
                for (int i = 0; i < basis.size(); i++) {
                    terms.add(new Term(Term.Kind.PROJECT, basis.get(i), project.coefficients.get(i)));
                }
                yield terms;
            }
        };
    }

    /** L2 norm. */
    static double norm(float[] vector) {
        double sum = 0;
        for (float value : vector) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }

    private static float[] scaled(float[] vector, double factor) {
        float[] scaled = new float[vector.length];
        for (int i = 0; i < scaled.length; i++) {
            scaled[i] = (float) (factor * vector[i]);
        }
        return scaled;
    }

    /** The columns of Q in a QR decomposition, by Gram-Schmidt done twice so that they are orthogonal to the last digit. */
    private static List<float[]> basis(List<float[]> vectors) {
        List<double[]> columns = new ArrayList<>();
        for (float[] vector : vectors) {
            double[] column = new double[vector.length];
            double norm = norm(vector);
            for (int i = 0; i < column.length; i++) {
                column[i] = vector[i] / norm;
            }
            for (int pass = 0; pass < 2; pass++) {
                for (double[] earlier : columns) {
                    if (earlier.length != column.length) {
                        throw new InputException("directions of " + earlier.length + " and " + column.length
                                + " values span no space; take those of one model");
                    }
                    double along = dot(earlier, column);
                    for (int i = 0; i < column.length; i++) {
                        column[i] -= along * earlier[i];
                    }
                }
            }
            double left = Math.sqrt(dot(column, column));
            if (left < INDEPENDENT) {
                throw new InputException("direction " + (columns.size() + 1) + " of " + vectors.size()
                        + " lies in the space of those before it; leave it out");
            }
            for (int i = 0; i < column.length; i++) {
                column[i] /= left;
            }
            columns.add(column);
        }
        return columns.stream().map(Intervention::floats).toList();
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static float[] floats(double[] values) {
        float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }
}
