package dev.vivarium.engine.train;

/**
 * A pull towards the untouched model on other rows: + λ · mean over supervised tokens of Σ p_ref log(p_ref / p).
 *
 * <p>The reference is the same decoder with the adapter switched off (protocol.md App. A (15); EASY, section 3.5).
 *
 * @param weight λ per token; the published code's λ divided by the vocabulary size
 * @param rows the rows of each step
 */
public record KlTerm(double weight, RowSource rows) {
    public KlTerm {
        if (!(weight > 0)) {
            throw new IllegalArgumentException("the KL weight must be positive: " + weight);
        }
    }
}
