package dev.vivarium.lab.report;

/** Ends of axes for shares: round numbers that the plots of a page have in common. */
final class Axis {
    private static final double[] ENDS = {0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1};

    private Axis() {}

    /** The first end that a share does not exceed. */
    static double reaching(double highest) {
        for (double end : ENDS) {
            if (highest <= end) {
                return end;
            }
        }
        return 1;
    }
}
