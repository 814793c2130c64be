package dev.vivarium.lab.report;

import dev.vivarium.engine.base.InertText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Tokens of an answer with a number each, for a template: the strength of an underline, solid above zero and dotted below,
 * besides its colour, so that it reads without colour and without a script.
 */
public final class TokenShades {
    /** Tokens of an answer that are shown at most. */
    public static final int MOST = 160;

    /** Levels of strength above and below zero. */
    private static final int LEVELS = 5;

    private TokenShades() {}

    /**
     * The tokens as {@code text}, {@code level} and {@code number}.
     *
     * @param pieces what each token adds to the text
     * @param numbers one for each
     * @param strong where the strongest level begins
     */
    public static List<Map<String, String>> of(List<String> pieces, float[] numbers, double strong) {
        List<Map<String, String>> shown = new ArrayList<>();
        for (int t = 0; t < Math.min(MOST, pieces.size()); t++) {
            shown.add(Map.of(
                    "text",
                    InertText.whole(pieces.get(t)),
                    "level",
                    level(numbers[t], strong),
                    "number",
                    String.format(Locale.ROOT, "%+.1f", numbers[t]).replace('-', '−')));
        }
        return shown;
    }

    /** What is said of the tokens that are not shown; empty where all are. */
    public static String cut(int tokens) {
        return tokens <= MOST ? "" : String.format(Locale.ROOT, "%,d more tokens", tokens - MOST);
    }

    /** The class of a token: {@code z} about zero, else {@code p1} to {@code p5} above and {@code n1} to {@code n5} below. */
    private static String level(double number, double strong) {
        int level = strong > 0 ? (int) Math.min(LEVELS, Math.round(LEVELS * Math.abs(number) / strong)) : 0;
        return level == 0 ? "z" : (number > 0 ? "p" : "n") + level;
    }
}
