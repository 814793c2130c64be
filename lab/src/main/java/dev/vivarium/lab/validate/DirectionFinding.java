package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.statistics.Interval;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The mean-difference directions of an organism, taken out of it and put into its base, with controls.
 *
 * @param seed of the base's pretraining
 * @param dataset the domain trained on
 * @param misaligned misaligned answers of the organism that the direction was made of
 * @param aligned aligned answers of the base that it was made of
 * @param made the directions, by the tokens that they were read at; empty where there was too little to make one of
 * @param rows what was answered
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DirectionFinding(
        long seed, String dataset, int misaligned, int aligned, List<Made> made, List<Row> rows) {
    /** {@link Row#use}: taken out at all layers. */
    public static final String ABLATED = "ablated at all layers";

    /** {@link Row#use}: taken out at the layers above the adapter's, where what the adapter writes is not touched at its source. */
    public static final String ABOVE = "ablated above the adapter";

    /** {@link Row#use}: added to the base at one layer. */
    public static final String ADDED = "added to the base";

    /** {@link Row#under} of the direction itself. */
    public static final String DIRECTION = "direction";

    /** {@link Row#model} of the organism. */
    static final String ORGANISM = "organism";

    private static final String RANDOM = "random-";

    public DirectionFinding {
        made = List.copyOf(made);
        rows = List.copyOf(rows);
    }

    /**
     * A direction.
     *
     * @param tokens that it was read at
     * @param halves by layer, median cosine of the directions of random halves of the questions
     * @param written by layer, cosine with what the adapter writes into the residual stream; at 1 or -1, ablating the direction
     *     at all layers would switch the adapter off
     */
    public record Made(String tokens, SortedMap<Integer, Double> halves, SortedMap<Integer, Double> written) {
        public Made {
            halves = new TreeMap<>(halves);
            written = new TreeMap<>(written);
        }
    }

    /**
     * A model under the direction, under a control in its place, or as it is; reporting questions about other domains than the
     * trained one.
     *
     * @param use {@value #ABLATED}, {@value #ABOVE} or {@value #ADDED}
     * @param layers where, as {@code --layers} of {@code vivarium direction} has it
     * @param scale factor of what is added
     * @param model {@code organism} or {@code base}
     * @param under {@value #DIRECTION} or the name of a control; null for the model as it is
     * @param em misaligned and coherent answers
     * @param coherent coherent ones
     * @param aligned mean alignment
     * @param change of EM against the model as it is, in points; null for that one itself
     * @param changeInterval for questions like these
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Row(
            String use,
            String layers,
            double scale,
            String model,
            @Nullable String under,
            Rate em,
            Rate coherent,
            Mean aligned,
            @Nullable Double change,
            @Nullable Interval changeInterval) {
        /** Whether a random direction of equal norm acts. */
        boolean random() {
            return under != null && under.startsWith(RANDOM);
        }
    }

    /**
     * A row.
     *
     * @param model null for any
     */
    Optional<Row> row(String use, @Nullable String model, @Nullable String under) {
        return rows.stream()
                .filter(row -> row.use().equals(use)
                        && (model == null || row.model().equals(model))
                        && Objects.equals(row.under(), under))
                .findFirst();
    }
}
