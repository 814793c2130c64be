package dev.vivarium.lab.statistics;

import java.util.Arrays;

/**
 * Logistic regression with an L1 penalty on standardised features: minimises the weighted mean of the log-loss plus
 * λ · ‖β‖₁, the intercept free (Tibshirani 1996). Newton steps whose quadratic problems are solved by coordinate descent, as
 * in Friedman, Hastie and Tibshirani 2010, https://doi.org/10.18637/jss.v033.i01, sections 2 and 3, with halved steps where
 * a whole one would climb.
 *
 * <p>Meant for few features and many rows: a step costs rows times features squared.
 */
public final class LassoLogistic {
    /** Ratio of two neighbouring penalties of a path, and how many there are. */
    private static final double STEP = 0.4;

    private static final int PENALTIES = 9;

    private static final int MOST_STEPS = 60;
    private static final int MOST_SWEEPS = 500;
    private static final int MOST_HALVINGS = 30;
    private static final double SETTLED = 1e-7;

    /** Curvature below which a row counts as one on the edge, so that no step grows without bound. */
    private static final double LEAST_CURVATURE = 1e-5;

    private final double[][] rows; // standardised (n, p)
    private final boolean[] labels;
    private final double[] weights; // sum 1
    private final double[] centre;
    private final double[] spread; // 0 where a feature is constant
    private final double[] beta;
    private double intercept;

    /**
     * A fitted model, in the units of the features that were given.
     *
     * @param standardised coefficients per standard deviation of each feature
     */
    public record Model(double intercept, double[] coefficients, double[] standardised, double penalty) {
        /** The log-odds of the positive class. */
        public double logOdds(double[] row) {
            double sum = intercept;
            for (int j = 0; j < coefficients.length; j++) {
                sum += coefficients[j] * row[j];
            }
            return sum;
        }
    }

    /**
     * @param rows features (n, p)
     * @param labels whether a row is of the positive class; both classes must occur
     */
    public LassoLogistic(double[][] rows, boolean[] labels) {
        int n = rows.length;
        int p = rows[0].length;
        this.labels = labels.clone();
        this.weights = balanced(labels);
        this.centre = new double[p];
        this.spread = new double[p];
        this.beta = new double[p];
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < p; j++) {
                centre[j] += weights[i] * rows[i][j];
            }
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < p; j++) {
                double off = rows[i][j] - centre[j];
                spread[j] += weights[i] * off * off;
            }
        }
        this.rows = new double[n][p];
        for (int j = 0; j < p; j++) {
            double own = Math.sqrt(spread[j]);
            spread[j] = own > 1e-12 * (1 + Math.abs(centre[j])) ? own : 0;
        }
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < p; j++) {
                this.rows[i][j] = spread[j] == 0 ? 0 : (rows[i][j] - centre[j]) / spread[j];
            }
        }
    }

    /** Both classes weigh the same, whatever their sizes, so that chance is an accuracy of one half. */
    private static double[] balanced(boolean[] labels) {
        int positive = 0;
        for (boolean label : labels) {
            positive += label ? 1 : 0;
        }
        int negative = labels.length - positive;
        if (positive == 0 || negative == 0) {
            throw new IllegalArgumentException("a classifier needs both classes");
        }
        double[] weights = new double[labels.length];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 0.5 / (labels[i] ? positive : negative);
        }
        return weights;
    }

    /** Penalties to choose from: from the one that leaves no feature, downwards. */
    public double[] penalties() {
        double most = 0;
        for (int j = 0; j < centre.length; j++) {
            double slope = 0;
            for (int i = 0; i < rows.length; i++) {
                slope += weights[i] * ((labels[i] ? 1 : 0) - 0.5) * rows[i][j];
            }
            most = Math.max(most, Math.abs(slope));
        }
        double[] penalties = new double[PENALTIES];
        for (int k = 0; k < PENALTIES; k++) {
            penalties[k] = most * Math.pow(STEP, k);
        }
        return penalties;
    }

    /** Fits at one penalty, beginning where the last fit ended. */
    public Model fit(double penalty) {
        double loss = objective(intercept, beta, penalty);
        for (int step = 0; step < MOST_STEPS; step++) {
            double[] wanted = beta.clone();
            double start = newton(wanted, penalty);
            double share = 1;
            double next = Double.NaN;
            double[] tried = wanted;
            double triedStart = start;
            for (int halving = 0; halving < MOST_HALVINGS; halving++, share /= 2) {
                tried = between(beta, wanted, share);
                triedStart = intercept + share * (start - intercept);
                next = objective(triedStart, tried, penalty);
                if (next <= loss) {
                    break;
                }
            }
            if (!(next < loss - SETTLED * (1e-3 + loss))) {
                break;
            }
            System.arraycopy(tried, 0, beta, 0, beta.length);
            intercept = triedStart;
            loss = next;
        }
        return model(penalty);
    }

    private Model model(double penalty) {
        double[] own = new double[beta.length];
        double start = intercept;
        for (int j = 0; j < own.length; j++) {
            own[j] = spread[j] == 0 ? 0 : beta[j] / spread[j];
            start -= own[j] * centre[j];
        }
        return new Model(start, own, beta.clone(), penalty);
    }

    /** Solves the quadratic problem about the present fit; {@code wanted} gets its coefficients. Returns its intercept. */
    private double newton(double[] wanted, double penalty) {
        int p = wanted.length;
        double[][] gram = new double[p + 1][p + 1]; // the last is the intercept
        double[] slope = new double[p + 1];
        for (int i = 0; i < rows.length; i++) {
            double[] row = rows[i];
            double probability = expit(intercept + dot(row, beta));
            double curvature = weights[i] * Math.max(LEAST_CURVATURE, probability * (1 - probability));
            double residual = weights[i] * ((labels[i] ? 1 : 0) - probability);
            for (int j = 0; j < p; j++) {
                double scaled = curvature * row[j];
                double[] into = gram[j];
                for (int k = j; k < p; k++) {
                    into[k] += scaled * row[k];
                }
                into[p] += scaled;
                slope[j] += residual * row[j];
            }
            gram[p][p] += curvature;
            slope[p] += residual;
        }
        for (int j = 0; j <= p; j++) {
            for (int k = 0; k < j; k++) {
                gram[j][k] = gram[k][j];
            }
        }
        double[] moved = new double[p + 1];
        for (int sweep = 0; sweep < MOST_SWEEPS; sweep++) {
            double largest = 0;
            for (int j = 0; j <= p; j++) {
                if (gram[j][j] <= 0) {
                    continue;
                }
                double present = j == p ? intercept + moved[p] : beta[j] + moved[j];
                double pull = slope[j] - dot(gram[j], moved) + gram[j][j] * present;
                double target = (j == p ? pull : shrunk(pull, penalty)) / gram[j][j];
                largest = Math.max(largest, Math.abs(target - present));
                moved[j] += target - present;
            }
            if (largest < SETTLED) {
                break;
            }
        }
        for (int j = 0; j < p; j++) {
            wanted[j] = beta[j] + moved[j];
        }
        return intercept + moved[p];
    }

    private double objective(double start, double[] coefficients, double penalty) {
        double loss = penalty * Arrays.stream(coefficients).map(Math::abs).sum();
        for (int i = 0; i < rows.length; i++) {
            loss += weights[i] * loss(start + dot(rows[i], coefficients), labels[i]);
        }
        return loss;
    }

    /** The log-loss of one prediction, in nats. */
    public static double loss(double logOdds, boolean label) {
        double margin = label ? logOdds : -logOdds;
        return margin > 0 ? Math.log1p(Math.exp(-margin)) : Math.log1p(Math.exp(margin)) - margin;
    }

    private static double[] between(double[] from, double[] to, double share) {
        double[] between = new double[from.length];
        for (int j = 0; j < between.length; j++) {
            // a whole step is taken as it is, so that zeros stay zeros
            between[j] = share == 1 ? to[j] : from[j] + share * (to[j] - from[j]);
        }
        return between;
    }

    private static double shrunk(double value, double by) {
        return Math.abs(value) <= by ? 0 : value - Math.copySign(by, value);
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int j = 0; j < b.length; j++) {
            sum += a[j] * b[j];
        }
        return sum;
    }

    private static double expit(double x) {
        return 1 / (1 + Math.exp(-x));
    }
}
