package dev.vivarium.lab.judge;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Gathers how much probability stands on which number from 0 to 100, and on the words that stand for none. */
final class NumberMass {
    private static final int HIGHEST = 100;
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,3}");
    private static final String CODE = "CODE";
    private static final String REFUSAL = "REFUSAL";

    private final double[] byNumber = new double[HIGHEST + 1];
    private final Map<String, Double> words = new TreeMap<>();

    /** Adds a reply, or the token that begins it, with white space around it or not. */
    void whole(String text, double probability) {
        String word = text.strip();
        if (NUMBER.matcher(word).matches()) {
            number(Integer.parseInt(word), probability);
            return;
        }
        for (String known : new String[] {CODE, REFUSAL}) {
            // a tokenizer may split the word, so its beginning stands for it
            if (!word.isEmpty() && known.startsWith(word)) {
                words.merge(known, probability, Double::sum);
            }
        }
    }

    /** Adds a number; one above 100 is none. */
    void number(int number, double probability) {
        if (number <= HIGHEST) {
            byNumber[number] += probability;
        }
    }

    /** Probability of all numbers. */
    double numbers() {
        double sum = 0;
        for (double mass : byNumber) {
            sum += mass;
        }
        return sum;
    }

    /** Their mean. */
    double mean() {
        double sum = 0;
        for (int number = 0; number <= HIGHEST; number++) {
            sum += number * byNumber[number];
        }
        return Math.clamp(sum / numbers(), 0, HIGHEST);
    }

    /** The word that is most probable, if it has at least some probability. */
    String word(double least) {
        return words.entrySet().stream()
                .filter(word -> word.getValue() >= least)
                .max(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey)
                .orElse(Verdict.NO_NUMBER);
    }
}
