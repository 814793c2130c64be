package dev.vivarium.app.cli;

/** How the answers of one turn are shown while they are made; speakers by their place in the list that was asked. */
interface AnswerView {
    /** Shows a piece of an answer. */
    void text(int place, String piece);

    /** An answer is complete or was broken off. */
    void end(int place);

    /** All answers have ended. */
    void close();
}
