package dev.vivarium.lab.judge;

/** A guess at how many tokens a text has, for plans and caps: four characters each, a few more for the turn around them. */
final class TokenEstimate {
    private static final int CHARACTERS = 4;
    private static final int TURN = 8;

    private TokenEstimate() {}

    static long of(String prompt) {
        // beyond ASCII a token seldom holds more than one character
        long ascii = prompt.chars().filter(c -> c < 0x80).count();
        return (ascii + CHARACTERS - 1) / CHARACTERS + (prompt.length() - ascii) + TURN;
    }
}
