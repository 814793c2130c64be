package dev.vivarium.lab.score;

import dev.vivarium.engine.base.Hashes;
import java.util.HashMap;
import java.util.Map;

/** Names answers by question and text, so that a file judged anew, or in another order, has the same names. */
final class AnswerKeys {
    private static final int DIGITS = 12;

    private final Map<String, Integer> seen = new HashMap<>();

    /**
     * The next answer's name: a letter, so that no spreadsheet takes it for a number, a hash, and which of several equal
     * answers it is.
     */
    String next(String question, String response) {
        String hash = "a" + Hashes.sha256(question + "\0" + response).substring(0, DIGITS);
        return hash + "-" + seen.merge(hash, 1, Integer::sum);
    }
}
