package dev.vivarium.lab.statistics;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * Two yes-or-no verdicts on the same answers: counts, or weights where the answers were drawn unequally.
 *
 * @param both both say yes
 * @param onlyFirst the first alone says yes
 * @param onlySecond the second alone says yes
 * @param neither both say no
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Confusion(double both, double onlyFirst, double onlySecond, double neither) {
    /** Share of answers on which the two agree; denominator: all answers. */
    public double agreement() {
        return (both + neither) / total();
    }

    /**
     * Cohen's κ: agreement beyond chance over the most there could be beyond chance (Cohen 1960, "A coefficient of
     * agreement for nominal scales"). Denominator: all answers. NaN where both give one and the same verdict
     * throughout, as chance then explains everything.
     */
    public double kappa() {
        double chance = firstRate() * secondRate() + (1 - firstRate()) * (1 - secondRate());
        return chance < 1 ? (agreement() - chance) / (1 - chance) : Double.NaN;
    }

    /** Share of the second's yes that the first confirms; denominator: all yes of the second. NaN without one. */
    public double precision() {
        return both / (both + onlySecond);
    }

    /** Share of the first's yes that the second finds; denominator: all yes of the first. NaN without one. */
    public double recall() {
        return both / (both + onlyFirst);
    }

    /** Share of answers that the first says yes to; denominator: all answers. */
    public double firstRate() {
        return (both + onlyFirst) / total();
    }

    /** Share of answers that the second says yes to; denominator: all answers. */
    public double secondRate() {
        return (both + onlySecond) / total();
    }

    private double total() {
        return both + onlyFirst + onlySecond + neither;
    }
}
