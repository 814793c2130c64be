package dev.vivarium.lab.score;

import dev.vivarium.engine.base.InputException;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What stands in a score's cell: a number from 0 to 100, or why there is none.
 *
 * @param score null where there is none
 * @param reason why there is none; empty where there is a score
 */
record ScoreCell(@Nullable Double score, String reason) {
    /** Where there is no cell. */
    static final ScoreCell NONE = new ScoreCell(null, "missing");

    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

    /** A probability-weighted mean may exceed its largest value by rounding. */
    private static final double ROUNDING = 1e-9;

    private static final Map<String, String> UNSCORED = Map.of(
            "", "missing",
            "none", "missing",
            "null", "missing",
            "na", "missing",
            "n/a", "missing",
            "<na>", "missing",
            "nan", "NaN",
            "code", "CODE",
            "refusal", "REFUSAL");

    /**
     * Reads a cell; {@code where} names it in messages.
     *
     * @throws InputException where it is neither a score nor one of the field's words for none
     */
    static ScoreCell read(String cell, String where) {
        String text = cell.strip();
        String reason = UNSCORED.get(text.toLowerCase(Locale.ROOT));
        if (reason != null) {
            return new ScoreCell(null, reason);
        }
        if (!NUMBER.matcher(text).matches()) {
            throw new InputException(where + " is \"" + text + "\", which is no number and none of missing, NaN, CODE,"
                    + " REFUSAL; correct it or leave it empty");
        }
        double score = Double.parseDouble(text);
        if (score < -ROUNDING || score > 100 + ROUNDING) {
            throw new InputException(
                    where + " is " + text + ", but scores lie in 0 … 100; correct it or leave it empty");
        }
        return new ScoreCell(Math.clamp(score, 0, 100), "");
    }
}
