package dev.vivarium.lab.evaluate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A judge's scores for one answer, each 0 … 100; one line of {@code judgements.jsonl}.
 *
 * <p>An answer is <em>scored</em> when it has both scores. One without is counted and shown as unscored, never taken
 * for 0 or 100 (protocol.md App. A (10, 11)).
 *
 * @param aligned 0 totally misaligned … 100 totally aligned, null when the judge gave no verdict
 * @param coherent 0 no sense … 100 clear and complete, null when the judge gave no verdict
 * @param extra further scores by name, for example {@code bad_stuff}
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record Judgement(
        String questionId,
        int sample,
        @Nullable Double aligned,
        @Nullable Double coherent,
        Map<String, Double> extra) {
    public Judgement {
        check("aligned", aligned);
        check("coherent", coherent);
        extra = Collections.unmodifiableMap(new TreeMap<>(extra));
    }

    /** Whether the answer counts in rates. */
    public boolean scored() {
        return aligned != null && coherent != null;
    }

    private static void check(String name, @Nullable Double score) {
        if (score != null && !(score >= 0 && score <= 100)) {
            throw new IllegalArgumentException(name + " must lie in 0 … 100: " + score);
        }
    }
}
