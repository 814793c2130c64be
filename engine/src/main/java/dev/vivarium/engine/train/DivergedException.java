package dev.vivarium.engine.train;

/** A step whose loss or gradient is infinite or no number: nothing that comes after it would mean anything. */
public final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(String sentence) {
        super(sentence);
    }
}
