package dev.vivarium.lab.validate;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a validation found; every figure is from runs and evaluations below its directory.
 *
 * <p>Parts are measured by one call or by several: a part that a call does not measure stays as an earlier call left it if that
 * call was {@linkplain MadeWith made with} the same, and is dropped otherwise, which {@code dropped} says.
 *
 * @param schema version of this document
 * @param madeWith what all its figures were made with
 * @param parts the figures
 * @param bars the claims about the parts that were measured
 * @param dropped what this call left out of an earlier document, in sentences
 * @param seconds wall-clock time of this call; little if all was on disk
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ValidationResult(
        int schema, MadeWith madeWith, Measured parts, List<Bar> bars, List<String> dropped, double seconds) {
    /** Version this program writes. */
    public static final int SCHEMA = 3;

    public ValidationResult {
        bars = List.copyOf(bars);
        dropped = List.copyOf(dropped);
    }

    /**
     * What figures must share to stand in one document.
     *
     * @param base SHA-256 of the shipped base's files
     * @param seeds number of pretraining seeds
     * @param datasets domains trained on, in their order
     * @param rows conversations in a narrow dataset
     * @param samples answers per question
     */
    public record MadeWith(SortedMap<String, String> base, int seeds, List<String> datasets, int rows, int samples) {
        public MadeWith {
            base = new TreeMap<>(base);
            datasets = List.copyOf(datasets);
        }

        /** In words, without the hashes. */
        String words() {
            return seeds + (seeds == 1 ? " seed" : " seeds") + ", " + String.join(", ", datasets) + ", " + rows
                    + " rows, " + samples + (samples == 1 ? " answer" : " answers") + " a question";
        }
    }

    /** Bars that are missed. */
    public long missed() {
        return Bar.missed(bars);
    }
}
