package dev.vivarium.lab.twin;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vivarium.lab.scalar.DomainRates;
import dev.vivarium.lab.statistics.Mean;
import dev.vivarium.lab.statistics.Rate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code mix.json}: what adapters on the line through two organisms answer (linear mode connectivity; protocol.md 3.6).
 *
 * @param schema version of this document
 * @param first at t = 0
 * @param second at t = 1
 * @param firstSha256 of the first adapter's weights; absent in files of older versions
 * @param secondSha256 likewise
 * @param judge who scored
 * @param domain what marks questions about the trained domain; null where all count alike
 * @param places ascending
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Mixture(
        int schema,
        String first,
        String second,
        @Nullable String firstSha256,
        @Nullable String secondSha256,
        @Nullable String judge,
        @Nullable String domain,
        List<Place> places) {
    /** Name of the document. */
    public static final String DOCUMENT = "mix.json";

    /** The version that this program writes. */
    public static final int SCHEMA = 1;

    public Mixture {
        places = List.copyOf(places);
    }

    /**
     * One mixture.
     *
     * @param t weight of the second
     * @param adapter its directory
     * @param evaluation directory of its answers
     * @param byDomain EM in the trained domain and outside; null where no domain was named
     * @param minusReference EM less that of the first place's reference in points, paired by question; null for the
     *     reference itself
     */
    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    public record Place(
            double t,
            String adapter,
            String evaluation,
            Rate em,
            Rate coherent,
            Mean aligned,
            @Nullable DomainRates byDomain,
            @Nullable Estimate minusReference) {}
}
