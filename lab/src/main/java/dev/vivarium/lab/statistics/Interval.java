package dev.vivarium.lab.statistics;

/**
 * Bounds between which a quantity lies, and how they were found.
 *
 * @param low lower bound, in the unit of the quantity
 * @param high upper bound
 * @param method for people, for example {@code Wilson, 95 %}
 */
public record Interval(double low, double high, String method) {
    public Interval {
        if (!(low <= high)) {
            throw new IllegalArgumentException("bounds are the wrong way round: " + low + ", " + high);
        }
    }

    /** Whether a value lies within the bounds. */
    public boolean contains(double value) {
        return low <= value && value <= high;
    }

    /** The two bounds, low first, as result files write them. */
    public double[] bounds() {
        return new double[] {low, high};
    }
}
